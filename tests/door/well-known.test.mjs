// GET /.well-known/* and the keys of plugin tokens (contract §9, §10)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { decodeProtectedHeader, importJWK } from 'jose';
import { better } from '../support/asserts.mjs';
import { signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { publishedKeys } from '../support/tokens.mjs';

const { door, close } = await openHouse();
after(close);

test('the keys are public, and the one that signs is among them', async () => {
  const { session } = await signedIn(door);
  const { keys, ...rest } = await publishedKeys(door);
  assert.deepEqual(rest, {});
  for (const key of keys) {
    const { kty, crv, alg, use = 'sig', kid } = key;
    assert.deepEqual({ kty, crv, alg, use }, { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    assert.ok(kid);
    assert.equal(key.d, undefined, 'no private part');
    await importJWK(key, 'ES256');
  }
  const { kid } = decodeProtectedHeader(session.backstageIdentity.token);
  assert.ok(keys.some(key => key.kid === kid));
});

better('the keys may be cached, and asked for again cheaply', async () => {
  const url = `${door.auth}/.well-known/jwks.json`;
  const first = await send('GET', url);
  assert.match(first.headers['cache-control'] ?? '', /max-age=\d+/);
  assert.ok(first.headers.etag);
  const second = await send('GET', url, { headers: { 'if-none-match': first.headers.etag } });
  assert.equal(second.status, 304);
  assert.equal(second.text, '');
});

test('the discovery document', async () => {
  const response = await send('GET', `${door.auth}/.well-known/openid-configuration`);
  assert.equal(response.status, 200);
  const document = response.json();
  const expected = {
    issuer: door.auth,
    token_endpoint: `${door.auth}/v1/token`,
    userinfo_endpoint: `${door.auth}/v1/userinfo`,
    jwks_uri: `${door.auth}/.well-known/jwks.json`,
    authorization_endpoint: `${door.auth}/v1/authorize`,
    subject_types_supported: ['public'],
    scopes_supported: ['openid'],
    claims_supported: ['sub', 'ent'],
    code_challenge_methods_supported: ['S256'],
  };
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(document[name], value, name);
  for (const name of ['response_types_supported', 'grant_types_supported', 'token_endpoint_auth_methods_supported']) assert.ok(Array.isArray(document[name]), name);
  assert.ok(document.id_token_signing_alg_values_supported.includes('ES256'));
});

test('plugin keys are published for the other plugins', async () => {
  const response = await send('GET', `${door.auth}/.backstage/auth/v1/jwks.json`);
  assert.equal(response.status, 200, response.text);
  const { keys } = response.json();
  assert.ok(Array.isArray(keys));
  for (const key of keys) assert.equal(key.d, undefined);
});
