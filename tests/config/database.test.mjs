// backend.database with SQLite; tests/postgres/config.test.mjs has PostgreSQL

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { refresh, signedIn } from '../support/flows.mjs';
import { startIdp } from '../support/provider.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { complaints, configFor, houseFor, refusedBy } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

/** Whether a session outlives a restart, with this `backend.database`. */
async function outlives(t, database, directory = temporaryDirectory()) {
  const { door } = await houseFor(t, idp, { directory, backend: { database } });
  const { jar } = await signedIn(door);
  await door.close();
  await door.open();
  const { status } = await refresh(jar, door);
  assert.ok([200, 401].includes(status));
  return status === 200;
}

test(':memory: ends with the process', async t => {
  for (const client of ['better-sqlite3', 'sqlite3']) assert.equal(await outlives(t, { client, connection: ':memory:' }), false, client);
});

test('a directory, from where the process runs; Backstage’s own file in it is left alone', async t => {
  const directory = temporaryDirectory();
  assert.equal(await outlives(t, { client: 'better-sqlite3', connection: { directory: './data/db' } }, directory), true);
  const files = readdirSync(join(directory, 'data/db'));
  assert.ok(files.length > 0 && !files.includes('auth.sqlite'), files.join());
});

test('an absolute directory', async t => {
  const directory = join(temporaryDirectory(), 'made');
  assert.equal(await outlives(t, { client: 'better-sqlite3', connection: { directory } }), true);
  assert.ok(readdirSync(directory).length > 0);
});

test('the name of a file, in the directory or by itself', async t => {
  const directory = temporaryDirectory();
  const database = connection => ({ client: 'better-sqlite3', connection: { directory: 'data' }, plugin: { auth: { connection } } });
  assert.equal(await outlives(t, database({ filename: 'one.sqlite' }), directory), true);
  assert.ok(existsSync(join(directory, 'data/one.sqlite')));
  assert.equal(await outlives(t, { client: 'better-sqlite3', connection: 'two.sqlite' }, directory), true);
  assert.ok(existsSync(join(directory, 'two.sqlite')));
});

test('the absolute name of a file', async t => {
  const directory = temporaryDirectory();
  assert.equal(await outlives(t, { client: 'better-sqlite3', connection: ':memory:', plugin: { auth: { connection: join(directory, 'one.sqlite') } } }), true);
  assert.ok(existsSync(join(directory, 'one.sqlite')));
});

test('plugin.auth goes over what is for all', async t => {
  const directory = temporaryDirectory();
  const at = name => ({ directory: join(directory, name) });
  const database = { client: 'better-sqlite3', connection: at('all'), plugin: { auth: { connection: at('own') }, catalog: { connection: at('other') } } };
  assert.equal(await outlives(t, database), true);
  assert.deepEqual(readdirSync(directory), ['own']);
});

test('plugin.auth may be of another kind than the rest', async t => {
  const directory = temporaryDirectory();
  const database = { client: 'pg', connection: { host: '127.0.0.1', port: 9 }, plugin: { auth: { client: 'better-sqlite3', connection: { directory } } } };
  assert.equal(await outlives(t, database), true);
});

test('absent: in memory, with a warning', async t => {
  const { door } = await houseFor(t, idp, { backend: { database: undefined } });
  await signedIn(door);
  await door.says(/\b(WARN|ERROR)\b.*backend\.database/);
});

test('knexConfig, keepalive and the like are no complaint', async t => {
  const { door } = await houseFor(t, idp, { backend: { database: { client: 'better-sqlite3', connection: ':memory:', knexConfig: { pool: { min: 1 } }, prefix: 'x_', ensureExists: true } } });
  assert.deepEqual(complaints(door.log), []);
});

test('a client that is not known, and one that is not supported: code 2, and the key', async () => {
  for (const client of ['mysql2', 'sqllite']) {
    assert.match(await refusedBy(await configFor(idp, it => (it.backend.database = { client, connection: ':memory:' }))), /backend\.database|client/);
  }
});

test('a directory that cannot be: an error that names it', async () => {
  const config = await configFor(idp, it => (it.backend.database.connection = { directory: '/proc/nowhere' }));
  assert.match(await refusedBy(config, { code: 1 }), /\/proc\/nowhere/);
});
