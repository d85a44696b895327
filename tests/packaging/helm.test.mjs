// The Helm chart: what Helm makes of it, what an API server would say to that, and what Stagedoor says to its configuration

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CHART, lint, notes, objects, skip, template } from './support/helm.mjs';
import { ALL, POSTGRES, SQLITE } from './support/values.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';

const SETS = { 'SQLite, one pod': SQLITE, 'PostgreSQL, three': POSTGRES, 'all there is': ALL };

const containerOf = ([deployment]) => deployment.spec.template.spec.containers[0];

/** `values` with what `path` names set to `value`. */
function but(values, path, value) {
  const changed = structuredClone(values);
  const names = path.split('.');
  const last = names.pop();
  let at = changed;
  for (const name of names) at = at[name] ??= {};
  at[last] = value;
  return changed;
}

describe('every set of values', { skip }, () => {
  for (const [name, values] of Object.entries(SETS)) {
    test(`${name}: passes the linter, and every object an API server's validation`, async () => {
      const { code, stdout, stderr } = await lint(values);
      assert.equal(code, 0, stdout + stderr);
      const { Deployment, Service } = await objects(values);
      const { selector, template: pod } = Deployment[0].spec;
      for (const [label, value] of Object.entries(selector.matchLabels)) assert.equal(pod.metadata.labels[label], value);
      const ports = containerOf(Deployment).ports.map(port => port.name);
      for (const service of Service) {
        assert.deepEqual(service.spec.selector, selector.matchLabels);
        for (const { targetPort } of service.spec.ports) assert.ok(ports.includes(targetPort), targetPort);
      }
    });

    test(`${name}: Stagedoor finds no mistake in the configuration`, async () => {
      const { ConfigMap, Deployment } = await objects(values);
      const directory = temporaryDirectory();
      for (const [file, text] of Object.entries(ConfigMap[0].data)) writeConfig(directory, text, file);
      assert.deepEqual(containerOf(Deployment).args, ['serve', '--config', '/etc/stagedoor/app-config.yaml', '--log-format', 'json']);
      const env = { AUTH_SESSION_SECRET: 'a session secret of at least 32 bytes', KEYCLOAK_CLIENT_SECRET: 'secret', POSTGRES_PASSWORD: 'secret', DATABASE_URL: 'postgres://stagedoor@127.0.0.1:1/' };
      const check = new Run(['check', '--json', '--config', join(directory, 'app-config.yaml')], { cwd: directory, env });
      const { code } = await check.ended();
      assert.notEqual(code, 2, check.tail());
      // It can't reach the provider and the database of the example; what it reads must be right.
      assert.doesNotMatch(check.stderr, /app-config\.yaml:\d+:\d+/, check.tail());
      assert.ok(JSON.parse(check.stdout).length !== 0, check.tail());
    });
  }

  test('so do those of the README', async () => {
    const [, values] = /^```yaml\n([\s\S]*?)^```$/m.exec(readFileSync(join(CHART, 'README.md'), 'utf8'));
    const { code, stdout, stderr } = await lint(values);
    assert.equal(code, 0, stdout + stderr);
    assert.equal((await objects(values)).Deployment[0].spec.replicas, 3);
  });

  test('the chart is of this version', () => {
    const [, version] = /^version = "(.*)"$/m.exec(readFileSync(new URL('../../Cargo.toml', import.meta.url), 'utf8'));
    const chart = readFileSync(join(CHART, 'Chart.yaml'), 'utf8');
    for (const name of ['version', 'appVersion']) assert.match(chart, new RegExp(`^${name}: ${version.replaceAll('.', '\\.')}$`, 'm'));
  });

  test('Helm says what to register, and how to look', async () => {
    const text = await notes(SQLITE);
    assert.match(text, /https:\/\/backstage\.example\.com\/api\/auth\/keycloak\/handler\/frame\n/);
    assert.match(text, /deployment\/portal-stagedoor/);
  });
});

describe('pods', { skip }, () => {
  test('are few and exclusive on SQLite: one, which goes before another comes, and keeps its volume', async () => {
    const { Deployment, PersistentVolumeClaim, PodDisruptionBudget } = await objects(SQLITE);
    assert.equal(Deployment[0].spec.replicas, 1);
    assert.deepEqual(Deployment[0].spec.strategy, { type: 'Recreate' });
    const { claimName } = Deployment[0].spec.template.spec.volumes.find(volume => volume.name === 'state').persistentVolumeClaim;
    assert.equal(claimName, PersistentVolumeClaim[0].metadata.name);
    assert.equal(PodDisruptionBudget, undefined, 'which would hold a drain up for ever');
  });

  test('are many and alike on PostgreSQL: spread, never fewer in a rollout, without a volume of their own', async () => {
    const { Deployment, PersistentVolumeClaim, PodDisruptionBudget } = await objects(POSTGRES);
    const { spec } = Deployment[0];
    assert.equal(spec.replicas, 3);
    assert.equal(spec.strategy.rollingUpdate.maxUnavailable, 0);
    assert.equal(spec.template.spec.topologySpreadConstraints.length, 2);
    assert.equal(PodDisruptionBudget[0].spec.maxUnavailable, 1);
    assert.equal(PersistentVolumeClaim, undefined);
  });

  test('have the time that Stagedoor takes to end, after the pause in which the last requests come', async () => {
    const grace = Number(/const GRACE: Duration = Duration::from_secs\((\d+)\)/.exec(readFileSync(new URL('../../crates/server/src/serve.rs', import.meta.url), 'utf8'))[1]);
    for (const drainSeconds of [0, 30]) {
      const { Deployment } = await objects({ ...POSTGRES, drainSeconds });
      const pod = Deployment[0].spec.template.spec;
      assert.ok(pod.terminationGracePeriodSeconds > drainSeconds + grace);
      assert.equal(pod.containers[0].lifecycle?.preStop.sleep.seconds ?? 0, drainSeconds);
    }
  });

  test('are asked by TLS where Stagedoor speaks it', async () => {
    const { Deployment } = await objects(but(POSTGRES, 'config.backend.https', { certificate: { cert: { $file: '/tls/tls.crt' }, key: { $file: '/tls/tls.key' } } }));
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) assert.equal(containerOf(Deployment)[probe].httpGet.scheme, 'HTTPS');
  });

  test('are replaced by a change that they do not take up, and by no other', async () => {
    const of = async values => (await objects(values)).Deployment[0].spec.template.metadata.annotations['checksum/restarts'];
    const before = await of(POSTGRES);
    for (const path of ['auth.providers.keycloak.production.timeout', 'auth.session.idleTimeout', 'auth.experimentalExtraAllowedOrigins', 'stagedoor.nativeClients', 'backend.auth.externalAccess']) {
      assert.equal(await of(but(POSTGRES, `config.${path}`, path.endsWith('timeout') ? '3s' : path.endsWith('Timeout') ? '1d' : path.endsWith('nativeClients') ? { x: {} } : [])), before, path);
    }
    for (const [path, value] of [['app.title', 'Portal'], ['stagedoor.rateLimit', false], ['auth.backstageTokenExpiration', '30m'], ['backend.database.prefix', 'x']]) {
      assert.notEqual(await of(but(POSTGRES, `config.${path}`, value)), before, path);
    }
  });
});

describe('what leads to them', { skip }, () => {
  test('an ingress with the host of baseUrl and /api/auth alone, unless something else is said', async () => {
    const { Ingress, Service } = await objects(but(POSTGRES, 'ingress.enabled', true));
    const [rule] = Ingress[0].spec.rules;
    assert.equal(rule.host, 'backstage.example.com');
    assert.deepEqual(rule.http.paths.map(({ path }) => path), ['/api/auth']);
    assert.ok(Service.some(service => service.metadata.name === rule.http.paths[0].backend.service.name));
    const all = (await objects(ALL)).Ingress[0].spec;
    assert.deepEqual(all.tls, [{ hosts: ['auth.example.com'], secretName: 'auth-tls' }]);
    assert.equal(all.rules[0].http.paths[0].path, '/');
  });

  test('metrics have a Service of their own, which the ServiceMonitor alone selects', async () => {
    const { ServiceMonitor, Service } = await objects(ALL);
    const { selector, endpoints } = ServiceMonitor[0].spec;
    const selected = Service.filter(({ metadata }) => Object.entries(selector.matchLabels).every(([label, value]) => metadata.labels[label] === value));
    assert.equal(selected.length, 1);
    assert.deepEqual(selected[0].spec.ports.map(port => port.name), endpoints.map(endpoint => endpoint.port));
    const none = await objects(but(POSTGRES, 'metrics.enabled', false));
    assert.equal(none.Service.length, 1);
    assert.doesNotMatch(none.ConfigMap[0].data['app-config.yaml'], /metrics/);
  });

  test('a NetworkPolicy lets in who is named', async () => {
    const [door, metrics] = (await objects(ALL)).NetworkPolicy[0].spec.ingress;
    assert.deepEqual([door.ports[0].port, metrics.ports[0].port], ['http', 'metrics']);
    assert.match(JSON.stringify(door.from), /ingress-nginx/);
    assert.match(JSON.stringify(metrics.from), /monitoring/);
  });

  test('where they are scaled by load, nobody else says how many', async () => {
    const { Deployment, HorizontalPodAutoscaler } = await objects(ALL);
    assert.equal(Deployment[0].spec.replicas, undefined);
    assert.equal(HorizontalPodAutoscaler[0].spec.scaleTargetRef.name, Deployment[0].metadata.name);
  });
});

describe('mistakes', { skip }, () => {
  const refused = async (values, what) => {
    const { code, stderr } = await template(values);
    assert.notEqual(code, 0, 'it is refused');
    assert.match(stderr, what);
  };

  test('several pods on SQLite', async () => {
    await refused(but(SQLITE, 'replicas', 2), /SQLite is for one pod: .*PostgreSQL in config\.backend\.database/);
    await refused(but(SQLITE, 'autoscaling.enabled', true), /SQLite is for one pod/);
  });

  test('a name that is none, and a value of another type', async () => {
    await refused({ ...POSTGRES, replicaCount: 2 }, /additional properties 'replicaCount' not allowed/);
    await refused(but(POSTGRES, 'ingress.pathh', '/'), /'pathh' not allowed/);
    await refused({ ...POSTGRES, replicas: 'two' }, /replicas.*got string, want integer/);
    await refused(but(POSTGRES, 'config.backend.database.client', 'mysql'), /client.*'better-sqlite3', 'sqlite3', 'pg'/);
    await refused(but(POSTGRES, 'metrics.port', 7007), /metrics\/port/);
  });

  test('what is missing, and what is the chart’s own', async () => {
    await refused(but(POSTGRES, 'image.repository', ''), /image\.repository is missing/);
    await refused(but(POSTGRES, 'config.app', {}), /config\.app\.baseUrl is missing/);
    await refused(but(POSTGRES, 'config.backend.baseUrl', ''), /config\.backend\.baseUrl is missing/);
    await refused(but(POSTGRES, 'config.backend.listen', ':8080'), /config\.backend\.listen is the chart's/);
    await refused(but(but(POSTGRES, 'metrics.enabled', false), 'metrics.serviceMonitor.enabled', true), /nothing to read/);
    await refused(but(POSTGRES, 'files', { 'app-config.yaml': '' }), /invalid propertyName 'app-config\.yaml'/);
  });
});
