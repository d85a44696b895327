// POST /{provider}/backchannel-logout (OpenID Connect Back-Channel Logout 1.0)

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after } from 'node:test';
import { SignJWT, UnsecuredJWT, importJWK } from 'jose';
import { assertError, better } from '../support/asserts.mjs';
import { APP, endProviderSession, logout, refresh, signedIn } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { startIdp } from '../support/provider.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { until } from '../support/wait.mjs';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

// Two nodes over one database; two environments with a client each.
const database = { client: 'better-sqlite3', connection: { directory: join(temporaryDirectory(), 'db') } };
const providers = idp => {
  idp.client('of-production', 'http://localhost/unused');
  return { oidc: { development: providerBlock(idp), production: providerBlock(idp, { client: 'of-production' }) } };
};
const { door, idp, close } = await openHouse({ providers, backend: { database } });
after(close);
const node = await openHouse({ idp, providers, backend: { database } });
after(node.close);

/** How the client is registered for it. */
function register(sessionRequired, env = '?env=development') {
  idp.client('backstage', [], {
    post_logout_redirect_uris: [APP],
    backchannel_logout_uri: `${door.auth}/oidc/backchannel-logout${env}`,
    backchannel_logout_session_required: sessionRequired,
  });
}
register(true);

const now = () => Math.floor(Date.now() / 1000);
const key = await importJWK(idp.signingJwk, 'RS256');
const claimsOf = token => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

/** The claims of a logout token that breaks no rule, with `changes`; undefined takes a claim out. */
const claims = (changes = {}) => ({ iss: idp.issuer, aud: 'backstage', iat: now(), exp: now() + 120, jti: randomUUID(), sub: 'ada', events: { [EVENT]: {} }, ...changes });
const signed = (changes, header = {}, by = key) => new SignJWT(claims(changes)).setProtectedHeader({ alg: 'RS256', kid: 'idp-1', typ: 'logout+jwt', ...header }).sign(by);

const post = (token, { at = door, env = 'development', body = new URLSearchParams({ logout_token: token }).toString(), headers = FORM } = {}) =>
  send('POST', `${at.auth}/oidc/backchannel-logout${env === null ? '' : `?env=${env}`}`, { headers, body });

function assertDone(response) {
  assert.equal(response.status, 200, response.text);
  assert.equal(response.text, '');
  assert.equal(response.headers['cache-control'], 'no-store');
}

function assertRefused(response, description) {
  assert.equal(response.status, 400, response.text);
  assert.equal(response.headers['cache-control'], 'no-store');
  const { error, error_description, ...rest } = response.json();
  assert.equal(error, 'invalid_request');
  assert.match(error_description, description);
  assert.deepEqual(rest, {});
}

better('a logout at the provider ends its session on every node, and no other', async () => {
  const { jar, session } = await signedIn(door);
  assert.ok(claimsOf(session.providerInfo.idToken).sid, 'the provider names its session');
  const { jar: elsewhere } = await signedIn(door);
  assert.equal((await refresh(jar, node.door)).status, 200);
  const before = idp.happened('backchannel.success');
  await endProviderSession(jar, `${idp.issuer}/session/end?client_id=backstage&post_logout_redirect_uri=${APP}`);
  await until(() => idp.happened('backchannel.success') > before, { what: 'the provider to be content' });
  assert.equal(idp.happened('backchannel.error'), 0);
  for (const { auth } of [door, node.door]) assert.equal((await refresh(jar, { auth })).status, 401);
  assert.equal((await refresh(elsewhere, door)).status, 200, 'another browser’s session lives on');
  await door.says(/backchannel_logout.*sessions=?\D*1/);
});

better('a provider that names no session ends all of that person, and nobody else’s', async () => {
  register(false);
  try {
    const { jar } = await signedIn(door);
    const { jar: second } = await signedIn(node.door);
    const { jar: grace } = await signedIn(door, { as: 'grace' });
    const before = idp.happened('backchannel.success');
    await endProviderSession(jar, `${idp.issuer}/session/end?client_id=backstage&post_logout_redirect_uri=${APP}`);
    await until(() => idp.happened('backchannel.success') > before, { what: 'the provider to be content' });
    assert.equal((await refresh(jar, door)).status, 401);
    assert.equal((await refresh(second, door)).status, 401);
    assert.equal((await refresh(grace, door)).status, 200);
  } finally {
    register(true);
  }
});

better('without env the token’s audience tells the environment', async () => {
  const { jar } = await signedIn(door);
  assertDone(await post(await signed({ aud: 'of-production' }), { env: null }));
  assert.equal((await refresh(jar, door)).status, 200, 'that was the other client');
  assertDone(await post(await signed({ aud: ['backstage', 'another'] }), { env: null }));
  assert.equal((await refresh(jar, door)).status, 401);
});

better('a logout of nobody who is signed in is one', async () => {
  assertDone(await post(await signed({ sub: 'nobody' })));
  assertDone(await post(await signed({ sub: undefined, sid: 'nothing' })));
});

better('a token counts once, on whichever node it comes', async () => {
  const token = await signed();
  assertDone(await post(token));
  const { jar } = await signedIn(door);
  assertRefused(await post(token), /used before/);
  assertRefused(await post(token, { at: node.door }), /used before/);
  assertRefused(await post(token, { env: null }), /used before/);
  await door.says(/logout_token_used/);
  assert.equal((await refresh(jar, door)).status, 200);
});

better('of many at once one counts', async () => {
  const token = await signed();
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => post(token, { at: index % 2 ? door : node.door })));
  assert.deepEqual(answers.map(answer => answer.status).sort(), [200, ...Array(7).fill(400)]);
});

const sameKeyRs512 = await importJWK(idp.signingJwk, 'RS512');
const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const secret = new TextEncoder().encode('backstage-secret');
const publicPem = new TextEncoder().encode(JSON.stringify({ kty: 'RSA', n: idp.signingJwk.n, e: idp.signingJwk.e }));

/** Each rule, broken alone: what is posted, and how the log calls it. */
const BROKEN = {
  'a signature by another key': [() => signed({}, {}, strangers), 'logout_token_signature_invalid'],
  'a signature of other content': [async () => (await signed()).replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify(claims())).toString('base64url')}.`), 'logout_token_signature_invalid'],
  'a key that the provider does not have': [() => signed({}, { kid: 'another' }, strangers), 'logout_token_unknown_key'],
  'no signature (alg none)': [() => new UnsecuredJWT(claims()).encode(), 'logout_token_'],
  'HS256 with the client’s secret': [() => signed({}, { alg: 'HS256' }, secret), 'logout_token_algorithm_not_allowed'],
  'HS256 with the public key': [() => signed({}, { alg: 'HS256' }, publicPem), 'logout_token_algorithm_not_allowed'],
  'another algorithm of the same key': [() => signed({}, { alg: 'RS512' }, sameKeyRs512), 'logout_token_algorithm_not_allowed'],
  'an issuer that is another': [() => signed({ iss: 'https://evil.example.com' }), 'logout_token_issuer_mismatch'],
  'an issuer with a slash too many': [() => signed({ iss: `${idp.issuer}/` }), 'logout_token_issuer_mismatch'],
  'no issuer': [() => signed({ iss: undefined }), 'logout_token_claim_missing'],
  'the audience of another client': [() => signed({ aud: 'another' }), 'logout_token_audience_mismatch'],
  'the audience of another environment’s client': [() => signed({ aud: 'of-production' }), 'logout_token_audience_mismatch'],
  'no audience': [() => signed({ aud: undefined }), 'logout_token_'],
  'no time of issue': [() => signed({ iat: undefined }), 'logout_token_claim_missing'],
  'a time of issue to come': [() => signed({ iat: now() + 600, exp: now() + 900 }), 'logout_token_issued_in_future'],
  'no end': [() => signed({ exp: undefined }), 'logout_token_claim_missing'],
  'an old one': [() => signed({ iat: now() - 3600, exp: now() - 3480 }), 'logout_token_expired'],
  'neither sub nor sid': [() => signed({ sub: undefined }), 'logout_token_subject_missing'],
  'an empty sid': [() => signed({ sub: undefined, sid: '' }), 'logout_token_claim_malformed'],
  'no events': [() => signed({ events: undefined }), 'logout_token_no_logout_event'],
  'another event': [() => signed({ events: { 'http://schemas.openid.net/event/other': {} } }), 'logout_token_no_logout_event'],
  'an event that is no object': [() => signed({ events: { [EVENT]: true } }), 'logout_token_no_logout_event'],
  'events in a list': [() => signed({ events: [EVENT] }), 'logout_token_no_logout_event'],
  'a nonce': [() => signed({ nonce: 'n' }), 'logout_token_nonce_present'],
  'a nonce of null': [() => signed({ nonce: null }), 'logout_token_nonce_present'],
  'no jti': [() => signed({ jti: undefined }), 'logout_token_claim_missing'],
  'an empty jti': [() => signed({ jti: '' }), 'logout_token_claim_'],
  'a jti that is a number': [() => signed({ jti: 7 }), 'logout_token_claim_malformed'],
  'the type of another token': [() => signed({}, { typ: 'at+jwt' }), 'logout_token_wrong_kind'],
  'a header that must be understood': [() => signed({}, { crit: ['b64'], b64: true }), 'logout_token_critical_header'],
  'an ID token': [async () => (await signedIn(door)).session.providerInfo.idToken, 'logout_token_no_logout_event'],
  'no token at all': [() => 'garbage', 'logout_token_'],
  'a token without end': [() => `${'x'.repeat(60_000)}.y.z`, 'logout_token_'],
};

for (const [what, [make, reason]] of Object.entries(BROKEN)) {
  better(`refused: ${what}`, async () => {
    const { jar } = await signedIn(door);
    const token = await make();
    const from = door.log.length;
    assertRefused(await post(token), /^The logout token was not accepted$/);
    const told = await until(() => /.*backchannel_logout.*/.exec(door.log.slice(from))?.[0], { what: 'a line in the log' });
    assert.ok(told.includes(reason), told);
    assert.ok(!told.includes(token.slice(-20)) || token.length < 20, 'which does not hold the token');
    assert.equal((await refresh(jar, door)).status, 200, 'the session lives on');
    await logout(jar, door);
  });
}

better('refused: a form without a token, or with two', async () => {
  const token = await signed();
  assertRefused(await post('', { body: '' }), /No logout_token/);
  assertRefused(await post('', { body: 'logout_token=' }), /No logout_token/);
  assertRefused(await post('', { body: JSON.stringify({ logout_token: token }), headers: { 'content-type': 'application/json' } }), /No logout_token/);
  assert.equal((await post('', { body: `logout_token=${token}&logout_token=${token}` })).status, 400);
  assert.equal((await send('POST', `${door.auth}/oidc/backchannel-logout?env=development&logout_token=${token}`)).status, 400, 'not in the query, which logs keep');
  assertDone(await post(token));
});

better('is a POST of a modest size', async () => {
  const url = `${door.auth}/oidc/backchannel-logout?env=development`;
  for (const method of ['GET', 'PUT', 'DELETE']) {
    assert.equal((await send(method, `${url}&logout_token=${await signed()}`)).status, 405, method);
  }
  const huge = await send('POST', url, { headers: FORM, body: `logout_token=${'x'.repeat(1_000_000)}`, tolerateReset: true });
  assert.ok([0, 413].includes(huge.status), `${huge.status}`);
  assert.equal((await send('GET', `${door.local}/.backstage/health/v1/liveness`)).status, 200);
});

better('of a provider or an environment that is there', async () => {
  const body = new URLSearchParams({ logout_token: await signed() }).toString();
  assertError(await send('POST', `${door.auth}/nobody/backchannel-logout?env=development`, { headers: FORM, body }), 404, 'NotFoundError');
  assertError(await post(await signed(), { env: 'staging' }), 404, 'NotFoundError');
});

better('a provider whose keys cannot be had is asked to try again, and the token is still good', async () => {
  const keyless = await startIdp();
  // Before the server is there, which asks for them by itself.
  keyless.faults.set('/jwks', 503);
  const other = await openHouse({ idp: keyless });
  try {
    const token = await new SignJWT(claims({ iss: other.idp.issuer })).setProtectedHeader({ alg: 'RS256', kid: 'idp-1', typ: 'logout+jwt' }).sign(key);
    const response = await post(token, { at: other.door });
    assert.equal(response.status, 400);
    assert.equal(response.json().error, 'temporarily_unavailable');
    keyless.faults.delete('/jwks');
    await until(async () => (await post(token, { at: other.door })).status === 200, { what: 'the token to be taken' });
  } finally {
    await other.close();
    await keyless.down();
  }
});
