// GET|POST /{provider}/refresh (contract §8)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError, assertSession, better } from '../support/asserts.mjs';
import { Jar, parseSetCookie } from '../support/browser-jar.mjs';
import { APP, XHR, refresh, signedIn } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { verifyUserToken } from '../support/tokens.mjs';
import { until } from '../support/wait.mjs';

const { door, idp, close } = await openHouse({
  providers: idp => ({
    oidc: {
      development: providerBlock(idp),
      noresolver: providerBlock(idp, { signIn: undefined }),
      short: providerBlock(idp, { sessionDuration: { seconds: 2 } }),
    },
  }),
});
after(close);

const cookieNames = jar => jar.held().map(({ name }) => name).filter(name => name.includes('refresh-token'));

test('answers a new session', async () => {
  const { jar, session } = await signedIn(door);
  for (const method of ['GET', 'POST']) {
    const response = await refresh(jar, door, { method });
    assert.equal(response.status, 200, response.text.slice(0, 500));
    assert.match(response.headers['content-type'], /^application\/json/);
    assertSession(response.json());
    assert.notEqual(response.json().providerInfo.accessToken, session.providerInfo.accessToken, 'a new access token');
    await verifyUserToken(door, response.json().backstageIdentity.token);
  }
});

better('the answer is stored nowhere', async () => {
  const { jar } = await signedIn(door);
  assert.match((await refresh(jar, door)).headers['cache-control'] ?? '', /no-store/);
});

test('without resolvers: no Backstage identity', async () => {
  const { jar } = await signedIn(door, { env: 'noresolver' });
  assertSession((await refresh(jar, door, { env: 'noresolver' })).json(), { identity: null });
});

test('without a session: 401', async () => {
  assertError(await refresh(new Jar(), door), 401, 'AuthenticationError', /^Refresh failed.*Missing session cookie/);
});

test('without X-Requested-With: 401, and the session lives on', async () => {
  const { jar } = await signedIn(door);
  for (const headers of [{}, { 'x-requested-with': 'fetch' }]) {
    assertError(await refresh(jar, door, { headers }), 401, 'AuthenticationError', /X-Requested-With/);
  }
  assert.equal((await refresh(jar, door)).status, 200);
});

test('env: required, and must be configured', async () => {
  const { jar } = await signedIn(door);
  assertError(await jar.fetch('GET', `${door.auth}/oidc/refresh?optional`, { from: APP, headers: XHR }), 400, 'InputError');
  assertError(await refresh(jar, door, { env: 'production' }), 404, 'NotFoundError');
  assertError(await refresh(jar, door, { provider: 'nope' }), 404, 'NotFoundError', /Unknown auth provider 'nope'/);
});

test('rotation: every answer carries on from the last', async () => {
  const { jar } = await signedIn(door);
  const before = idp.happened('refresh_token.consumed');
  for (let turn = 0; turn < 5; turn += 1) assert.equal((await refresh(jar, door)).status, 200, `turn ${turn}`);
  assert.equal(idp.happened('refresh_token.consumed') - before, 5, 'each refresh used up the token before');
});

better('ten refreshes at once with a rotating refresh token: all of them succeed, and so does the next', async () => {
  const { jar } = await signedIn(door);
  const before = idp.count('/token');
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(jar, door)));
  assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(200), answers.find(({ status }) => status !== 200)?.text);
  for (const answer of answers) assertSession(answer.json());
  assert.ok(idp.count('/token') - before <= 10);
  assert.equal((await refresh(jar, door)).status, 200, 'the session has survived the rush');
});

better('two tabs whose cookies differ by one rotation both stay signed in', async () => {
  const { jar } = await signedIn(door);
  const tab = jar.copy();
  assert.equal((await refresh(jar, door)).status, 200);
  assert.equal((await refresh(tab, door)).status, 200);
  assert.equal((await refresh(jar, door)).status, 200);
});

test('scopes: what was granted stays, what is asked for joins', async () => {
  const { jar } = await signedIn(door, { scope: 'calendar' });
  assert.equal((await refresh(jar, door)).json().providerInfo.scope.split(' ').sort().join(' '), 'calendar email openid profile');
});

better('a scope the provider has not granted is not claimed: the frontend then asks the person', async () => {
  const { jar } = await signedIn(door);
  const answer = (await refresh(jar, door, { scope: 'openid profile email photos' })).json();
  assert.ok(!answer.providerInfo.scope.split(' ').includes('photos'), answer.providerInfo.scope);
});

test('someone who left the catalog or lost the address is out at the next refresh', async () => {
  idp.accounts.leaver = { name: 'Leaver', email: 'ada@example.com', email_verified: true };
  const { jar } = await signedIn(door, { as: 'leaver' });
  idp.accounts.leaver.email = 'gone@example.com';
  assertError(await refresh(jar, door), 401, 'AuthenticationError', /^Refresh failed.*unable to resolve user identity/);
});

test('a refresh token the provider revoked: 401', async () => {
  const { jar } = await signedIn(door);
  idp.store.forget('RefreshToken');
  idp.store.forget('Grant');
  assertError(await refresh(jar, door), 401, 'AuthenticationError', /^Refresh failed/);
});

better('after a refused refresh the browser forgets the session', async () => {
  const { jar } = await signedIn(door);
  idp.store.forget('RefreshToken');
  assert.equal((await refresh(jar, door)).status, 401);
  const again = await refresh(jar, door);
  assert.equal(again.status, 401);
});

better('a provider that is away does not end the session', async () => {
  const { jar } = await signedIn(door);
  await idp.down();
  try {
    const response = await refresh(jar, door);
    assert.ok([401, 502, 503, 504].includes(response.status), `${response.status} ${response.text}`);
    assert.equal(response.json().response.statusCode, response.status);
    assert.equal(cookieNames(jar).length, 1, 'the cookie stays');
  } finally {
    await idp.up();
  }
  const back = await until(async () => {
    const response = await refresh(jar, door);
    return response.status === 200 && response;
  }, { what: 'the session to be back', everyMs: 100 });
  assertSession(back.json());
});

better('a provider that stumbles once (503) does not end the session', async () => {
  const { jar } = await signedIn(door);
  idp.faults.set('/token', 503);
  try {
    assert.notEqual((await refresh(jar, door)).status, 500);
  } finally {
    idp.faults.delete('/token');
  }
  assert.equal((await refresh(jar, door)).status, 200);
});

test('sessionDuration bounds the cookie', async () => {
  const { response } = await signedIn(door, { env: 'short' });
  const cookie = response.setCookies.map(line => parseSetCookie(line, new URL(door.auth))).find(({ name, value }) => name.startsWith('oidc-refresh-token') && value);
  assert.equal(cookie.maxAge, 2);
});

better('sessionDuration holds for a browser that ignores it', async () => {
  const { jar } = await signedIn(door, { env: 'short' });
  const ends = Date.now() + 2_100;
  const cookie = jar.header(`${door.auth}/oidc/refresh`);
  await until(() => Date.now() > ends, { what: 'the session to expire' });
  assertError(await refresh(new Jar(), door, { env: 'short', headers: { ...XHR, cookie } }), 401, 'AuthenticationError', /^Refresh failed/);
});

better('an error tells no internals', async () => {
  const { error } = (await refresh(new Jar(), door)).json();
  assert.equal(error.stack, undefined);
  assert.equal(error.cause?.stack, undefined);
});

better("a tampered session cookie is nobody's", async () => {
  const { jar } = await signedIn(door);
  const held = jar.held().find(({ name }) => name === 'oidc-refresh-token');
  for (let at = 0; at < held.value.length; at += Math.ceil(held.value.length / 24)) {
    const thief = jar.copy();
    const stolen = thief.held().find(({ name }) => name === 'oidc-refresh-token');
    stolen.value = held.value.slice(0, at) + (held.value[at] === 'A' ? 'B' : 'A') + held.value.slice(at + 1);
    const response = await refresh(thief, door);
    assert.equal(response.status, 401, `byte ${at}: ${response.text}`);
  }
  assert.equal((await refresh(jar, door)).status, 200, 'and the owner keeps theirs');
});

better('a session of one environment is not one of another', async () => {
  const { jar } = await signedIn(door, { env: 'noresolver' });
  assert.equal((await refresh(jar, door, { env: 'development' })).status, 401);
});
