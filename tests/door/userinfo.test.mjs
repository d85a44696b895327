// GET /v1/userinfo, and the ownership claim in tokens (contract §1, §9)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SignJWT, decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose';
import { assertError, better } from '../support/asserts.mjs';
import { signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { limitedTokenOf, verifyUserToken } from '../support/tokens.mjs';

const { door, close, idp } = await openHouse({ auth: { backstageTokenExpiration: { minutes: 20 } } });
after(close);
const full = await openHouse({ idp, auth: { omitIdentityTokenOwnershipClaim: false } });
after(full.close);

const REFS = ['user:default/ada', 'group:default/analysts', 'group:default/compilers'];
const userinfo = (token, at = door, scheme = 'Bearer') =>
  send('GET', `${at.auth}/v1/userinfo`, { headers: token === undefined ? {} : { authorization: `${scheme} ${token}` } });

test('tells who a user token is about, for whole and limited tokens', async () => {
  const { token } = (await signedIn(door)).session.backstageIdentity;
  for (const bearer of [token, limitedTokenOf(token)]) {
    const response = await userinfo(bearer);
    assert.equal(response.status, 200, response.text);
    const { claims } = response.json();
    assert.equal(claims.sub, REFS[0]);
    assert.deepEqual([...claims.ent].sort(), [...REFS].sort());
  }
  assert.equal((await userinfo(token, door, 'bearer')).status, 200, 'schemes have no case');
});

test('the ownership claim is in the token only when asked for', async () => {
  const omitted = (await signedIn(door)).session.backstageIdentity;
  assert.equal((await verifyUserToken(door, omitted.token)).payload.ent, undefined);
  const kept = (await signedIn(full.door)).session.backstageIdentity;
  const { payload } = await verifyUserToken(full.door, kept.token);
  assert.deepEqual([...payload.ent].sort(), [...REFS].sort());
  assert.deepEqual(decodeJwt(limitedTokenOf(kept.token)).ent, undefined);
});

test('backstageTokenExpiration is the life of a token', async () => {
  const { backstageIdentity } = (await signedIn(door)).session;
  const { payload } = await verifyUserToken(door, backstageIdentity.token);
  assert.equal(payload.exp - payload.iat, 1200);
  assert.ok(backstageIdentity.expiresInSeconds > 1190 && backstageIdentity.expiresInSeconds <= 1200);
});

test('no token, or a broken one: 401', async () => {
  const { token } = (await signedIn(door)).session.backstageIdentity;
  assertError(await userinfo(undefined), 401, 'AuthenticationError');
  const [head, body, signature] = token.split('.');
  const flipped = signature.slice(0, 10) + (signature[10] === 'A' ? 'B' : 'A') + signature.slice(11);
  const none = Buffer.from('{"alg":"none","typ":"vnd.backstage.user"}').toString('base64url');
  for (const bad of ['nonsense', 'a.b.c', `${head}.${body}.`, `${head}.${body}.${flipped}`, `${none}.${body}.`]) {
    const response = await userinfo(bad);
    assert.equal(response.status, 401, `${bad.slice(0, 30)}: ${response.status} ${response.text}`);
  }
});

test("another service's token, or one of another type: 401", async () => {
  const other = (await signedIn(full.door)).session;
  assert.equal((await userinfo(other.backstageIdentity.token)).status, 401, 'signed with keys we do not know');
  assert.equal((await userinfo(other.providerInfo.idToken)).status, 401, 'an ID token is no Backstage token');
  const { token } = (await signedIn(door)).session.backstageIdentity;
  const { kid } = decodeProtectedHeader(token);
  const { privateKey } = await generateKeyPair('ES256');
  const forged = await new SignJWT({ ...decodeJwt(token) }).setProtectedHeader({ typ: 'vnd.backstage.user', alg: 'ES256', kid }).sign(privateKey);
  assert.equal((await userinfo(forged)).status, 401, 'our kid, their key');
});

better('a limited token is no user token with its type changed', async () => {
  const { token } = (await signedIn(door)).session.backstageIdentity;
  const [head, body, signature] = limitedTokenOf(token).split('.');
  const { alg, kid } = JSON.parse(Buffer.from(head, 'base64url'));
  const retyped = Buffer.from(JSON.stringify({ typ: 'vnd.backstage.user', alg, kid })).toString('base64url');
  assert.equal((await userinfo(`${retyped}.${body}.${signature}`)).status, 401);
});
