// Assertions the route tests share.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APP } from './flows.mjs';

/**
 * A test of something Backstage itself does not do, or does worse. With BACKSTAGE_REFERENCE set, STAGEDOOR_BIN runs a real
 * Backstage backend, against which the other tests show that they test the wire and not our habits.
 */
export const better = (name, run) => test(name, { skip: process.env.BACKSTAGE_REFERENCE ? 'Backstage does less' : false }, run);

/** The JSON error body of contract §2. */
export function assertError(response, status, name, message) {
  assert.equal(response.status, status, `${response.method} ${response.url}: ${response.status} ${response.text.slice(0, 500)}`);
  assert.match(response.headers['content-type'], /^application\/json/);
  const body = response.json();
  assert.equal(body.error.name, name);
  if (message) assert.match(body.error.message, message);
  assert.equal(body.request.method, response.method);
  assert.ok(body.request.url.startsWith('/'), `url is a path: ${body.request.url}`);
  assert.deepEqual(body.response, { statusCode: status });
  return body;
}

/** The session of contract §7, whole; `expected` replaces parts. */
export function assertSession(session, expected = {}) {
  const { profile, providerInfo, backstageIdentity, ...rest } = session;
  assert.deepEqual(rest, {}, 'a session has three parts');
  assert.deepEqual(profile, expected.profile ?? { email: 'ada@example.com', displayName: 'Ada Lovelace', picture: 'https://img.example.com/ada.png' });

  const { idToken, accessToken, scope, expiresInSeconds, ...otherInfo } = providerInfo;
  assert.deepEqual(otherInfo, {}, 'providerInfo has four members');
  assert.match(idToken, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.match(accessToken, /\S{16,}/);
  assert.equal(scope, expected.scope ?? 'openid profile email');
  assert.ok(Number.isInteger(expiresInSeconds) && expiresInSeconds > 3500 && expiresInSeconds <= 3600, `expiresInSeconds ${expiresInSeconds}`);

  if (expected.identity === null) {
    assert.equal(backstageIdentity, undefined);
    return;
  }
  const { token, expiresInSeconds: tokenLife, identity, ...otherIdentity } = backstageIdentity;
  assert.deepEqual(otherIdentity, {}, 'backstageIdentity has three members');
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.ok(tokenLife > 3590 && tokenLife <= 3600, `expiresInSeconds ${tokenLife}`);
  assert.equal(identity.type, 'user');
  assert.deepEqual(Object.keys(identity).sort(), ['ownershipEntityRefs', 'type', 'userEntityRef']);
  const ownership = expected.identity ?? ['user:default/ada', 'group:default/analysts', 'group:default/compilers'];
  assert.equal(identity.userEntityRef, ownership[0]);
  assert.deepEqual([...identity.ownershipEntityRefs].sort(), [...ownership].sort());
}

/** Whatever came back, nobody was signed in and nothing leads anywhere but to allowed origins. */
export function assertRefused(response, { allowedOrigins = [APP] } = {}) {
  const where = `${response.method} ${response.url.slice(0, 200)}: ${response.status} ${response.text.slice(0, 300)}`;
  assert.ok(response.status < 500, `no server error: ${where}`);
  for (const secret of ['accessToken', 'idToken', 'backstageIdentity', 'providerInfo']) {
    assert.ok(!response.text.includes(secret), `no session in the answer: ${where}`);
  }
  if (response.location !== undefined) {
    const { origin, protocol } = new URL(response.location, response.url);
    assert.ok(['http:', 'https:'].includes(protocol) && allowedOrigins.includes(origin), `no redirect to ${response.location}`);
  }
  for (const line of response.setCookies) {
    assert.ok(!/-refresh-token[^=]*=[^;]/.test(line), `no session cookie: ${line}`);
  }
}
