// Stagedoor looks people up in the catalog of a real Backstage backend, which takes it for its auth plugin (contract §10).

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signIn, signedIn } from '../support/flows.mjs';
import { appConfig, openHouse, providerBlock } from '../support/house.mjs';
import { Door, temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort, until } from '../support/wait.mjs';
import { Backend, externalAccess } from './support/backend.mjs';

const OURS = 'a-token-of-stagedoor-that-the-catalog-accepts';
const RESTRICTED = 'a-token-that-is-good-for-another-plugin-only';

/** Who is in the catalog besides the people of every test: addresses that a filter could stumble over. */
const ODD = {
  ampersand: 'r&d+ops@example.com',
  unicode: 'zoë.müller@exämple.com',
  signs: `o'neil=1%2C#?;/:[]{}|~!$*()@example.com`,
};

const directory = temporaryDirectory();
const document = (kind, name, spec) => JSON.stringify({ apiVersion: 'backstage.io/v1alpha1', kind, metadata: { name }, spec });
const people = join(directory, 'people.yaml');
writeFileSync(people, [
  document('User', 'ada', { profile: { email: 'ada@example.com' }, memberOf: ['analysts', 'compilers'] }),
  document('User', 'grace', { profile: { email: 'Grace@Example.com' }, memberOf: ['compilers'] }),
  ...Object.entries(ODD).map(([name, email]) => document('User', name, { profile: { email }, memberOf: [] })),
  ...['analysts', 'compilers'].map(name => document('Group', name, { type: 'team', children: [] })),
].join('\n---\n'));

// An issuer whose JWTs the backend accepts from outside.
const issuer = await generateKeyPair('ES256', { extractable: true });
const jwks = { keys: [{ ...(await exportJWK(issuer.publicKey)), kid: 'outside', alg: 'ES256' }] };
const jwksServer = http.createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(jwks)));
await new Promise(resolve => jwksServer.listen(0, '127.0.0.1', resolve));
// An audience other than `backstage`: with that, it would be taken for a user's.
const jwt = (audience = 'services', end = '1h') =>
  new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'outside' }).setSubject('stagedoor').setIssuer('https://outside.example.com').setAudience(audience).setIssuedAt().setExpirationTime(end).sign(issuer.privateKey);

const port = await freePort();
const endpoints = [{ target: `http://localhost:${port}/api/{{pluginId}}`, plugins: ['catalog'] }];
const file = join(temporaryDirectory(), 'data');

/** What every Stagedoor here has in common: no file of people, a database that nodes share. */
const common = { catalog: { locations: [] }, discovery: { endpoints } };
const house = await openHouse({
  open: false,
  ...common,
  backend: { database: { client: 'better-sqlite3', connection: { directory: file } } },
  providers: idp => ({
    oidc: {
      development: providerBlock(idp),
      byname: providerBlock(idp, { signIn: { resolvers: [{ resolver: 'emailLocalPartMatchingUserEntityName' }] } }),
    },
  }),
});
const { door, idp } = house;
Object.entries(ODD).forEach(([name, email]) => (idp.accounts[name] = { name, email, email_verified: true }));

const backend = new Backend({
  features: ['@backstage/plugin-catalog-backend'],
  config: {
    ...appConfig({
      port,
      backend: {
        auth: {
          externalAccess: [
            ...externalAccess,
            { type: 'static', options: { token: OURS, subject: 'stagedoor' }, accessRestrictions: [{ plugin: 'catalog' }] },
            { type: 'static', options: { token: RESTRICTED, subject: 'stagedoor-elsewhere' }, accessRestrictions: [{ plugin: 'search' }] },
            { type: 'jwks', options: { url: `http://127.0.0.1:${jwksServer.address().port}/`, issuer: 'https://outside.example.com', audience: 'services', algorithm: 'ES256' } },
          ],
        },
      },
      catalog: { rules: [{ allow: ['User', 'Group'] }], locations: [{ type: 'file', target: people }] },
    }),
    auth: undefined,
    // The same on both sides would do as well: each finds the other in it.
    discovery: { endpoints: [{ target: `${door.baseUrl}/api/{{pluginId}}`, plugins: ['auth'] }] },
  },
});

before(async () => {
  await door.open();
  await backend.open();
});
after(async () => {
  jwksServer.close();
  jwksServer.closeAllConnections();
  await Promise.all([house.close(), backend.close()]);
});

/** One more Stagedoor, which the backend does not know, ended with the test. */
async function another(t, { backend: more = {}, ...config } = {}) {
  const ownPort = await freePort();
  idp.client('backstage', `http://localhost:${ownPort}/api/auth/oidc/handler/frame`);
  const other = new Door({
    port: ownPort,
    config: appConfig({ port: ownPort, providers: { oidc: { development: providerBlock(idp) } }, ...common, ...config, backend: more }),
  });
  await other.open();
  t.after(() => other.close());
  return other;
}

const identityOf = ({ session }) => session.backstageIdentity.identity;
const ADA = { type: 'user', userEntityRef: 'user:default/ada', ownershipEntityRefs: ['user:default/ada', 'group:default/analysts', 'group:default/compilers'] };
const AWAY = 'The software catalog is not available at the moment, please try again';

/** The catalog can't be had: the person is told so much, the log why. */
async function assertAway(other, why, options) {
  const { session, error } = await signIn(new Jar(), other, options);
  assert.equal(session, undefined);
  assert.deepEqual({ name: error.name, message: error.message }, { name: 'ServiceUnavailableError', message: AWAY });
  await until(() => why.test(other.log), { what: `the log to say ${why}, it says ${other.log.slice(-2_000)}` });
}

describe('with a plugin token of our own, verified at our keys', () => {
  test('says at the start which catalog it asks', async () => {
    await door.says(new RegExp(`catalog=http://localhost:${port}/api/catalog\\b`));
    await door.says(/a plugin token of our own/);
  });

  test('finds people by filter, whatever the letters’ case', async () => {
    assert.deepEqual(identityOf(await signedIn(door)), ADA);
    assert.equal(identityOf(await signedIn(door, { as: 'grace' })).userEntityRef, 'user:default/grace');
  });

  test('finds people by name', async () => {
    assert.deepEqual(identityOf(await signedIn(door, { env: 'byname' })), ADA);
  });

  for (const [name, email] of Object.entries(ODD)) {
    test(`finds ${email}`, async () => {
      assert.equal(identityOf(await signedIn(door, { as: name })).userEntityRef, `user:default/${name}`);
    });
  }

  test('turns away whom the catalog does not know', async () => {
    for (const env of ['development', 'byname']) {
      const { session, error } = await signIn(new Jar(), door, { env, as: 'stranger' });
      assert.equal(session, undefined);
      assert.match(error.message, /unable to resolve user identity/);
    }
  });

  test('an address that adds conditions is nobody’s', async () => {
    for (const [index, email] of [
      'eve@example.com,spec.profile.email=ada@example.com',
      'ada@example.com,kind=user',
      'eve@example.com&filter=kind=user,spec.profile.email=ada@example.com',
      ' ada@example.com',
    ].entries()) {
      idp.accounts[`eve-${index}`] = { name: 'Eve', email, email_verified: true };
      const { session, error } = await signIn(new Jar(), door, { as: `eve-${index}` });
      assert.equal(session, undefined, email);
      assert.match(error.message, /unable to resolve user identity/, email);
    }
  });

  test('a second node on the same database is accepted by the keys that the first publishes', async t => {
    const second = await another(t, { backend: { database: { client: 'better-sqlite3', connection: { directory: file } } } });
    assert.deepEqual(identityOf(await signedIn(second)), ADA);
  });

  test('a Stagedoor the backend does not know is refused, and its log says what to look at', async t => {
    await assertAway(await another(t), /refused our token: .* answered 401 .*does discovery\.endpoints of the catalog's backend name this server/);
  });
});

describe('with a token of the operator’s', () => {
  test('stagedoor.catalog.token: a static token', async t => {
    assert.deepEqual(identityOf(await signedIn(await another(t, { stagedoor: { catalog: { token: OURS } } }))), ADA);
  });

  test('stagedoor.catalog.token: a JWT', async t => {
    assert.deepEqual(identityOf(await signedIn(await another(t, { stagedoor: { catalog: { token: await jwt() } } }))), ADA);
  });

  test('backend.auth.externalAccess with the subject stagedoor, as on the other side', async t => {
    const { externalAccess: same } = backend.config.backend.auth;
    const other = await another(t, { backend: { auth: { externalAccess: same } } });
    assert.deepEqual(identityOf(await signedIn(other)), ADA);
    assert.ok(!other.log.includes(OURS), 'and the log does not tell it');
  });

  const refused = {
    'an unknown token': () => 'a-token-that-nobody-knows',
    'a token for another plugin': () => RESTRICTED,
    'a JWT for another audience': () => jwt('elsewhere'),
    'a JWT that has expired': () => jwt('services', '-1m'),
  };
  for (const [name, make] of Object.entries(refused)) {
    test(`${name} is refused, and the log says where it stands`, async t => {
      const token = await make();
      const other = await another(t, { stagedoor: { catalog: { token } } });
      await assertAway(other, /refused our token: .* answered 40[13] .*It is from stagedoor\.catalog\.token/);
      assert.ok(!other.log.includes(token));
    });
  }
});

test('a catalog that is down ends no session: when it is back, refreshing goes on', async () => {
  const { jar } = await signedIn(door);
  const { jar: idle } = await signedIn(door, { as: 'grace' });
  await backend.close();

  // What was found a moment ago may still be given: wait for the first refresh that asks.
  const failed = await until(async () => {
    const response = await refresh(jar, door);
    return response.status !== 200 && response;
  }, { what: 'a refresh that asks the catalog' });
  assert.equal(failed.status, 401);
  const { error } = failed.json();
  assert.equal(error.name, 'AuthenticationError');
  assert.equal(error.message, `Refresh failed; caused by ServiceUnavailableError: ${AWAY}`);
  assert.deepEqual(failed.setCookies, [], 'no cookie is taken away');
  await assertAway(door, /can't be reached/);
  await assertAway(door, /can't be reached/, { env: 'byname' });
  assert.equal((await refresh(jar, door)).status, 401, 'and again');

  await backend.open();
  for (const [as, browser] of Object.entries({ ada: jar, grace: idle })) {
    const response = await refresh(browser, door);
    assert.equal(response.status, 200, response.text);
    assert.equal(response.json().backstageIdentity.identity.userEntityRef, `user:default/${as}`);
  }
  assert.deepEqual(identityOf(await signedIn(door)), ADA);
});
