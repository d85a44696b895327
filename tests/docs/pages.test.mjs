// The pages that begin with a first sign-in, walked by their own files and commands; and code in pages that is code elsewhere.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, describe, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signIn, signedIn } from '../support/flows.mjs';
import { CATALOG } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { freePort } from '../support/wait.mjs';
import { page } from './support/page.mjs';
import { Place } from './support/place.mjs';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const packages = new URL('../backstage/package.json', import.meta.url);
const hasYaml = existsSync(new URL('node_modules/yaml', packages));

/** One that `check` does not take for a placeholder. */
const SESSION_SECRET = 'Zm9yIHRlc3RzIG9ubHksIGJ1dCBsb25nIGVub3VnaAo';

/** What a page's addresses are here: a provider of the tests, and free ports. */
async function openPlace({ redirect, substitutes, env = {} }) {
  const [idp, port] = [await startIdp(), await freePort()];
  const base = `http://localhost:${port}`;
  idp.client('backstage', `${base}${redirect}`);
  const { client_secret: secret } = idp.store.clients.get('backstage');
  const place = new Place({
    substitutes: substitutes({ idp, base, port }),
    env: { AUTH_SESSION_SECRET: SESSION_SECRET, OIDC_CLIENT_SECRET: secret, KEYCLOAK_CLIENT_SECRET: secret, ...env },
  });
  const door = { auth: `${base}/api/auth`, local: base, baseUrl: base };
  return { idp, port, base, place, door };
}

/** Starts what serves and waits until it does. */
async function serve({ place, base }, command) {
  const serving = place.start(command);
  await serving.until(async () => (await send('GET', `${base}/.backstage/health/v1/readiness`)).status === 200, 'the server to be ready');
  return serving;
}

describe('first-sign-in.md', async () => {
  const block = page('first-sign-in.md');
  const here = await openPlace({
    redirect: '/api/auth/oidc/handler/frame',
    substitutes: ({ idp, base, port }) => [
      ['https://sso.example.com/.well-known/openid-configuration', idp.metadataUrl],
      ['http://localhost:7007', base],
      ['127.0.0.1:7007', `127.0.0.1:${port}`],
    ],
  });
  const { place, idp, base, door } = here;
  for (const name of ['org.yaml', 'app-config.yaml', 'claims.json']) place.write(name, block('file', name));
  let serving;
  after(async () => {
    await serving?.close();
    await idp.down();
  });

  test('the program is built as ./test builds it', () => {
    const build = block('run', 'build').trim();
    assert.match(readFileSync(root('test'), 'utf8'), new RegExp(`^${build.replace(' -p stagedoor', '.* -p stagedoor\\b')}`, 'm'));
  });

  test('the demo prints one line, with a link', async () => {
    const [port, idpPort] = [await freePort(), await freePort()];
    const demo = place.start(`exec ${block('run', 'dev').trim()} --port ${port} --idp-port ${idpPort}`);
    const link = await demo.until(() => /http:\/\/localhost:\d+\/\S*/.exec(demo.stdout)?.[0], 'the link');
    assert.equal((await send('GET', link)).status, 200);
    assert.match(demo.stdout, /people are in \S+people\.yaml/);
    await demo.close();
  });

  test('the check finds nothing that would fail, and says who somebody would be', async () => {
    await place.succeed(block('run', 'check'));
    const said = await place.succeed(block('run', 'as'));
    const [resolver, user] = block('of', 'as').trim().split(/\s+/);
    assert.match(said, new RegExp(`${resolver}\\s+${user}`));
  });

  test('somebody signs in', async () => {
    serving = await serve(here, block('run', 'serve'));
    const { session, error } = await signIn(new Jar(), door, { origin: base });
    assert.equal(error, undefined, JSON.stringify(error));
    assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
    assert.ok(session.backstageIdentity.identity.ownershipEntityRefs.includes('group:default/analysts'));
    assert.equal((await send('GET', `${base}/`)).status, 200);
  });
});

describe('keycloak-step-by-step.md', async () => {
  const block = page('keycloak-step-by-step.md');
  const here = await openPlace({
    redirect: '/api/auth/keycloak/handler/frame',
    substitutes: ({ idp, base, port }) => [
      ['http://localhost:8080/realms/backstage/.well-known/openid-configuration', idp.metadataUrl],
      ['http://localhost:7008', base],
      ['127.0.0.1:7008', `127.0.0.1:${port}`],
      ['./org.yaml', CATALOG],
    ],
  });
  const { place, idp, door } = here;
  place.write('app-config.stagedoor.yaml', block('file', 'app-config.stagedoor.yaml'));
  let serving;
  after(async () => {
    await serving?.close();
    await idp.down();
  });

  test('the check finds nothing that would fail', async () => {
    const said = await place.succeed(block('run', 'check'));
    assert.match(said, /\/api\/auth\/keycloak\/handler\/frame/);
    assert.ok(block.markdown.includes('http://localhost:7008/api/auth/keycloak/handler/frame'));
  });

  test('somebody signs in, by the address and by the claim', async () => {
    serving = await serve(here, block('run', 'serve'));
    const { session } = await signedIn(door, { provider: 'keycloak' });
    assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
    place.write('resolver.yaml', block('file', 'resolver.yaml'));
    place.write('claims.json', '{ "sub": "ada" }');
    const said = await place.succeed('stagedoor check --config app-config.stagedoor.yaml --config resolver.yaml --as claims.json');
    assert.match(said, /claimMatchingUserEntityName +user:default\/ada/);
    assert.doesNotMatch(said, /emailMatching/, 'a list replaces the one before');
  });

  test('what the Backstage reads points at Stagedoor', { skip: !hasYaml && 'npm ci --prefix backstage' }, () => {
    const yaml = createRequire(packages)('yaml');
    const [ours, theirs] = ['app-config.stagedoor.yaml', 'app-config.backstage.yaml'].map(name => yaml.parse(block('file', name)));
    assert.equal(theirs.discovery.endpoints[0].target, `${ours.backend.baseUrl}/api/auth`);
    assert.equal(theirs.auth.environment, ours.auth.environment);
    assert.equal(ours.backend.cors.origin, ours.app.baseUrl);
  });

  test('the frontend of the page is the one that the browser tests run', () => {
    const app = readFileSync(root('tests/support/backstage-app/app.js'), 'utf8').split('\n').map(line => line.trim());
    const others = ["provider: { id: 'keycloak', title: 'Keycloak', icon: () => null },", 'createApiFactory({', '})'];
    for (const name of ['apis.ts', 'factory.ts']) {
      for (const line of block('file', name).trimEnd().split('\n').map(line => line.trim())) {
        assert.ok(others.includes(line) || app.includes(line), `${name}: ${line}`);
      }
    }
  });
});

describe('custom-resolver.md', () => {
  const block = page('custom-resolver.md');
  const example = name => readFileSync(root(`examples/custom-resolver/${name}`), 'utf8');

  test('its code is that of the example', () => {
    assert.ok(example('src/lib.rs').includes(block('part', 'lib')));
    assert.ok(example('src/main.rs').includes(block('part', 'main')));
    for (const line of block('file', 'Cargo.toml').trim().split('\n')) assert.ok(example('Cargo.toml').split('\n').includes(line), line);
    const [, name] = /-p (\S+)/.exec(block('run', 'example'));
    assert.match(example('Cargo.toml'), new RegExp(`^name = "${name}"$`, 'm'));
  });

  test('every error that it names is one', () => {
    const errors = readFileSync(root('crates/signin/src/resolver/error.rs'), 'utf8');
    for (const [, name] of block.markdown.matchAll(/`ResolveError::(\w+)/g)) assert.match(errors, new RegExp(`^ {4}${name}\\b`, 'm'));
  });
});

describe('production.md', { skip: !hasYaml && 'npm ci --prefix backstage' }, async () => {
  const block = page('production.md');
  const metricsPort = await freePort();
  const keep = [];
  const here = await openPlace({
    redirect: '/api/auth/oidc/handler/frame',
    substitutes: ({ idp, base, port }) => [
      ['https://sso.example.com/.well-known/openid-configuration', idp.metadataUrl],
      ['https://auth.example.com', base],
      ['https://backstage.example.com', 'http://localhost:3000'],
      ['127.0.0.1:7007', `127.0.0.1:${port}`],
      ['127.0.0.1:9464', `127.0.0.1:${metricsPort}`],
      ['/etc/stagedoor/org.yaml', CATALOG],
      ['/etc/stagedoor/', './'],
      ['/usr/local/bin/', ''],
      ...keep,
    ],
  });
  const { place, idp, base, door } = here;
  const data = join(place.directory, 'data');
  const backups = join(place.directory, 'backups');
  mkdirSync(backups);
  keep.push(['/var/lib/stagedoor', data], ['/var/backups/', `${backups}/`]);
  const local = text => keep.reduce((text, [there, here]) => text.replaceAll(there, here), text);
  place.write('app-config.production.yaml', local(block('file', 'app-config.production.yaml')));
  const unit = readFileSync(root('packaging/stagedoor.service'), 'utf8');
  const command = /^ExecStart=(.*)$/m.exec(unit)[1].replace('/usr/local/bin/', '');
  let serving;
  const start = async () => (serving = await serve(here, command));
  after(async () => {
    await serving?.close();
    await idp.down();
  });

  test('the check finds nothing that would fail', async () => {
    const said = await place.succeed('stagedoor check --config app-config.production.yaml');
    assert.doesNotMatch(said, /^ {2}✗/m);
  });

  test('the service serves; probes, metrics and keys are where the page says', async () => {
    await start();
    await signedIn(door, { env: 'production' });
    for (const [, path] of block('probes', 'kubernetes').matchAll(/path: (\S+),/g)) assert.equal((await send('GET', `${base}${path}`)).status, 200, path);
    const metrics = (await send('GET', `http://127.0.0.1:${metricsPort}/metrics`)).text;
    const named = [...block.markdown.matchAll(/`[^`\n]*?(stagedoor_\w+)[^`\n]*`/g)].map(([, name]) => name);
    const pageOfMetrics = page('metrics.md').markdown;
    assert.ok(named.length >= 5);
    for (const name of named) assert.ok(pageOfMetrics.includes(`\`${name}\``), name);
    for (const name of ['stagedoor_provider_available', 'stagedoor_sign_ins_total', 'stagedoor_configuration_refused']) assert.match(metrics, new RegExp(`^${name}`, 'm'));
    assert.match(await place.succeed(block('run', 'keys')), /user_tokens/);
  });

  test('a backup brings sessions back, and without the database people sign in again', async () => {
    const [ada, grace] = [await signedIn(door, { env: 'production' }), await signedIn(door, { env: 'production', as: 'grace' })];
    await serving.close();
    await place.succeed(local(block('run', 'backup')));
    rmSync(data, { recursive: true });
    await start();
    assert.equal((await refresh(ada.jar, door, { env: 'production' })).status, 401);
    await signedIn(door, { env: 'production', jar: ada.jar });
    await serving.close();
    rmSync(data, { recursive: true });
    execFileSync('cp', ['-r', join(backups, 'stagedoor'), data]);
    await start();
    assert.equal((await refresh(grace.jar, door, { env: 'production' })).status, 200);
  });

  test('as many files as the page says are what the defaults need', () => {
    const [connections, requests] = ['connections', 'requests'].map(name => Number(new RegExp(`\`limits\\.${name}\` \\| number \\| \`(\\d+)\``).exec(page('configuration.md').markdown)[1]));
    const [reserve, others] = [['serve.rs', 'RESERVE'], ['descriptors.rs', 'OTHERS']].map(([file, name]) => Number(new RegExp(`const ${name}: \\w+ = (\\d+);`).exec(readFileSync(root(`crates/server/src/${file}`), 'utf8'))[1]));
    const needed = connections + requests + reserve + others;
    assert.ok(block.markdown.includes(`need ${needed.toLocaleString('en-US')};`), `${needed}`);
    assert.ok(Number(/LimitNOFILE=(\d+)/.exec(unit)[1]) > needed);
  });
});
