// Backstage tokens, checked by someone else's code (`jose`), as every Backstage backend does.

import assert from 'node:assert/strict';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { send } from './http.mjs';

/** The published keys. */
export async function publishedKeys(door) {
  const response = await send('GET', `${door.local ?? door.baseUrl}/api/auth/.well-known/jwks.json`);
  assert.equal(response.status, 200);
  return response.json();
}

/** Verifies a user token against the published keys, and its whole shape (contract §9). */
export async function verifyUserToken(door, token) {
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await publishedKeys(door)), {
    typ: 'vnd.backstage.user',
    algorithms: ['ES256'],
    audience: 'backstage',
    issuer: door.auth,
    requiredClaims: ['iat', 'exp', 'sub', 'uip'],
  });
  assert.deepEqual(Object.keys(protectedHeader).sort(), ['alg', 'kid', 'typ']);
  return { payload, header: protectedHeader };
}

/** Rebuilds the limited token from a user token, as Backstage's `getLimitedUserToken` does. */
export function limitedTokenOf(token) {
  const { alg, kid } = decodeProtectedHeader(token);
  const { sub, iat, exp, uip } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ typ: 'vnd.backstage.limited-user', alg, kid }), part({ sub, iat, exp }), uip].join('.');
}

/** Verifies a limited token against the published keys. */
export async function verifyLimitedToken(door, token) {
  const { payload } = await jwtVerify(token, createLocalJWKSet(await publishedKeys(door)), {
    typ: 'vnd.backstage.limited-user',
    algorithms: ['ES256'],
    requiredClaims: ['iat', 'exp', 'sub'],
  });
  assert.deepEqual(Object.keys(payload), ['sub', 'iat', 'exp']);
  return payload;
}
