// CORS (contract §8): `backend.cors`, with credentials

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { APP, refresh, signedIn, XHR } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';

const { door, close } = await openHouse({
  backend: {
    cors: {
      origin: [APP, 'https://*.preview.example.com'],
      methods: ['GET', 'HEAD', 'POST'],
      credentials: true,
      exposedHeaders: ['X-Mine'],
      maxAge: 600,
    },
  },
});
after(close);

const preflight = (origin, method = 'GET', path = '/oidc/refresh?optional&env=development') =>
  send('OPTIONS', `${door.auth}${path}`, {
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'x-requested-with' },
  });

test('a preflight from the app is granted', async () => {
  const { status, headers } = await preflight(APP);
  assert.ok([200, 204].includes(status), `${status}`);
  assert.equal(headers['access-control-allow-origin'], APP);
  assert.equal(headers['access-control-allow-credentials'], 'true');
  assert.match(headers['access-control-allow-methods'], /GET/);
  assert.match(headers['access-control-allow-methods'], /POST/);
  assert.doesNotMatch(headers['access-control-allow-methods'], /DELETE/);
  assert.match(headers['access-control-allow-headers'], /x-requested-with/i);
  assert.equal(headers['access-control-max-age'], '600');
  assert.match(headers.vary, /origin/i);
});

test('a preflight from anywhere else is not', async () => {
  for (const origin of ['https://evil.example.com', 'null', 'http://localhost:3001', `${APP}.evil.example.com`, 'https://preview.example.com.evil.com']) {
    const { headers } = await preflight(origin);
    assert.notEqual(headers['access-control-allow-origin'], origin, origin);
    assert.notEqual(headers['access-control-allow-origin'], '*');
  }
});

test('globs match as in Backstage', async () => {
  const { headers } = await preflight('https://pr-7.preview.example.com');
  assert.equal(headers['access-control-allow-origin'], 'https://pr-7.preview.example.com');
});

test('answers carry the headers too, errors as well', async () => {
  const { jar } = await signedIn(door);
  const good = await refresh(jar, door);
  const bad = await send('GET', `${door.auth}/oidc/refresh?env=development`, { headers: { ...XHR, origin: APP } });
  for (const { headers, status } of [good, bad]) {
    assert.equal(headers['access-control-allow-origin'], APP, `${status}`);
    assert.equal(headers['access-control-allow-credentials'], 'true');
    assert.match(headers.vary, /origin/i);
    assert.match(headers['access-control-expose-headers'], /x-mine/i);
  }
});

test('an answer for a foreign page is unreadable to it', async () => {
  const { jar } = await signedIn(door);
  const response = await refresh(jar, door, { from: 'http://localhost:3001' });
  assert.notEqual(response.headers['access-control-allow-origin'], 'http://localhost:3001');
  assert.notEqual(response.headers['access-control-allow-origin'], '*');
});
