// A change of the chart's ConfigMap and Secret, as the kubelet brings it to a running pod: nothing is started anew

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { assertSession } from '../support/asserts.mjs';
import { refresh, signedIn } from '../support/flows.mjs';
import { CATALOG, SESSION_SECRET, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { Run, temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort, until } from '../support/wait.mjs';
import { Volume, objects, skip } from './support/helm.mjs';

const [port, metricsPort, idp] = await Promise.all([freePort(), freePort(), startIdp()]);
after(() => idp.down());
const local = `http://localhost:${port}`;
const door = { auth: `${local}/api/auth`, local };
idp.client('backstage', ['oidc', 'second'].map(id => `${door.auth}/${id}/handler/frame`));
const client = idp.store.clients.get('backstage');

const secrets = new Volume({ CLIENT_SECRET: client.client_secret });
const state = temporaryDirectory();

/** The ConfigMap with these providers, and the checksum by which pods are replaced. */
async function configMap(...ids) {
  const block = { ...providerBlock(idp), clientSecret: { $file: join(secrets.directory, 'CLIENT_SECRET') } };
  const { ConfigMap, Deployment } = await objects({
    image: { repository: 'registry.example.com/stagedoor' },
    files: { 'org.yaml': readFileSync(CATALOG, 'utf8') },
    metrics: { port: metricsPort },
    config: {
      app: { baseUrl: 'http://localhost:3000' },
      backend: { baseUrl: local, cors: { origin: 'http://localhost:3000', credentials: true }, database: { client: 'better-sqlite3', connection: { directory: state } } },
      auth: { environment: 'development', providers: Object.fromEntries(ids.map(id => [id, { development: block }])) },
      catalog: { rules: [{ allow: ['User', 'Group'] }], locations: [{ type: 'file', target: './org.yaml' }] },
    },
  });
  const files = ConfigMap[0].data;
  assert.match(files['app-config.yaml'], /listen: :7007/);
  // The pod's port is this machine's here.
  files['app-config.yaml'] = files['app-config.yaml'].replace('listen: :7007', `listen: ${port}`);
  return { files, checksum: Deployment[0].spec.template.metadata.annotations['checksum/restarts'] };
}

const readiness = async () => (await send('GET', `${local}/.backstage/health/v1/readiness`)).json();

test('a provider that is added, and a client secret that is changed, are taken up by who runs', { skip }, async t => {
  const before = await configMap('oidc');
  const config = new Volume(before.files);
  const run = new Run(['serve', '--config', join(config.directory, 'app-config.yaml'), '--log-format', 'json'], { env: { AUTH_SESSION_SECRET: SESSION_SECRET } });
  t.after(() => run.stop());
  await run.until(async () => (await send('GET', `${local}/.backstage/health/v1/readiness`)).status === 200, 'it to be ready');
  const { jar, session } = await signedIn(door);
  assertSession(session);

  const then = await configMap('oidc', 'second');
  assert.equal(then.checksum, before.checksum, 'pods stay');
  config.update(then.files);
  await until(async () => (await readiness()).configuration.changes >= 1, { what: 'the ConfigMap to be read again' });
  assertSession((await signedIn(door, { provider: 'second' })).session);

  client.client_secret = 'changed-at-the-provider';
  assert.equal((await refresh(jar, door)).status, 401, 'the old secret is good for nothing');
  secrets.update({ CLIENT_SECRET: 'changed-at-the-provider' });
  await until(async () => (await refresh(jar, door)).status === 200, { what: 'the Secret to be read again' });

  // And once more, from a folder that is a new one by now.
  config.update(before.files);
  await until(async () => (await send('GET', `${door.auth}/second/start?env=development`)).status === 404, { what: 'the provider to go' });
  assert.equal((await refresh(jar, door)).status, 200);
});
