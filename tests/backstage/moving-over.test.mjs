// Backstage stops, Stagedoor starts with the same app-config on the same port, and nobody who was signed in notices.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { XHR, authorize, deliver, logout, refresh, signedIn, start } from '../support/flows.mjs';
import { appConfig, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { Door } from '../support/stagedoor.mjs';
import { publishedKeys } from '../support/tokens.mjs';
import { freePort } from '../support/wait.mjs';
import { Backend, externalAccess } from './support/backend.mjs';
import { lengthenRefreshTokens } from './support/long-tokens.mjs';
import { installedPostgres, startPostgres } from './support/postgres.mjs';

/** One app-config, and both who can serve it. */
async function oneConfigForBoth({ port, idp, ...rest }) {
  const config = appConfig({
    port,
    providers: { oidc: { development: providerBlock(idp), noresolver: providerBlock(idp, { signIn: undefined }) } },
    ...rest,
    backend: { auth: { externalAccess }, ...rest.backend },
  });
  return { backstage: new Backend({ config }), door: new Door({ port, config }) };
}

const cookiesOf = jar => jar.held().filter(({ name }) => name.includes('refresh-token')).map(({ name }) => name).sort();
const bearer = token => ({ authorization: `Bearer ${token}` });

describe('Backstage stopped, Stagedoor started', () => {
  let idp, backstage, door;
  const browsers = {};

  before(async () => {
    idp = await startIdp();
    const port = await freePort();
    idp.client('backstage', `http://localhost:${port}/api/auth/oidc/handler/frame`);
    ({ backstage, door } = await oneConfigForBoth({ port, idp }));
    await backstage.open();

    browsers.whole = (await signedIn(backstage)).jar;
    browsers.scopes = (await signedIn(backstage, { scope: 'calendar', as: 'grace' })).jar;
    browsers.rotated = (await signedIn(backstage)).jar;
    for (let turn = 0; turn < 3; turn += 1) assert.equal((await refresh(browsers.rotated, backstage)).status, 200);
    browsers.tabs = (await signedIn(backstage)).jar;
    browsers.leaving = (await signedIn(backstage)).jar;
    browsers.noresolver = (await signedIn(backstage, { env: 'noresolver' })).jar;
    browsers.revoked = (await signedIn(backstage, { as: 'alan' })).jar;
    browsers.between = new Jar();
    browsers.callback = await authorize(browsers.between, await start(browsers.between, backstage));
    lengthenRefreshTokens(idp, 9_000);
    browsers.chunks = (await signedIn(backstage)).jar;
    browsers.shortened = (await signedIn(backstage)).jar;

    await backstage.close();
    await door.open();
  });
  after(async () => {
    await Promise.all([backstage?.close(), door?.close()]);
    await idp?.down();
  });

  test('a session goes on, and again, and keeps its names', async () => {
    assert.deepEqual(cookiesOf(browsers.whole), ['oidc-refresh-token']);
    const raw = browsers.whole.held().find(({ name }) => name === 'oidc-refresh-token').value;
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await refresh(browsers.whole, door);
      assert.equal(response.status, 200, response.text);
      assertSession(response.json());
    }
    assert.deepEqual(cookiesOf(browsers.whole), ['oidc-refresh-token']);
    assert.notEqual(browsers.whole.held().find(({ name }) => name === 'oidc-refresh-token').value, raw, 'the refresh token has left the browser');
    assert.deepEqual(browsers.whole.rejected, []);
  });

  test('one that Backstage had refreshed goes on', async () => {
    assertSession((await refresh(browsers.rotated, door)).json());
    assertSession((await refresh(browsers.rotated, door)).json());
  });

  test('one in three cookies goes on in one, and the others are gone', async () => {
    assert.deepEqual(cookiesOf(browsers.chunks), ['oidc-refresh-token-0', 'oidc-refresh-token-1', 'oidc-refresh-token-2']);
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await refresh(browsers.chunks, door);
      assert.equal(response.status, 200, response.text);
      assertSession(response.json());
      assert.deepEqual(cookiesOf(browsers.chunks), ['oidc-refresh-token']);
    }
  });

  test('so does one whose refresh token becomes short on the way', async () => {
    assert.equal(cookiesOf(browsers.shortened).length, 3);
    const end = lengthenRefreshTokens(idp, 9_000, { issue: false });
    try {
      for (let turn = 0; turn < 2; turn += 1) assertSession((await refresh(browsers.shortened, door)).json());
      assert.deepEqual(cookiesOf(browsers.shortened), ['oidc-refresh-token']);
    } finally {
      end();
      lengthenRefreshTokens(idp, 9_000);
    }
  });

  test('granted scopes stay granted', async () => {
    const response = await refresh(browsers.scopes, door);
    assert.equal(response.status, 200, response.text);
    assert.deepEqual(response.json().providerInfo.scope.split(' ').sort(), ['calendar', 'email', 'openid', 'profile']);
    const next = new URL(await start(browsers.scopes, door, { scope: 'photos' }));
    assert.deepEqual(next.searchParams.get('scope').split(' ').sort(), ['calendar', 'email', 'openid', 'photos', 'profile']);
  });

  test('a session without resolvers stays one', async () => {
    assertSession((await refresh(browsers.noresolver, door, { env: 'noresolver' })).json(), { identity: null });
  });

  test('two tabs that come over at once both go on', async () => {
    const other = browsers.tabs.copy();
    const answers = await Promise.all([refresh(browsers.tabs, door), refresh(other, door)]);
    assert.deepEqual(answers.map(({ status }) => status), [200, 200], answers.map(({ text }) => text).join('\n'));
    // They are one browser: whichever cookie came last is the one it has.
    for (const jar of [browsers.tabs, other]) assert.equal((await refresh(jar, door)).status, 200);
  });

  test('a browser that comes over to sign out is signed out, at the provider too', async () => {
    const before = idp.happened('revocation.success') + idp.happened('grant.revoked');
    const token = browsers.leaving.held().find(({ name }) => name === 'oidc-refresh-token').value;
    const response = await logout(browsers.leaving, door);
    assert.equal(response.status, 200, response.text);
    assert.deepEqual(cookiesOf(browsers.leaving), []);
    assert.ok(idp.happened('revocation.success') + idp.happened('grant.revoked') > before, 'the provider heard of it');
    const thief = await send('GET', `${door.auth}/oidc/refresh?env=development`, { headers: { ...XHR, cookie: `oidc-refresh-token=${token}` } });
    assert.equal(thief.status, 401, 'the token is no longer good');
  });

  test('a sign-in begun at Backstage fails with words, and succeeds when begun again', async () => {
    const response = await deliver(browsers.between, browsers.callback);
    assert.ok(response.status < 500, response.text);
    assert.doesNotMatch(response.text, /accessToken/);
    await signedIn(door, { jar: browsers.between });
  });

  test('who lost the session at the provider is asked to sign in', async () => {
    idp.store.forget('RefreshToken');
    const response = await refresh(browsers.revoked, door);
    assert.equal(response.status, 401);
    assert.match(response.json().error.message, /^Refresh failed/);
    await signedIn(door, { jar: browsers.revoked, as: 'alan' });
    assert.equal((await refresh(browsers.revoked, door)).status, 200);
  });
});

describe('both over one PostgreSQL', { skip: installedPostgres() ? false : 'PostgreSQL is not installed' }, () => {
  let idp, postgres, backstage, door;
  const people = {};

  before(async () => {
    [idp, postgres] = await Promise.all([startIdp(), startPostgres()]);
    const port = await freePort();
    idp.client('backstage', `http://localhost:${port}/api/auth/oidc/handler/frame`);
    ({ backstage, door } = await oneConfigForBoth({ port, idp, backend: { database: { client: 'pg', connection: postgres.connection } } }));
    await backstage.open();
    people.ada = await signedIn(backstage);
    people.grace = await signedIn(backstage, { as: 'grace' });
    people.keys = (await publishedKeys(backstage)).keys;
    await backstage.close();
    await door.open();
  });
  after(async () => {
    await Promise.all([backstage?.close(), door?.close(), idp?.down()]);
    await postgres?.close();
  });

  test("Backstage's tokens live out their time: its keys are still published", async () => {
    assert.equal(people.keys.length, 1);
    const now = (await publishedKeys(door)).keys;
    assert.deepEqual(now.filter(({ kid }) => kid === people.keys[0].kid), people.keys);
    for (const [as, ownership] of [['ada', ['group:default/analysts', 'group:default/compilers', 'user:default/ada']], ['grace', ['group:default/compilers', 'user:default/grace']]]) {
      const response = await send('GET', `${door.auth}/v1/userinfo`, { headers: bearer(people[as].session.backstageIdentity.token) });
      assert.equal(response.status, 200, response.text);
      assert.deepEqual(response.json().claims.ent.toSorted(), ownership);
    }
  });

  test('sessions go on', async () => {
    assertSession((await refresh(people.ada.jar, door)).json());
  });

  test('back again: Backstage starts on the same database, and our tokens live out their time there', async () => {
    const { token } = (await signedIn(door, { as: 'alan' })).session.backstageIdentity;
    const { keys } = await publishedKeys(door);
    await door.close();
    await backstage.open();
    const published = (await publishedKeys(backstage)).keys.map(({ kid }) => kid);
    for (const { kid } of keys) assert.ok(published.includes(kid), `${kid} is published by Backstage`);
    const response = await send('GET', `${backstage.auth}/v1/userinfo`, { headers: bearer(token) });
    assert.equal(response.status, 200, response.text);
    assert.deepEqual(response.json().claims.ent.toSorted(), ['group:bletchley/hut-8', 'user:bletchley/alan']);
    const other = await signedIn(backstage, { as: 'grace' });
    assert.equal((await refresh(other.jar, backstage)).status, 200);
  });
});
