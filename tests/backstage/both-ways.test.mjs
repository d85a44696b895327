// A Backstage backend and Stagedoor that know each other by `discovery.endpoints` alone: it has the users in its catalog and asks
// us for the keys of tokens, we ask it who someone is, with a plugin token it checks against our keys.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signIn, signedIn } from '../support/flows.mjs';
import { appConfig, openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { freePort } from '../support/wait.mjs';
import { Backend, WITH_PROBE, externalAccess } from './support/backend.mjs';

const port = await freePort();
const { door, close } = await openHouse({
  open: false,
  catalog: {},
  discovery: { endpoints: [{ target: `http://localhost:${port}/api/{{pluginId}}`, plugins: ['catalog'] }] },
  providers: idp => ({
    oidc: {
      development: providerBlock(idp),
      name: providerBlock(idp, { signIn: { resolvers: [{ resolver: 'emailLocalPartMatchingUserEntityName' }] } }),
    },
  }),
});
const backend = new Backend({
  features: WITH_PROBE,
  config: {
    ...appConfig({ port, backend: { auth: { externalAccess } } }),
    auth: undefined,
    discovery: { endpoints: [{ target: `${door.baseUrl}/api/{{pluginId}}`, plugins: ['auth'] }] },
  },
});

before(() => Promise.all([door.open(), backend.open()]));
after(() => Promise.all([close(), backend.close()]));

const OWNERSHIP = {
  ada: ['group:default/analysts', 'group:default/compilers', 'user:default/ada'],
  grace: ['group:default/compilers', 'user:default/grace'],
  alan: ['group:bletchley/hut-8', 'user:bletchley/alan'],
  plus: ['user:default/plus'],
};

for (const [as, ownership] of Object.entries(OWNERSHIP)) {
  test(`${as} is found in Backstage's catalog by address, and known to its plugins`, async () => {
    const { jar, session } = await signedIn(door, { as });
    assert.deepEqual(session.backstageIdentity.identity.ownershipEntityRefs.toSorted(), ownership);
    const { token } = (await refresh(jar, door)).json().backstageIdentity;
    const response = await send('GET', `${backend.baseUrl}/api/probe/ask-echo`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.status, 200, response.text);
    assert.deepEqual(response.json().ownershipEntityRefs.toSorted(), ownership);
  });
}

test('ada is found by name', async () => {
  const { session } = await signedIn(door, { env: 'name' });
  assert.deepEqual(session.backstageIdentity.identity.ownershipEntityRefs.toSorted(), OWNERSHIP.ada);
});

test('who is not in the catalog, or in it twice, is refused in the words of Backstage', async () => {
  for (const env of ['development', 'name']) {
    const { error } = await signIn(new Jar(), door, { as: 'stranger', env });
    assert.match(error?.message ?? '', /^Failed to sign-in, unable to resolve user identity/, env);
  }
  const { error } = await signIn(new Jar(), door, { as: 'twins' });
  assert.deepEqual([error?.name, error?.message], ['ConflictError', 'User lookup resulted in multiple matches']);
});
