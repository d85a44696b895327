// stagedoor sessions list|revoke|reseal, beside running servers

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { better } from '../support/asserts.mjs';
import { refresh, signedIn } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';

const database = { client: 'better-sqlite3', connection: { directory: join(temporaryDirectory(), 'db') } };
const providers = idp => ({ oidc: { development: providerBlock(idp), noresolver: providerBlock(idp, { signIn: undefined }) }, other: { development: providerBlock(idp) } });
const { door, idp, close } = await openHouse({ providers, backend: { database } });
after(close);
const node = await openHouse({ idp, providers, backend: { database } });
after(node.close);

/** Runs `stagedoor sessions` over the configuration of the first node, or another. */
async function sessions(args, { config = door.config, code = 0 } = {}) {
  const directory = temporaryDirectory();
  const [command, ...rest] = args;
  const run = new Run(['sessions', command, '--config', writeConfig(directory, config), ...rest], { cwd: directory });
  const exit = await run.ended();
  assert.equal(exit.code, code, run.tail());
  return run;
}

const listed = async (...args) => (await sessions(['list', '--json', ...args])).stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
const forget = () => sessions(['revoke', '--all']);

async function assertOver(jar, options) {
  for (const at of [door, node.door]) assert.equal((await refresh(jar.copy(), { auth: at.auth }, options)).status, 401, at.auth);
}

better('list: who has which sessions, and no secret', async () => {
  await forget();
  const { jar, session } = await signedIn(door);
  await signedIn(node.door, { as: 'grace' });
  await signedIn(door, { env: 'noresolver' });
  assert.equal((await refresh(jar, door)).status, 200);
  const [bare, grace, ada, ...more] = await listed();
  assert.deepEqual(more, []);
  assert.deepEqual([bare.user, bare.subject, bare.environment], [null, 'ada', 'noresolver']);
  assert.equal(grace.user, 'user:default/grace');
  assert.deepEqual(Object.keys(ada), ['id', 'user', 'provider', 'environment', 'subject', 'createdAt', 'refreshedAt', 'expiresAt']);
  assert.ok(Date.parse(ada.createdAt) < Date.parse(ada.refreshedAt));
  const { stdout, stderr } = await sessions(['list']);
  assert.match(stdout, /^ID .*\n[\da-f]{32}  ada .*\n[\da-f]{32}  user:default\/grace .*\n[\da-f]{32}  user:default\/ada .*\n$/);
  const cookie = decodeURIComponent(jar.held().find(({ name }) => name === 'oidc-refresh-token').value);
  for (const secret of [cookie.slice(30), session.providerInfo.accessToken, session.providerInfo.idToken.split('.')[2]]) {
    assert.ok(!`${stdout}${stderr}${JSON.stringify(ada)}`.includes(secret));
  }
});

better('list: of one user, provider and environment', async () => {
  await forget();
  for (const options of [{}, { as: 'grace' }, { provider: 'other' }, { env: 'noresolver' }]) await signedIn(door, options);
  assert.equal((await listed()).length, 4);
  for (const user of ['ada', 'User:Ada', 'user:default/ada']) assert.equal((await listed('--user', user)).length, 2, user);
  assert.equal((await listed('--user', 'ada', '--provider', 'other')).length, 1);
  assert.equal((await listed('--provider', 'oidc', '--environment', 'noresolver')).length, 1);
  assert.equal((await listed('--user', 'nobody')).length, 0);
  assert.equal((await sessions(['list', '--user', 'nobody'])).stdout, 'no sessions\n');
  const { stdout, stderr } = await sessions(['list', '--limit', '3']);
  assert.equal(stdout.trim().split('\n').length, 4);
  assert.match(stderr, /there are more than 3, see --limit/);
});

better('revoke: on every running node at once, and nobody else’s', async () => {
  await forget();
  const [one, two, grace] = [await signedIn(door), await signedIn(node.door), await signedIn(door, { as: 'grace' })];
  for (const { jar } of [one, two]) assert.equal((await refresh(jar, node.door)).status, 200);
  const { stdout, stderr } = await sessions(['revoke', '--user', 'ada']);
  assert.equal(stdout, '2 sessions ended\n');
  assert.match(stderr, /sessions_revoked.*command line.*user:default\/ada/);
  for (const { jar } of [one, two]) await assertOver(jar);
  assert.equal((await refresh(grace.jar, node.door)).status, 200);
  assert.equal((await sessions(['revoke', '--user', 'ada'])).stdout, '0 sessions ended\n');
});

better('revoke: by id, provider, environment, and all', async () => {
  await forget();
  const open = {};
  for (const [name, options] of Object.entries({ ada: {}, grace: { as: 'grace' }, other: { provider: 'other' }, bare: { env: 'noresolver' } })) open[name] = { ...(await signedIn(door, options)), options };
  const [{ id }] = await listed('--user', 'grace');
  assert.equal((await sessions(['revoke', '--id', id])).stdout, '1 session ended\n');
  await assertOver(open.grace.jar);
  assert.equal((await sessions(['revoke', '--id', id])).stdout, '0 sessions ended\n');
  assert.equal((await sessions(['revoke', '--provider', 'oidc', '--environment', 'noresolver'])).stdout, '1 session ended\n');
  await assertOver(open.bare.jar, open.bare.options);
  assert.deepEqual(JSON.parse((await sessions(['revoke', '--provider', 'other', '--json'])).stdout), { ended: 1 });
  await assertOver(open.other.jar, open.other.options);
  assert.equal((await refresh(open.ada.jar, door)).status, 200);
  assert.equal((await sessions(['revoke', '--all'])).stdout, '1 session ended\n');
  await assertOver(open.ada.jar);
});

describe('what can not be done is said, and nothing is', () => {
  for (const [args, code, says] of [
    [['revoke'], 2, /--user|required/],
    [['revoke', '--environment', 'development'], 2, /required/],
    [['revoke', '--all', '--user', 'ada'], 2, /cannot be used with/],
    [['revoke', '--id', 'abc'], 2, /32 hexadecimal digits/],
    [['revoke', '--user', 'user:'], 1, /no entity ref/],
    [['list', '--user', ''], 1, /no entity ref/],
  ]) {
    test(args.join(' '), async () => {
      const before = (await listed()).length;
      assert.match((await sessions(args, { code })).stderr, says);
      assert.equal((await listed()).length, before);
    });
  }

  test('a database in memory', async () => {
    const config = { ...door.config, backend: { ...door.config.backend, database: { client: 'better-sqlite3', connection: ':memory:' } } };
    assert.match((await sessions(['list'], { config, code: 1 })).stderr, /in memory/);
  });

  test('a configuration with mistakes', async () => {
    assert.match((await sessions(['list'], { config: 'backend: [', code: 2 })).stderr, /app-config\.yaml/);
  });
});

better('reseal: afterwards the old secret is needed no more', async t => {
  const [old, young] = ['the old secret of more than 32 characters', 'the new secret of more than 32 characters'];
  const directory = temporaryDirectory();
  const { door, close } = await openHouse({
    idp,
    auth: { session: { secret: [old] } },
    backend: { database: { client: 'better-sqlite3', connection: { directory: join(directory, 'db') } } },
  });
  t.after(close);
  const restartWith = async secret => {
    await door.close();
    door.config.auth.session.secret = secret;
    await door.open();
  };
  const config = door.config;
  const jars = [];
  for (let each = 0; each < 3; each += 1) jars.push((await signedIn(door)).jar);
  assert.equal((await refresh(jars[1], door)).status, 200);

  await restartWith([young, old]);
  assert.equal((await refresh(jars[2], door)).status, 200);
  const { stdout } = await sessions(['reseal'], { config });
  assert.equal(stdout, '2 sessions encrypted anew, 1 were encrypted with the first secret already\n');
  assert.equal((await sessions(['reseal'], { config })).stdout, '0 sessions encrypted anew, 3 were encrypted with the first secret already\n');
  assert.deepEqual(JSON.parse((await sessions(['reseal', '--json'], { config })).stdout), { resealed: 0, already: 3, unreadable: 0, left: 0 });

  await restartWith([young]);
  for (const jar of jars) assert.equal((await refresh(jar, door)).status, 200);
  const { stderr } = await sessions(['reseal'], { config: { ...config, auth: { ...config.auth, session: { secret: [old] } } } });
  assert.match(stderr, /3 sessions can't be read with any of the secrets/);
  for (const jar of jars) assert.equal((await refresh(jar, door)).status, 200, 'and are left alone');
});
