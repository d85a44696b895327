// Every key of backend.cors (contract §8, §12)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { APP, XHR, refresh, signedIn } from '../support/flows.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { complaints, houseFor } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

/** A door whose backend.cors is exactly `cors`. */
async function doorWith(t, cors) {
  const { door } = await houseFor(t, idp, { backend: { cors } });
  const path = `${door.auth}/oidc/refresh?optional&env=development`;
  return {
    door,
    preflight: async (origin = APP, { method = 'GET', headers = 'x-requested-with' } = {}) =>
      (await send('OPTIONS', path, { headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers } })).headers,
    ask: async (origin = APP) => (await send('GET', path, { headers: { ...XHR, origin } })).headers,
  };
}

const ALLOWED = 'access-control-allow-origin';
const list = text => (text ?? '').split(/\s*,\s*/).filter(Boolean).map(item => item.toLowerCase()).sort();

test('origin: a string', async t => {
  const { preflight, ask } = await doorWith(t, { origin: APP });
  for (const headers of [await preflight(), await ask()]) assert.equal(headers[ALLOWED], APP);
  for (const headers of [await preflight('http://localhost:3001'), await ask('http://localhost:3001')]) assert.equal(headers[ALLOWED], undefined);
});

test('origin: a list', async t => {
  const { ask } = await doorWith(t, { origin: [APP, 'https://b.example.com'] });
  assert.equal((await ask('https://b.example.com'))[ALLOWED], 'https://b.example.com');
  assert.equal((await ask())[ALLOWED], APP);
  assert.equal((await ask('https://c.example.com'))[ALLOWED], undefined);
});

test('origin: globs, without regard to case', async t => {
  const { ask } = await doorWith(t, { origin: ['https://*.Example.com', 'http://localhost:{3000,4000}', 'https://pr-?.dev'] });
  for (const origin of ['https://a.example.com', 'https://a.b.example.com', 'http://localhost:4000', 'https://pr-1.dev']) assert.equal((await ask(origin))[ALLOWED], origin, origin);
  for (const origin of ['https://example.com', 'http://localhost:5000', 'https://pr-10.dev', 'https://a.example.com.evil.com', 'http://a.example.com', 'null']) {
    assert.equal((await ask(origin))[ALLOWED], undefined, origin);
  }
});

test('origin: a lone * fits no origin, for it does not cross a slash', async t => {
  const { ask } = await doorWith(t, { origin: '*' });
  assert.equal((await ask())[ALLOWED], undefined);
});

test('methods: those that are named; else those the cors package names', async t => {
  const { preflight } = await doorWith(t, { origin: APP, methods: ['GET', 'POST'] });
  assert.deepEqual(list((await preflight())['access-control-allow-methods']), ['get', 'post']);
  const { preflight: usual } = await doorWith(t, { origin: APP });
  assert.deepEqual(list((await usual())['access-control-allow-methods']), ['delete', 'get', 'head', 'patch', 'post', 'put']);
  const { preflight: one } = await doorWith(t, { origin: APP, methods: 'PATCH' });
  assert.deepEqual(list((await one())['access-control-allow-methods']), ['patch']);
});

test('credentials: only when it is true', async t => {
  for (const [credentials, expected] of [[true, 'true'], [false, undefined], [undefined, undefined]]) {
    const { preflight, ask } = await doorWith(t, { origin: APP, credentials });
    for (const headers of [await preflight(), await ask()]) assert.equal(headers['access-control-allow-credentials'], expected, `${credentials}`);
  }
});

test('allowedHeaders: those that are named; else those that are asked for', async t => {
  const { preflight } = await doorWith(t, { origin: APP, allowedHeaders: ['X-Requested-With', 'X-One'] });
  assert.deepEqual(list((await preflight(APP, { headers: 'x-two' }))['access-control-allow-headers']), ['x-one', 'x-requested-with']);
  const { preflight: usual } = await doorWith(t, { origin: APP });
  assert.deepEqual(list((await usual(APP, { headers: 'x-two,x-three' }))['access-control-allow-headers']), ['x-three', 'x-two']);
});

test('exposedHeaders: on answers', async t => {
  const { ask } = await doorWith(t, { origin: APP, exposedHeaders: ['X-Request-Id', 'ETag'] });
  assert.deepEqual(list((await ask())['access-control-expose-headers']), ['etag', 'x-request-id']);
  const { ask: usual } = await doorWith(t, { origin: APP });
  assert.equal((await usual())['access-control-expose-headers'], undefined);
});

test('maxAge: how long a preflight is good for', async t => {
  for (const [maxAge, expected] of [[600, '600'], [0, '0'], [undefined, undefined]]) {
    const { preflight } = await doorWith(t, { origin: APP, maxAge });
    assert.equal((await preflight())['access-control-max-age'], expected, `${maxAge}`);
  }
});

test('absent: no other origin may read anything, and the same site goes on working', async t => {
  const { door, preflight, ask } = await doorWith(t, undefined);
  for (const headers of [await preflight(), await ask()]) assert.equal(headers[ALLOWED], undefined);
  const { jar } = await signedIn(door);
  assert.equal((await refresh(jar, door)).status, 200);
});

test('the keys of the cors package that Backstage passes on are no complaint', async t => {
  const { door } = await doorWith(t, { origin: APP, preflightContinue: false, optionsSuccessStatus: 204 });
  assert.deepEqual(complaints(door.log), []);
});

test('what answers differ by is told to caches', async t => {
  const { preflight, ask } = await doorWith(t, { origin: [APP, 'https://b.example.com'], credentials: true });
  for (const headers of [await preflight(), await ask(), await ask('https://evil.example.com')]) assert.match(headers.vary ?? '', /origin/i);
});

test('a sign-in from an allowed origin ends where it began', async t => {
  const { door } = await doorWith(t, { origin: APP, credentials: true });
  const { jar } = await signedIn(door, { jar: new Jar() });
  assert.equal((await refresh(jar, door)).headers[ALLOWED], APP);
});
