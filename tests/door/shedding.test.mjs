// More than can be done at once: told to come back, while health answers and memory stays where it is

import assert from 'node:assert/strict';
import net from 'node:net';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { assertError, assertSession } from '../support/asserts.mjs';
import { XHR, refresh, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { until } from '../support/wait.mjs';

const idp = await startIdp();
after(() => idp.down());

/** A provider that hangs is not given up while a test goes on. */
const PATIENT = { timeout: '60s' };

async function houseWith(t, stagedoor, rest = {}) {
  const { door, close } = await openHouse({ idp, stagedoor, provider: PATIENT, ...rest });
  t.after(close);
  return door;
}

const health = door => send('GET', `${door.local}/.backstage/health/v1/liveness`);
const resident = door => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${door.run.child.pid}/status`, 'utf8'))[1]);
const lines = (door, event) => door.log.split('\n').filter(line => line.includes(`event="${event}"`));

test('a provider that hangs does not fill the house: the rest is told to come back, and health answers', async t => {
  const door = await houseWith(t, { limits: { requests: 8 }, rateLimit: false });
  const { jar } = await signedIn(door);
  const held = new Set();
  idp.faults.set('/token', (_request, response) => held.add(response));
  t.after(() => idp.faults.delete('/token'));
  let n = 0;
  const ask = () => send('GET', `${door.auth}/oidc/refresh?env=development`, { headers: { ...XHR, cookie: `oidc-refresh-token=made-up-${(n += 1)}` } });
  const began = performance.now();
  const hanging = Array.from({ length: 4 }, ask);
  await until(() => held.size === 4, { what: 'the provider to be asked' });

  const flood = async times => {
    for (let round = 0; round < times; round += 1) {
      const asked = await Promise.all(Array.from({ length: 100 }, ask));
      for (const answer of asked) {
        assertError(answer, 503, 'ServiceUnavailableError', /busy/);
        assert.equal(answer.headers['retry-after'], '2');
      }
      for (const probe of ['liveness', 'readiness']) {
        assert.equal((await send('GET', `${door.local}/.backstage/health/v1/${probe}`)).status, 200);
      }
    }
  };
  await flood(2);
  const before = resident(door);
  await flood(4);
  assert.ok(resident(door) - before < 8_000, `${resident(door) - before} kB more`);
  assert.equal(held.size, 4, 'nobody else was asked about');
  await door.says(/event="overload"/);
  const told = lines(door, 'overload');
  // The first at once, the rest together every ten seconds.
  assert.ok(told.length >= 1 && told.length <= 2 + (performance.now() - began) / 9_000, told.join('\n'));

  idp.faults.delete('/token');
  for (const response of held) response.destroy();
  await Promise.all(hanging);
  const answer = await until(async () => {
    const again = await refresh(jar, door);
    return again.status === 200 && again;
  }, { what: 'the house to be open again' });
  assertSession(answer.json());
});

test('where all places are taken, people get a page that comes back by itself', async t => {
  const door = await houseWith(t, { limits: { requests: 1 }, rateLimit: false });
  let held;
  idp.faults.set('/token', (_request, response) => (held = response));
  t.after(() => idp.faults.delete('/token'));
  const hanging = send('GET', `${door.auth}/oidc/refresh?env=development`, { headers: { ...XHR, cookie: 'oidc-refresh-token=made-up' } });
  await until(() => held, { what: 'the provider to be asked' });
  const page = await send('GET', `${door.local}/`, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 503);
  assert.match(page.text, /tries again by itself/);
  assert.equal(page.headers.refresh, '2');
  held.destroy();
  await hanging;
});

/** Connections that say nothing. */
async function silent(t, door, number) {
  const sockets = Array.from({ length: number }, () => net.connect(door.port, '127.0.0.1').on('error', () => {}));
  t.after(() => sockets.forEach(socket => socket.destroy()));
  await Promise.all(sockets.map(socket => new Promise(resolve => socket.on('connect', resolve))));
  return sockets;
}

test('connections beyond the limit are told so, and health answers', async t => {
  const door = await houseWith(t, { limits: { connections: 20 } });
  const sockets = await silent(t, door, 20);
  const refused = await until(async () => {
    const answer = await send('GET', `${door.auth}/oidc/refresh?env=development`, { headers: XHR });
    if (answer.status === 503) return answer;
    // The request by which the start was noticed may still have held a place; then one of the twenty came
    // too late for one, and was soon let go.
    sockets.push(...(await silent(t, door, 1)));
    return undefined;
  }, { what: 'the limit' });
  assertError(refused, 503, 'ServiceUnavailableError');
  assert.equal(refused.headers['retry-after'], '2');
  assert.equal((await health(door)).status, 200);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await send('GET', `${door.auth}/oidc/refresh?env=development`, { headers: XHR })).status === 401, { what: 'room' });
  await signedIn(door);
});

test('where the limit of open files is low, connections are held below it, and it is said', async t => {
  const door = await houseWith(t, {}, { openFiles: '-n 300' });
  await door.says(/WARN.*limit of open files.*limits\.connections|WARN.*descriptors=300/);
  await silent(t, door, 400);
  await until(async () => (await health(door)).status === 200, { what: 'health, or room for it' });
  assert.doesNotMatch(door.log, /can't be accepted/, 'it never runs out of them');
});

test('a soft limit of open files is raised to what is needed', async t => {
  const door = await houseWith(t, {}, { openFiles: '-S -n 256' });
  const limit = Number(/Max open files\s+(\d+)/.exec(readFileSync(`/proc/${door.run.child.pid}/limits`, 'utf8'))[1]);
  assert.ok(limit >= 4_096 || /descriptors=/.test(door.log), `${limit}`);
});
