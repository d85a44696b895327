// docs/sessions.md, by its own files and commands

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { refresh, signedIn } from '../support/flows.mjs';
import { appConfig, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { freePort } from '../support/wait.mjs';
import { page } from './support/page.mjs';
import { Place } from './support/place.mjs';

const block = page('sessions.md');
const step = name => block('step', name);
const command = name => block('run', name);

const [idp, port] = [await startIdp(), await freePort()];
const door = { auth: `http://localhost:${port}/api/auth`, local: `http://localhost:${port}` };
idp.client('backstage', `${door.auth}/oidc/handler/frame`);
const place = new Place({
  substitutes: [['https://backstage.example.com', door.local]],
  env: {
    AUTH_SESSION_SECRET: 'Zm9yIHRlc3RzIG9ubHksIGJ1dCBsb25nIGVub3VnaAo',
    AUTH_SESSION_SECRET_NEW: 'YW5vdGhlciBvbmUsIGFsc28gZm9yIHRlc3RzIG9ubHkK',
    OFFBOARDING_TOKEN: 'b2ZmYm9hcmRpbmcsIGluIHRlc3RzIG9ubHkK',
  },
});
const { auth, ...config } = appConfig({
  port,
  providers: { oidc: { development: providerBlock(idp) } },
  backend: { database: { client: 'better-sqlite3', connection: { directory: join(place.directory, 'db') } } },
});
place.write('app-config.yaml', JSON.stringify({ ...config, auth: { ...auth, session: undefined } }));
place.write('app-config.production.yaml', step('limits'));

let server;
const serve = async () => {
  server = place.start('stagedoor serve --config app-config.yaml --config app-config.production.yaml');
  await server.until(async () => (await send('GET', `${door.local}/.backstage/health/v1/liveness`)).status === 200, 'the server to be alive');
};
/** Puts another text into the file, and waits until it counts. */
const changeTo = async text => {
  const times = () => server.stderr.split('configuration_changed').length;
  const before = times();
  place.write('app-config.production.yaml', text);
  await server.until(() => times() > before, 'the change to take effect');
};
after(async () => {
  await server?.close();
  await idp.down();
});
await serve();

test('by command: listed and ended', async () => {
  const [ada, grace] = [await signedIn(door), await signedIn(door, { as: 'grace' })];
  const shown = await place.succeed(command('list'));
  assert.equal(shown.trim().split('\n').length, 2, shown);
  assert.match(shown, /user:default\/ada/);
  assert.equal(await place.succeed(command('revoke')), '1 session ended\n');
  assert.equal((await refresh(ada.jar, door)).status, 401);
  assert.equal((await refresh(grace.jar, door)).status, 200);
});

test('maxPerUser of the page', async () => {
  const browsers = [];
  for (let each = 0; each < 21; each += 1) browsers.push(await signedIn(door));
  assert.equal((await refresh(browsers[0].jar, door)).status, 401);
  assert.equal((await refresh(browsers[1].jar, door)).status, 200);
  await server.until(() => /session_limit/.test(server.stderr), 'the log to say so');
  assert.match(await place.succeed(command('revoke')), /^20 sessions ended/);
});

test('by a service: off, then on, listed and ended', async () => {
  assert.notEqual((await place.run(command('service-list'))).code, 0);
  await changeTo(`${step('limits')}${step('service')}`);
  const { jar } = await signedIn(door);
  await signedIn(door);
  const { items, nextCursor } = JSON.parse(await place.succeed(command('service-list')));
  assert.deepEqual([items.length, items[0].user, nextCursor], [2, 'user:default/ada', undefined]);
  assert.deepEqual(JSON.parse(await place.succeed(command('service-revoke'))), { ended: 2 });
  assert.equal((await refresh(jar, door)).status, 401);
  await server.until(() => /sessions_revoked.*external:offboarding/.test(server.stderr), 'the log to say who asked');
});

test('changing the secret signs nobody out, and afterwards the old one is needed no more', async () => {
  const [idle, active] = [await signedIn(door), await signedIn(door)];
  await changeTo(step('both'));
  assert.equal((await refresh(active.jar, door)).status, 200);
  const said = await place.succeed(command('reseal'));
  assert.match(said, /^\d+ sessions encrypted anew, 1 were encrypted with the first secret already\n$/);
  await changeTo(step('new'));
  for (const { jar } of [idle, active]) assert.equal((await refresh(jar, door)).status, 200);
});

test('every code that the page names is one that is answered', async () => {
  const source = readFileSync(new URL('../../crates/server/src/error.rs', import.meta.url), 'utf8');
  const [, codes] = /with a `code`: ([\s\S]*?)\.\n/.exec(block.markdown);
  const named = [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code);
  assert.equal(named.length, 7);
  for (const code of named) assert.ok(source.includes(`"${code}"`), code);
});
