// A Backstage catalog over HTTP: found by discovery, asked with a plugin token it can verify (contract §10)

import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { after } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { signIn, signedIn } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { certificateAuthority } from '../config/support/tls.mjs';

const ADA = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { namespace: 'default', name: 'ada', uid: '1', annotations: {} },
  spec: { profile: { email: 'ada@example.com' }, memberOf: ['analysts'] },
  relations: [
    { type: 'memberOf', targetRef: 'group:default/analysts' },
    { type: 'ownerOf', targetRef: 'component:default/engine' },
  ],
};

/** A catalog that knows ada, and remembers how it was asked. */
const asked = [];
let mood = 'fine';
const catalog = http.createServer((request, response) => {
  asked.push({ url: request.url, authorization: request.headers.authorization });
  const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (mood !== 'fine') return answer(mood, { error: { name: 'Error', message: 'out of order' } });
  const url = new URL(request.url, 'http://catalog');
  if (url.pathname.toLowerCase() === '/api/catalog/entities/by-name/user/default/ada') return answer(200, ADA);
  if (url.pathname === '/api/catalog/entities') {
    const wanted = url.searchParams.getAll('filter').some(filter => filter.toLowerCase().split(',').includes('spec.profile.email=ada@example.com'));
    return answer(200, wanted ? [ADA] : []);
  }
  return answer(404, { error: { name: 'NotFoundError', message: 'no such entity' } });
});
await new Promise(resolve => catalog.listen(0, '127.0.0.1', resolve));
after(() => {
  catalog.close();
  catalog.closeAllConnections();
});
const target = `http://127.0.0.1:${catalog.address().port}/api/{{pluginId}}`;

const { door, idp, close } = await openHouse({
  catalog: {},
  discovery: { endpoints: [{ target, plugins: ['catalog'] }] },
  providers: idp => ({
    oidc: {
      development: providerBlock(idp),
      byname: providerBlock(idp, { signIn: { resolvers: [{ resolver: 'emailLocalPartMatchingUserEntityName' }] } }),
    },
  }),
});
after(close);

better('finds the user by filter, with a token for the catalog', async () => {
  const { session } = await signedIn(door);
  assert.deepEqual(session.backstageIdentity.identity, {
    type: 'user',
    userEntityRef: 'user:default/ada',
    ownershipEntityRefs: ['user:default/ada', 'group:default/analysts'],
  });
  const { url, authorization } = asked.at(-1);
  assert.match(decodeURIComponent(url), /kind=user/i);
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  assert.ok(token, 'a bearer token goes along');
  const keys = (await send('GET', `${door.auth}/.backstage/auth/v1/jwks.json`)).json();
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), { typ: 'vnd.backstage.plugin', audience: 'catalog', subject: 'auth', algorithms: ['ES256'] });
  assert.ok(payload.exp - payload.iat <= 3600 && payload.exp > payload.iat);
  assert.equal(decodeProtectedHeader(token).alg, 'ES256');
});

better('finds the user by name', async () => {
  const { session } = await signedIn(door, { env: 'byname' });
  assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
  assert.match(asked.at(-1).url, /\/entities\/by-name\/user\/default\/ada$/i);
});

better('a user it does not know is turned away', async () => {
  for (const env of ['development', 'byname']) {
    const { error } = await signIn(new Jar(), door, { env, as: 'stranger' });
    assert.match(error.message, /unable to resolve user identity/);
  }
});

better('names cannot climb out of the path', async () => {
  idp.accounts.climber = { name: 'Climber', email: '../../../group/default/admins?x=#@example.com', email_verified: true };
  asked.length = 0;
  const { session } = await signIn(new Jar(), door, { env: 'byname', as: 'climber' });
  assert.equal(session, undefined);
  for (const { url } of asked) assert.match(url, /^\/api\/catalog\/entities\/by-name\/user\/default\/[^/?#]*$/i);
});

better('a catalog out of order is an error, not somebody unknown', async () => {
  for (const status of [500, 503, 401]) {
    mood = status;
    try {
      // Somebody not asked about before: an answer remembered from better times may well be given.
      const as = `newcomer-${status}`;
      idp.accounts[as] = { name: 'Newcomer', email: `${as}@example.com`, email_verified: true };
      const { error, session } = await signIn(new Jar(), door, { as });
      assert.equal(session, undefined);
      assert.doesNotMatch(error.message, /verify that your catalog contains/, `${status}: ${error.message}`);
      assert.doesNotMatch(error.message, /127\.0\.0\.1/, 'and tells no addresses');
    } finally {
      mood = 'fine';
    }
  }
  await signedIn(door);
});

better('a catalog behind a company’s own certificate authority, which NODE_EXTRA_CA_CERTS names', async () => {
  const directory = temporaryDirectory();
  const authority = certificateAuthority(directory);
  const { cert, key } = authority.issue(['localhost']);
  const behind = https.createServer({ cert, key }, catalog.listeners('request')[0]);
  await new Promise(resolve => behind.listen(0, '127.0.0.1', resolve));
  const discovery = { endpoints: [{ target: `https://localhost:${behind.address().port}/api/{{pluginId}}`, plugins: ['catalog'] }] };
  const answers = {};
  for (const [who, env] of Object.entries({ trusting: { NODE_EXTRA_CA_CERTS: authority.file }, another: {} })) {
    const house = await openHouse({ idp, env, catalog: {}, discovery });
    const { session, error } = await signIn(new Jar(), house.door);
    answers[who] = session?.backstageIdentity.identity.userEntityRef ?? error.name;
    await house.close();
  }
  behind.close();
  behind.closeAllConnections();
  assert.deepEqual(answers, { trusting: 'user:default/ada', another: 'ServiceUnavailableError' });
});
