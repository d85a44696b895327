// A Backstage backend whose `discovery.endpoints` point the plugin `auth` at Stagedoor, and nothing else about it changed,
// takes our users for its own: tokens, limited tokens, cookies, calls in someone's name, ownership.

import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signedIn } from '../support/flows.mjs';
import { appConfig, openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { limitedTokenOf, publishedKeys } from '../support/tokens.mjs';
import { freePort } from '../support/wait.mjs';
import { Backend, WITH_PROBE, externalAccess } from './support/backend.mjs';

const house = await openHouse({ open: false });
const { door, idp } = house;
const port = await freePort();
const backend = new Backend({
  features: WITH_PROBE,
  config: {
    ...appConfig({ port, backend: { auth: { externalAccess } } }),
    auth: undefined,
    discovery: { endpoints: [{ target: `${door.baseUrl}/api/{{pluginId}}`, plugins: ['auth'] }] },
  },
});

before(() => Promise.all([door.open(), backend.open()]));
after(() => Promise.all([house.close(), backend.close()]));

const OWNERSHIP = {
  ada: ['user:default/ada', 'group:default/analysts', 'group:default/compilers'],
  grace: ['user:default/grace', 'group:default/compilers'],
  alan: ['user:bletchley/alan', 'group:bletchley/hut-8'],
};

const bearer = token => ({ authorization: `Bearer ${token}` });
const ask = (path, headers = {}) => send('GET', `${backend.baseUrl}/api/${path}`, { headers });
const tokenOf = async as => (await signedIn(door, { as })).session.backstageIdentity.token;
const claimsOf = token => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

/** The backend knows who it is and what they own. */
function assertKnown(response, as, actor) {
  assert.equal(response.status, 200, response.text);
  const { principal, userEntityRef, ownershipEntityRefs } = response.json();
  assert.deepEqual(principal, { type: 'user', userEntityRef: OWNERSHIP[as][0], ...(actor && { actor: { type: 'service', subject: actor } }) });
  assert.equal(userEntityRef, OWNERSHIP[as][0]);
  assert.deepEqual(ownershipEntityRefs.toSorted(), OWNERSHIP[as].toSorted());
}

function assertUnknown(response, what) {
  assert.equal(response.status, 401, `${what}: ${response.status} ${response.text}`);
  assert.equal(response.json().error.name, 'AuthenticationError', what);
}

describe('with the default configuration', () => {
  for (const as of Object.keys(OWNERSHIP)) {
    test(`${as}'s token is accepted; ownership, which it does not tell, comes from our /v1/userinfo`, async () => {
      const token = await tokenOf(as);
      assert.equal(claimsOf(token).ent, undefined);
      assertKnown(await ask('probe/who', bearer(token)), as);
      assert.deepEqual((await ask('probe/strict', bearer(token))).json().principal, { type: 'user', userEntityRef: OWNERSHIP[as][0] });
    });
  }

  test('the same backend is closed to nobody in particular', async () => {
    assertUnknown(await ask('probe/who'), 'no token');
    assertUnknown(await ask('catalog/entities'), 'no token');
  });

  test('a stock plugin, the catalog, is open to our users', async () => {
    const response = await ask('catalog/entities?filter=kind=group&fields=metadata.name', bearer(await tokenOf('ada')));
    assert.equal(response.status, 200, response.text);
    assert.deepEqual(response.json().map(({ metadata }) => metadata.name).sort(), ['analysts', 'compilers', 'hut-8']);
  });

  test('a refreshed token is as good as the first', async () => {
    const { jar } = await signedIn(door);
    assertKnown(await ask('probe/who', bearer((await refresh(jar, door)).json().backstageIdentity.token)), 'ada');
  });

  test('the limited token is accepted where limited access is allowed, and only there', async () => {
    const limited = limitedTokenOf(await tokenOf('grace'));
    assertKnown(await ask('probe/who', bearer(limited)), 'grace');
    assertUnknown(await ask('probe/strict', bearer(limited)), 'a limited token where none is allowed');
    assertUnknown(await ask('catalog/entities', bearer(limited)), 'a limited token at the catalog');
  });

  test('the cookie endpoint makes a cookie of our token, and the cookie is the user', async () => {
    const token = await tokenOf('alan');
    const jar = new Jar();
    const url = `${backend.baseUrl}/api/probe/.backstage/auth/v1/cookie`;
    const issued = await jar.send('GET', url, { headers: bearer(token) });
    assert.equal(issued.status, 200, issued.text);
    assert.equal(Date.parse(issued.json().expiresAt), claimsOf(token).exp * 1000);
    assert.deepEqual(jar.cookies.map(({ name, value }) => [name, value]), [['backstage-auth', limitedTokenOf(token)]]);

    const withCookie = path => jar.send('GET', `${backend.baseUrl}/api/${path}`);
    assertKnown(await withCookie('probe/who'), 'alan');
    assertKnown(await withCookie('probe/ask-echo'), 'alan', 'plugin:probe');
    assertUnknown(await withCookie('probe/strict'), 'the cookie where it is not allowed');
    assert.equal((await jar.send('DELETE', url, { headers: bearer(token) })).status, 204);
    assertUnknown(await withCookie('probe/who'), 'after the cookie was taken back');
  });

  test('one plugin calls another in the name of our user, who owns the same things there', async () => {
    assertKnown(await ask('probe/ask-echo', bearer(await tokenOf('ada'))), 'ada', 'plugin:probe');
  });
});

const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs a compact JWS, rightly or wrongly, with nothing but node. */
function jws(header, payload, key) {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${key ? sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url') : ''}`;
}

describe('what is not our user', () => {
  const strangerKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** Name → a token made of a genuine one that must not pass for it. */
  const forgeries = {
    'the signature of another key, under our key id': ({ header, payload }) => jws(header, payload, strangerKeys.privateKey),
    'the signature of another key, under its own key id': ({ header, payload }) => jws({ ...header, kid: 'stranger' }, payload, strangerKeys.privateKey),
    'the signature of a key it brings along': ({ header, payload }) => jws({ ...header, jwk: strangerKeys.publicKey.export({ format: 'jwk' }) }, payload, strangerKeys.privateKey),
    'another subject': ({ parts: [head, , signature], payload }) => [head, part({ ...payload, sub: 'user:default/grace' }), signature].join('.'),
    'a later end': ({ parts: [head, , signature], payload }) => [head, part({ ...payload, exp: payload.exp + 1 }), signature].join('.'),
    'ownership added': ({ parts: [head, , signature], payload }) => [head, part({ ...payload, ent: ['group:default/admins'] }), signature].join('.'),
    'algorithm none': ({ header, payload }) => jws({ ...header, alg: 'none' }, payload),
    'algorithm none, the signature kept': ({ header, parts: [, body, signature] }) => [part({ ...header, alg: 'none' }), body, signature].join('.'),
    'an HMAC with the public key for a secret': ({ header, parts: [, body], publicKey }) => {
      const input = `${part({ ...header, alg: 'HS256' })}.${body}`;
      return `${input}.${createHmac('sha256', JSON.stringify(publicKey)).update(input).digest('base64url')}`;
    },
    'no signature': ({ parts: [head, body] }) => `${head}.${body}.`,
    'half a signature': ({ parts: [head, body, signature] }) => `${head}.${body}.${signature.slice(0, 43)}`,
    'the limited signature under a whole token': ({ parts: [head, body], payload }) => `${head}.${body}.${payload.uip}`,
    'a limited token of another subject': ({ token }) => {
      const [head, body, signature] = limitedTokenOf(token).split('.');
      return [head, part({ ...JSON.parse(Buffer.from(body, 'base64url')), sub: 'user:default/grace' }), signature].join('.');
    },
    'the type of a plugin': ({ header, parts: [, body, signature] }) => [part({ ...header, typ: 'vnd.backstage.plugin' }), body, signature].join('.'),
    'words': () => 'nonsense',
  };

  for (const [name, forge] of Object.entries(forgeries)) {
    test(`${name}: refused by the backend and by /v1/userinfo`, async () => {
      const token = await tokenOf('ada');
      const parts = token.split('.');
      const header = JSON.parse(Buffer.from(parts[0], 'base64url'));
      const { keys } = await publishedKeys(door);
      const forged = forge({ token, parts, header, payload: claimsOf(token), publicKey: keys.find(({ kid }) => kid === header.kid) });
      assert.notEqual(forged, token);
      assertUnknown(await ask('probe/who', bearer(forged)), name);
      assertUnknown(await send('GET', `${door.auth}/v1/userinfo`, { headers: bearer(forged) }), name);
      assertKnown(await ask('probe/who', bearer(token)), 'ada');
    });
  }

  test("another Stagedoor's user, though the identity provider is the same", async () => {
    const elsewhere = await openHouse({ idp });
    try {
      const { session } = await signedIn(elsewhere.door);
      const { token } = session.backstageIdentity;
      assert.equal(claimsOf(token).iss, elsewhere.door.auth);
      assertUnknown(await ask('probe/who', bearer(token)), 'a token of another issuer');
      assertUnknown(await send('GET', `${door.auth}/v1/userinfo`, { headers: bearer(token) }), 'a token of another issuer');
    } finally {
      await elsewhere.close();
    }
  });
});

describe('restarted with static keys, and ownership in the token', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const directory = temporaryDirectory();
  const [publicKeyFile, privateKeyFile] = ['public.pem', 'private.pem'].map(name => join(directory, name));
  let token;

  before(async () => {
    writeFileSync(publicKeyFile, keys.publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(privateKeyFile, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    await door.close();
    Object.assign(door.config.auth, {
      omitIdentityTokenOwnershipClaim: false,
      keyStore: { provider: 'static', static: { keys: [{ keyId: 'house-key', algorithm: 'ES256', publicKeyFile, privateKeyFile }] } },
    });
    await door.open();
    token = await tokenOf('ada');
  });

  const header = { typ: 'vnd.backstage.user', alg: 'ES256', kid: 'house-key' };
  const now = () => Math.floor(Date.now() / 1000);

  test('the running backend takes the new key up at once', async () => {
    assert.equal(JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid, 'house-key');
    assert.deepEqual(claimsOf(token).ent.toSorted(), OWNERSHIP.ada.toSorted());
    assertKnown(await ask('probe/who', bearer(token)), 'ada');
  });

  test('in the name of the user ownership still comes from /v1/userinfo: the limited token has none', async () => {
    assertKnown(await ask('probe/ask-echo', bearer(token)), 'ada', 'plugin:probe');
  });

  test('expired: refused by the backend and by /v1/userinfo', async () => {
    const claims = claimsOf(token);
    const good = jws(header, { ...claims, exp: now() + 60 }, keys.privateKey);
    assertKnown(await ask('probe/who', bearer(good)), 'ada');
    assert.equal((await send('GET', `${door.auth}/v1/userinfo`, { headers: bearer(good) })).status, 200);

    const expired = jws(header, { ...claims, iat: now() - 7200, exp: now() - 1 }, keys.privateKey);
    assertUnknown(await ask('probe/who', bearer(expired)), 'expired');
    assertUnknown(await send('GET', `${door.auth}/v1/userinfo`, { headers: bearer(expired) }), 'expired');
    const endless = jws(header, { ...claims, exp: undefined }, keys.privateKey);
    assertUnknown(await ask('probe/who', bearer(endless)), 'endless');
    assertUnknown(await send('GET', `${door.auth}/v1/userinfo`, { headers: bearer(endless) }), 'endless');
  });

  test('our key under the name of another issuer: no user of /v1/userinfo', async () => {
    const foreign = jws(header, { ...claimsOf(token), iss: 'https://elsewhere.example.com/api/auth' }, keys.privateKey);
    assertUnknown(await send('GET', `${door.auth}/v1/userinfo`, { headers: bearer(foreign) }), 'another issuer');
  });

  test('with ownership in the token a backend needs nobody to answer who that is', async () => {
    const fresh = await tokenOf('grace');
    await door.close();
    try {
      assertKnown(await ask('probe/who', bearer(fresh)), 'grace');
    } finally {
      await door.open();
    }
  });
});
