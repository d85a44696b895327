// auth.keyStore, auth.backstageTokenExpiration, auth.identityTokenAlgorithm, auth.omitIdentityTokenOwnershipClaim (contract §9, §12)

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { refresh, signedIn } from '../support/flows.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { limitedTokenOf, publishedKeys } from '../support/tokens.mjs';
import { complaints, configFor, houseFor, refusedBy } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

/** A new Backstage token. */
const tokenOf = async door => (await signedIn(door)).session.backstageIdentity.token;

/** Who `/v1/userinfo` takes the token for: a status. */
const asked = async (door, token) => (await send('GET', `${door.auth}/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;

/** Verifies a token and its limited form with the published keys. */
async function verify(door, token, alg) {
  const keys = createLocalJWKSet(await publishedKeys(door));
  const options = { algorithms: [alg], audience: 'backstage', issuer: door.auth, typ: 'vnd.backstage.user' };
  const { payload } = await jwtVerify(token, keys, options);
  await jwtVerify(limitedTokenOf(token), keys, { algorithms: [alg], typ: 'vnd.backstage.limited-user' });
  return payload;
}

describe('auth.keyStore', () => {
  const onDisk = () => ({ client: 'better-sqlite3', connection: { directory: join(temporaryDirectory(), 'db') } });

  for (const [provider, survives] of [['database', true], [undefined, true], ['memory', false]]) {
    test(`${provider ?? 'absent'}: tokens ${survives ? 'outlive' : 'end with'} the process`, async t => {
      const { door } = await houseFor(t, idp, { auth: { keyStore: provider && { provider } }, backend: { database: onDisk() } });
      const token = await tokenOf(door);
      await verify(door, token, 'ES256');
      await door.close();
      await door.open();
      const { keys } = await publishedKeys(door);
      assert.equal(keys.some(({ kid }) => kid === decodeProtectedHeader(token).kid), survives);
      assert.equal(keys.length, survives ? 2 : 1, 'each process has a key of its own');
      assert.equal(await asked(door, token), survives ? 200 : 401);
    });
  }

  /** Writes a key pair as `provider: static` reads it. */
  function keyFiles(directory, keyId, type, options, { absolute = true } = {}) {
    const { publicKey, privateKey } = generateKeyPairSync(type, { ...options, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    const [publicKeyFile, privateKeyFile] = [`${keyId}.pub.pem`, `${keyId}.pem`];
    writeFileSync(join(directory, publicKeyFile), publicKey);
    writeFileSync(join(directory, privateKeyFile), privateKey, { mode: 0o600 });
    const at = name => (absolute ? join(directory, name) : `./${name}`);
    return { entry: { publicKeyFile: at(publicKeyFile), privateKeyFile: at(privateKeyFile), keyId }, jwk: createPublicKey(publicKey).export({ format: 'jwk' }) };
  }

  test('static: the first of two keys signs, both are published, tokens outlive a restart', async t => {
    const directory = temporaryDirectory();
    const first = keyFiles(directory, 'first', 'ec', { namedCurve: 'P-256' });
    const second = keyFiles(directory, 'second', 'rsa', { modulusLength: 2048 }, { absolute: false });
    const keys = [first.entry, { ...second.entry, algorithm: 'RS256' }];
    const { door } = await houseFor(t, idp, { directory, auth: { keyStore: { provider: 'static', static: { keys } } } });
    assert.deepEqual((await publishedKeys(door)).keys, [
      { ...first.jwk, kid: 'first', alg: 'ES256', use: 'sig' },
      { ...second.jwk, kid: 'second', alg: 'RS256', use: 'sig' },
    ]);
    const token = await tokenOf(door);
    assert.deepEqual(decodeProtectedHeader(token), { typ: 'vnd.backstage.user', alg: 'ES256', kid: 'first' });
    await verify(door, token, 'ES256');

    await door.close();
    door.config.auth.keyStore.static.keys.reverse();
    await door.open();
    await verify(door, token, 'ES256');
    const other = await tokenOf(door);
    assert.deepEqual(decodeProtectedHeader(other), { typ: 'vnd.backstage.user', alg: 'RS256', kid: 'second' });
    await verify(door, other, 'RS256');
  });

  test('static: keys that do not go together, or are of another kind than they say: code 2, the key, no secret', async () => {
    const directory = temporaryDirectory();
    const one = keyFiles(directory, 'one', 'ec', { namedCurve: 'P-256' }).entry;
    const two = keyFiles(directory, 'two', 'ec', { namedCurve: 'P-256' }).entry;
    for (const key of [
      { ...one, privateKeyFile: two.privateKeyFile },
      { ...one, algorithm: 'RS256' },
      { ...one, privateKeyFile: one.publicKeyFile },
      { ...one, publicKeyFile: one.privateKeyFile },
    ]) {
      const stderr = await refusedBy(await configFor(idp, it => (it.auth.keyStore = { provider: 'static', static: { keys: [key] } })));
      assert.match(stderr, /auth\.keyStore/);
      assert.ok(!stderr.includes(readFileSync(one.privateKeyFile, 'utf8').split('\n')[1]));
    }
  });

  test('static: an empty list is refused', async () => {
    const stderr = await refusedBy(await configFor(idp, it => (it.auth.keyStore = { provider: 'static', static: { keys: [] } })));
    assert.match(stderr, /auth\.keyStore\.static\.keys/);
  });
});

describe('auth.backstageTokenExpiration', () => {
  for (const [given, seconds, warned] of [
    [undefined, 3600],
    [{ minutes: 20, seconds: 30 }, 1230],
    ['PT2H', 7200],
    ['90 minutes', 5400],
    [{ seconds: 1 }, 600, true],
    ['2d', 86_400, true],
  ]) {
    test(`${JSON.stringify(given) ?? 'absent'}: ${seconds} s${warned ? ', with a warning' : ''}`, async t => {
      const { door } = await houseFor(t, idp, { auth: { backstageTokenExpiration: given } });
      const { session, jar } = await signedIn(door);
      for (const { token, expiresInSeconds } of [session.backstageIdentity, (await refresh(jar, door)).json().backstageIdentity]) {
        const { iat, exp } = await verify(door, token, 'ES256');
        assert.equal(exp - iat, seconds);
        assert.ok(expiresInSeconds <= seconds && expiresInSeconds > seconds - 10, `${expiresInSeconds}`);
        assert.equal(decodeJwt(limitedTokenOf(token)).exp, exp);
      }
      assert.equal(complaints(door.log).some(line => /auth\.backstageTokenExpiration/.test(line)), warned === true, door.log);
    });
  }
});

describe('auth.identityTokenAlgorithm', () => {
  for (const [algorithm, kty] of [[undefined, 'EC'], ['ES384', 'EC'], ['RS256', 'RSA'], ['EdDSA', 'OKP']]) {
    test(`${algorithm ?? 'absent: ES256'}`, async t => {
      const { door } = await houseFor(t, idp, { auth: { identityTokenAlgorithm: algorithm } });
      const alg = algorithm ?? 'ES256';
      const { keys } = await publishedKeys(door);
      assert.deepEqual(keys.map(key => [key.kty, key.alg]), [[kty, alg]]);
      assert.ok(keys.every(key => key.d === undefined && key.p === undefined), 'nothing private is published');
      const token = await tokenOf(door);
      assert.equal(decodeProtectedHeader(token).alg, alg);
      await verify(door, token, alg);
      assert.equal(await asked(door, token), 200);
      assert.equal(await asked(door, limitedTokenOf(token)), 200);
      await importJWK(keys[0]);
    });
  }

  test('what is no algorithm of Backstage’s is refused, with those that are', async () => {
    for (const algorithm of ['none', 'HS256', 'es256']) {
      const stderr = await refusedBy(await configFor(idp, it => (it.auth.identityTokenAlgorithm = algorithm)));
      assert.match(stderr, /auth\.identityTokenAlgorithm/);
      assert.match(stderr, /ES256/);
    }
  });
});

describe('auth.omitIdentityTokenOwnershipClaim', () => {
  for (const [given, expected] of [[undefined, undefined], [true, undefined], [false, ['group:default/analysts', 'group:default/compilers', 'user:default/ada']]]) {
    test(`${given}: ownership is ${expected ? '' : 'not '}in the token, and always in the answer`, async t => {
      const { door } = await houseFor(t, idp, { auth: { omitIdentityTokenOwnershipClaim: given } });
      const { session } = await signedIn(door);
      const { token, identity } = session.backstageIdentity;
      assert.deepEqual((await verify(door, token, 'ES256')).ent?.toSorted(), expected);
      assert.equal(identity.ownershipEntityRefs.length, 3);
      const known = (await send('GET', `${door.auth}/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } })).json();
      assert.equal(known.claims.ent.length, 3);
    });
  }
});
