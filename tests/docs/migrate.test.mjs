// docs/migrate-from-backstage.md, walked by its own files and commands: with a real Backstage backend, a real identity provider,
// nginx and a database. Only hosts, ports and paths are others.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import differences from '../backstage/differences.mjs';
import { Backend, WITH_AUTH, WITH_PROBE, externalAccess } from '../backstage/support/backend.mjs';
import { hasNginx } from '../config/support/proxies.mjs';
import { Cluster, installedPostgres, skip as noPostgres } from '../postgres/support/cluster.mjs';
import { assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { XHR, authorize, deliver, logout, refresh, signIn, start } from '../support/flows.mjs';
import { CATALOG } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { publishedKeys } from '../support/tokens.mjs';
import { freePort, until } from '../support/wait.mjs';
import { prepareNginx, startNginx } from './support/nginx.mjs';
import { page } from './support/page.mjs';
import { Place } from './support/place.mjs';

const block = page('migrate-from-backstage.md');
const packages = fileURLToPath(new URL('../backstage/node_modules/@backstage/backend-defaults', import.meta.url));
const skip = noPostgres || (!hasNginx() && 'nginx is not installed') || (!existsSync(packages) && 'the packages of Backstage are not there: npm ci --prefix backstage');

// Backstage reads its configuration with it.
const yaml = createRequire(new URL('../backstage/package.json', import.meta.url))('yaml');

const PROBE = WITH_PROBE.at(-1);
const METADATA = 'https://sso.example.com/realms/main/.well-known/openid-configuration';
const SECRET = 'Zm9yIHRlc3RzIG9ubHksIGJ1dCBsb25nIGVub3VnaAo';

const bearer = token => ({ authorization: `Bearer ${token}` });
const kidOf = token => decodeProtectedHeader(token).kid;

/** Backstage, the provider and nginx, as they are before anybody has heard of Stagedoor. */
async function openOffice({ files, env }) {
  const [idp, ...ports] = await Promise.all([startIdp(), freePort(), freePort(), freePort()]);
  const [door, backstage, stagedoor] = ports;
  const baseUrl = `http://localhost:${door}`;
  idp.client('backstage', `${baseUrl}/api/auth/oidc/handler/frame`);
  const nginx = prepareNginx(temporaryDirectory());
  const variables = { AUTH_SESSION_SECRET: SECRET, OIDC_CLIENT_SECRET: 'backstage-secret', ...env };
  const place = new Place({
    nginx,
    env: variables,
    path: [installedPostgres()].filter(Boolean),
    substitutes: [
      ['https://backstage.example.com', baseUrl],
      [METADATA, idp.metadataUrl],
      ['/etc/backstage/org.yaml', CATALOG],
      ['/etc/nginx/conf.d', nginx.sites],
      ['listen 443 ssl;', `listen 127.0.0.1:${door};`],
      ['server_name backstage.example.com;', 'server_name localhost;'],
      ['  ssl_certificate /etc/nginx/tls/backstage.example.com.crt;\n', ''],
      ['  ssl_certificate_key /etc/nginx/tls/backstage.example.com.key;\n', ''],
      // What follows from https.
      ['__Host-…; Path=/; HttpOnly; Secure; SameSite=Lax', 'Path=/api/auth/oidc; HttpOnly; SameSite=Lax'],
      ['7007', String(backstage)],
      ['7008', String(stagedoor)],
    ],
  });
  for (const [name, text] of Object.entries(files)) place.write(name, text);
  const backend = new Backend({
    directory: place.directory,
    features: [...WITH_AUTH, PROBE],
    config: { backend: { baseUrl, listen: { port: backstage } } },
    env: { ...variables, APP_CONFIG_backend_auth_externalAccess: JSON.stringify(externalAccess) },
  });
  backend.config = place.here(files['app-config.yaml']);
  let proxy;
  const close = () => Promise.all([proxy?.close(), backend.close(), idp.down()]);
  try {
    place.write(join(nginx.sites, 'backstage.conf'), files['backstage.conf']);
    [proxy] = await Promise.all([startNginx(nginx, door), backend.open()]);
  } catch (error) {
    await close();
    throw error;
  }
  /** As flows.mjs knows a server: what the browser sees. */
  const site = { baseUrl, auth: `${baseUrl}/api/auth`, local: baseUrl };
  return {
    idp, place, proxy, site,
    stagedoor: { ...site, local: `http://localhost:${stagedoor}` },
    close,
  };
}

/** A line of the page that ends in `…` is the beginning of one. */
const says = (output, line) => output.split('\n').some(other => (line.endsWith('…') ? other.startsWith(line.slice(0, -1)) : other === line));

function assertOutput(output, expected) {
  for (const line of expected.trimEnd().split('\n')) assert.ok(says(output, line), `“${line}” is in\n${output}`);
}

/** What a person does in a browser at the site, and what a backend makes of their token. */
const personAt = ({ site, idp }) => ({
  asked: () => idp.requests.filter(({ path }) => path.startsWith('/interaction/')).length,
  enter: (as, jar = new Jar()) => signIn(jar, site, { as, env: 'production', origin: site.baseUrl }).then(rest => ({ jar, ...rest })),
  refresh: jar => refresh(jar, site, { env: 'production', from: site.baseUrl }),
  leave: jar => logout(jar, site, { env: 'production', from: site.baseUrl }),
  assertKnown: async (session, user) => {
    const answer = await send('GET', `${site.baseUrl}/api/probe/who`, { headers: bearer(session.backstageIdentity.token) });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json().userEntityRef, user);
    assert.ok(answer.json().ownershipEntityRefs.length > 1, 'their groups are known');
  },
});

const sessionCookie = jar => jar.held().find(({ name }) => name === 'oidc-refresh-token')?.value;
const isOurs = jar => /^sd1\./.test(sessionCookie(jar));

/** Runs commands that change the route, and sees whose it is then. */
async function route({ place, site, proxy }, commands, toStagedoor, path = '/.well-known/jwks.json') {
  await proxy.reload(() => place.succeed(commands));
  assert.equal('x-request-id' in (await send('GET', `${site.auth}${path}`)).headers, toStagedoor);
}

describe('moving over and back, on PostgreSQL', { skip }, () => {
  const people = {};
  let cluster, office, person, place, serving;

  const serve = async () => {
    serving = place.start(block('run', 'serve'));
    await serving.until(async () => (await place.run(block('run', 'ready'))).code === 0, 'Stagedoor to be ready');
  };

  before(async () => {
    cluster = await Cluster.start();
    const files = ['app-config.yaml', 'app-config.stagedoor.yaml', 'backstage.conf', 'backstage-with-stagedoor.conf'];
    office = await openOffice({
      files: Object.fromEntries(files.map(name => [name, block('file', name)])),
      env: { POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: String(cluster.port), POSTGRES_USER: cluster.user, POSTGRES_PASSWORD: cluster.password },
    });
    person = personAt(office);
    ({ place } = office);
    for (const as of ['ada', 'grace', 'alan']) people[as] = await person.enter(as);
    people.between = { jar: new Jar() };
    people.between.callback = await authorize(people.between.jar, await start(people.between.jar, office.site, { env: 'production', origin: office.site.baseUrl }));
  });
  after(async () => {
    await serving?.close();
    await office?.close();
    await cluster?.close();
  });

  test('the check finds nothing that would fail', async () => {
    const output = await place.succeed(block('run', 'check'));
    assertOutput(output, place.here(block('of', 'check')));
    const warnings = output.split('\n').filter(line => /^ {2}! /.test(line));
    assert.deepEqual(warnings.filter(line => !/^ {2}! token /.test(line)), [], 'the page tells of no other warning');
  });

  test('Stagedoor starts beside Backstage, and each knows what the other signs', async () => {
    await serve();
    const ready = JSON.parse(await place.succeed(block('run', 'ready')));
    for (const [key, value] of Object.entries(JSON.parse(block('of', 'ready')))) assert.deepEqual(ready[key], value, key);
    for (const table of ['signing_keys', 'backstage_backend_public_keys__keys', 'user_info']) {
      assert.match(serving.stderr, new RegExp(`sharing the table ${table} with Backstage`));
    }
    const kids = async side => (await publishedKeys(side)).keys.map(({ kid }) => kid).sort();
    assert.deepEqual(await kids(office.stagedoor), await kids(office.site));
    const answer = await send('GET', `${office.stagedoor.local}/api/auth/v1/userinfo`, { headers: bearer(people.ada.session.backstageIdentity.token) });
    assert.equal(answer.json().claims?.sub, 'user:default/ada', answer.text);
    assert.notEqual((await place.run(block('run', 'who-answers'))).code, 0, 'Backstage answers');
  });

  test('the route is switched, and a session goes on without a sign-in', async () => {
    await route(office, block('run', 'switch'), true);
    await place.succeed(block('run', 'who-answers'));
    const { ada } = people;
    const before = person.asked();
    assert.ok(!isOurs(ada.jar));
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await person.refresh(ada.jar);
      assert.equal(answer.status, 200, answer.text);
      assertSession((ada.later = answer.json()));
    }
    assert.equal(person.asked(), before);
    assert.ok(isOurs(ada.jar), 'the refresh token has left the browser');
    assert.match(await place.succeed(block('run', 'count')), /user:default\/ada \| +1/);
  });

  test('backends take the tokens of both', async () => {
    const { session, later } = people.ada;
    assert.notEqual(kidOf(session.backstageIdentity.token), kidOf(later.backstageIdentity.token));
    for (const each of [session, later]) await person.assertKnown(each, 'user:default/ada');
  });

  test('who was in the middle of a sign-in begins again', async () => {
    const { jar, callback } = people.between;
    const answer = await deliver(jar, callback);
    assert.match(decodeURIComponent(/decodeURIComponent\('([^']*)'\)/.exec(answer.text)?.[1] ?? '') + answer.text, /"message":"OAuth state is invalid"/);
    assert.doesNotMatch(answer.text, /accessToken/);
    await person.assertKnown((await person.enter('ada', jar)).session, 'user:default/ada');
  });

  test('people sign in and out, and the log says so', async () => {
    await person.enter('stranger');
    const leaving = await person.enter('alan');
    await person.leave(leaving.jar);
    await send('GET', `${office.site.auth}/oidc/refresh?env=production`, { headers: { ...XHR, cookie: 'oidc-refresh-token=of-a-session-that-has-ended' } });
    people.alan = await person.enter('alan', people.alan.jar);
    assert.ok(isOurs(people.alan.jar));
    const shape = line => [/ (INFO|WARN) /.exec(line)[1], ...line.slice(line.indexOf('stagedoor::audit')).replace(/(detail|user|subject|reason|session)=(?:"[^"]*"|\S+)/g, '$1').split(' detail')[0].split(' ')].join(' ');
    const logged = () => serving.stderr.split('\n').slice(0, -1).filter(line => line.includes('stagedoor::audit')).map(shape);
    const reasons = [...block('log', 'audit').matchAll(/reason="\w+"/g)].map(([reason]) => reason);
    for (const line of block('log', 'audit').trimEnd().split('\n')) await serving.until(() => logged().includes(shape(line)), `the log to say ${shape(line)}`);
    for (const reason of reasons) await serving.until(() => serving.stderr.includes(reason), reason);
  });

  test('back: who stayed away goes on, who did not signs in without being asked', async () => {
    const { ada, grace } = people;
    await route(office, block('run', 'back'), false);
    await person.assertKnown(ada.later, 'user:default/ada');

    assert.equal((await person.refresh(grace.jar)).status, 200);

    const cookie = sessionCookie(ada.jar);
    const refused = await person.refresh(ada.jar);
    assert.equal(refused.status, 401, refused.text);
    assert.match(refused.json().error.message, /^Refresh failed; caused by OPError: invalid_grant/);
    assert.equal(sessionCookie(ada.jar), cookie);
    const before = person.asked();
    const { session } = await person.enter('ada', ada.jar);
    assert.equal(person.asked(), before, 'the provider asks nothing');
    await person.assertKnown(session, 'user:default/ada');
    assert.ok(!isOurs(ada.jar));
    assert.equal((await person.refresh(ada.jar)).status, 200);
  });

  test('who signs out right after is signed out', async () => {
    const jar = people.alan.jar.copy();
    assert.equal((await person.leave(jar)).status, 200);
    assert.equal(sessionCookie(jar), undefined);
  });

  test('forward again: both sessions go on', async () => {
    await route(office, block('run', 'switch'), true);
    const before = person.asked();
    for (const { jar } of [people.alan, people.ada, people.grace]) assert.equal((await person.refresh(jar)).status, 200);
    assert.equal(person.asked(), before);
  });

  test('for good: nothing of Stagedoor is left, and Backstage serves', async () => {
    await route(office, block('run', 'back'), false);
    await serving.close();
    await place.succeed(block('run', 'forget'));
    assert.deepEqual((await cluster.tables('backstage_plugin_auth')).filter(name => /stagedoor|sqlx/.test(name)), []);
    const { jar, session } = await person.enter('grace', people.grace.jar);
    await person.assertKnown(session, 'user:default/grace');
    assert.equal((await person.refresh(jar)).status, 200);
    await serve();
    await route(office, block('run', 'switch'), true);
    assert.equal((await person.refresh(jar)).status, 200, 'and it can come again');
  });
});

describe('SQLite, and only one provider', { skip }, () => {
  let office, person, place, serving, ada;

  before(async () => {
    const config = yaml.parse(block('file', 'app-config.yaml'));
    config.backend.database = yaml.parse(block('database', 'sqlite')).backend.database;
    const directory = temporaryDirectory();
    office = await openOffice({
      files: {
        'app-config.yaml': yaml.stringify(config).replace('/var/lib/backstage', directory),
        'app-config.stagedoor.yaml': block('file', 'app-config.stagedoor.sqlite.yaml'),
        ...Object.fromEntries(['backstage.conf', 'backstage-with-one-provider.conf'].map(name => [name, block('file', name)])),
      },
    });
    person = personAt(office);
    ({ place } = office);
    ada = await person.enter('ada');
  });
  after(async () => {
    await serving?.close();
    await office?.close();
  });

  test('a session goes on, backends take our tokens, Backstage keeps the rest', async () => {
    await place.succeed(block('run', 'check'));
    serving = place.start(block('run', 'serve'));
    await serving.until(async () => (await place.run(block('run', 'ready'))).code === 0, 'Stagedoor to be ready');
    await route(office, block('run', 'switch').replace('backstage-with-stagedoor', 'backstage-with-one-provider'), true, '/oidc/refresh');
    const before = person.asked();
    const answer = await person.refresh(ada.jar);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(person.asked(), before);
    assert.ok(isOurs(ada.jar));
    await person.assertKnown(answer.json(), 'user:default/ada');
    await person.assertKnown(ada.session, 'user:default/ada');
    const grace = await person.enter('grace');
    await person.assertKnown(grace.session, 'user:default/grace');
    assert.equal((await send('GET', `${office.site.auth}/github/start`)).headers['x-request-id'], undefined, 'Backstage answers');
  });

  test('and back', async () => {
    await route(office, block('run', 'back'), false, '/oidc/refresh');
    assert.equal((await person.refresh(ada.jar)).status, 401);
    const before = person.asked();
    await person.assertKnown((await person.enter('ada', ada.jar)).session, 'user:default/ada');
    assert.equal(person.asked(), before);
  });
});

test('a host of its own: the check says what the page says', { skip: noPostgres }, async t => {
  const idp = await startIdp();
  t.after(() => idp.down());
  idp.client('backstage', 'https://auth.example.com/api/auth/oidc/handler/frame');
  const place = new Place({
    env: { AUTH_SESSION_SECRET: SECRET, OIDC_CLIENT_SECRET: 'backstage-secret', POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '1', POSTGRES_USER: 'x', POSTGRES_PASSWORD: 'x' },
    substitutes: [[METADATA, idp.metadataUrl], ['7007', String(await freePort())], ['7008', String(await freePort())]],
  });
  for (const name of ['app-config.yaml', 'app-config.stagedoor.host.yaml']) place.write(name, block('file', name));
  // Neither catalog nor database is there: what is asked for is what the check says of hosts.
  const { stdout } = await place.run(block('run', 'check-host'));
  assertOutput(stdout, block('of', 'check-host'));
  assert.equal(yaml.parse(block('file', 'app-config.auth-elsewhere.yaml')).discovery.endpoints[0].target.replace('/api/{{pluginId}}', ''), yaml.parse(block('file', 'app-config.stagedoor.host.yaml')).backend.baseUrl);
});

test('every difference that is meant is on the page', () => {
  const listed = [...block.markdown.matchAll(/^\| \*\*(.+?)\*\* \|/gm)].map(([, name]) => name);
  const meant = differences.map(({ name }) => name).filter(name => !name.startsWith('SLIP'));
  assert.deepEqual(listed.toSorted(), meant.toSorted());
});
