// POST /{provider}/logout (contract §8)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { APP, XHR, logout, refresh, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { until } from '../support/wait.mjs';

const { door, idp, close } = await openHouse();
after(close);
const plain = await openHouse({ idp: { revocation: false, endSession: false } });
after(plain.close);

test('ends the session here and at the provider', async () => {
  const { jar } = await signedIn(door);
  const thief = jar.copy();
  const before = idp.happened('refresh_token.destroyed');
  const response = await logout(jar, door);
  assert.equal(response.status, 200, response.text);
  assert.deepEqual(jar.held().filter(({ name }) => /refresh-token|granted-scope/.test(name)), [], 'the cookies are gone');
  await until(() => idp.happened('refresh_token.destroyed') > before, { what: 'the refresh token to be revoked' });
  assertError(await refresh(jar, door), 401, 'AuthenticationError', /^Refresh failed/);
  assertError(await refresh(thief, door), 401, 'AuthenticationError', /^Refresh failed/);
});

test('answers nothing, or where to sign out of the provider', async () => {
  const { jar } = await signedIn(door);
  const response = await logout(jar, door);
  if (response.text === '') return;
  const { logoutUrl, ...rest } = response.json();
  assert.deepEqual(rest, {});
  assert.equal(new URL(logoutUrl).origin, idp.issuer);
});

test('works at a provider that offers nothing of the kind', async () => {
  const { jar } = await signedIn(plain.door);
  const response = await logout(jar, plain.door);
  assert.equal(response.status, 200);
  assert.equal(response.text, '');
  assert.equal((await refresh(jar, plain.door)).status, 401);
});

test('without a session there is nothing to end', async () => {
  const response = await logout(new Jar(), door);
  assert.equal(response.status, 200);
  assert.equal(response.text, '');
});

better('a provider that is away does not keep anybody signed in', async () => {
  const { jar } = await signedIn(plain.door);
  await plain.idp.down();
  try {
    assert.equal((await logout(jar, plain.door)).status, 200);
  } finally {
    await plain.idp.up();
  }
  assert.equal((await refresh(jar, plain.door)).status, 401);
});

test('a foreign page cannot sign anybody out', async () => {
  const { jar } = await signedIn(door);
  assertError(await logout(jar, door, { from: 'https://evil.example.com' }), 403, 'NotAllowedError', /not allowed/);
  assertError(await logout(jar, door, { headers: {} }), 401, 'AuthenticationError', /X-Requested-With/);
  assertError(await jar.fetch('POST', `${door.auth}/oidc/logout?env=development`, { from: APP, headers: { ...XHR, origin: 'null' } }), 403, 'NotAllowedError');
  assert.equal((await refresh(jar, door)).status, 200, 'the session lives on');
});

test('is a POST', async () => {
  const { jar } = await signedIn(door);
  const response = await jar.fetch('GET', `${door.auth}/oidc/logout?env=development`, { from: APP, headers: XHR });
  assert.ok([404, 405].includes(response.status), `${response.status}`);
  assert.equal((await refresh(jar, door)).status, 200);
});

test('env: required, and must be configured', async () => {
  assertError(await new Jar().fetch('POST', `${door.auth}/oidc/logout`, { from: APP, headers: XHR }), 400, 'InputError');
  assertError(await logout(new Jar(), door, { env: 'production' }), 404, 'NotFoundError');
});
