// A real Keycloak, by the page of docs/providers/keycloak.md: its configuration, its realm, its traps.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { page } from '../docs/support/page.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { APP, logout, refresh, startUrl } from '../support/flows.mjs';
import { CATALOG, SESSION_SECRET } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { Door, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { verifyUserToken } from '../support/tokens.mjs';
import { freePort, until } from '../support/wait.mjs';
import { unpack } from './support/distribution.mjs';
import { Keycloak } from './support/keycloak.mjs';
import { atKeycloak, comeBack, fillIn, restartLogin, signIn, signInElsewhere, signedIn } from './support/login.mjs';

const ADA = '00000000-0000-4000-8000-00000000ada0';
const CLIENT = 'backstage';

/** Another application of the realm. */
const WIKI = { client: 'wiki', redirectUri: 'http://localhost:3001/' };

let home;
let skip = false;
try {
  home = await unpack(temporaryDirectory());
} catch (error) {
  if (process.env.CI === 'true') throw error;
  skip = `Keycloak cannot be had: ${error.message.slice(0, 1_000)}`;
}

describe('Keycloak', { skip }, async () => {
  if (skip) return;
  const [port, spare, keycloakPort] = [await freePort(), await freePort(), await freePort()];
  const at = (text, ours = port) => text.replaceAll('localhost:7007', `localhost:${ours}`).replaceAll('localhost:8080', `localhost:${keycloakPort}`);
  const realm = JSON.parse(at(readFileSync(new URL('realm.json', import.meta.url), 'utf8')));
  realm.clients[0].redirectUris.push(`http://localhost:${spare}/api/auth/oidc/handler/frame`);
  realm.clients.push({ clientId: WIKI.client, publicClient: true, redirectUris: [WIKI.redirectUri] });
  const keycloak = new Keycloak({ home, port: keycloakPort, realm });

  /** A Stagedoor by the page, and what a test needs beside: its port, and other ways to sign in. */
  function door(ours) {
    const directory = temporaryDirectory();
    const config = at(page('providers/keycloak.md')('file', 'app-config.yaml'), ours).replace('./org.yaml', CATALOG);
    const block = { metadataUrl: keycloak.issuer, clientId: CLIENT, clientSecret: '${KEYCLOAK_CLIENT_SECRET}', prompt: 'auto' };
    const more = {
      backend: { listen: { host: '127.0.0.1', port: ours } },
      auth: {
        providers: {
          oidc: {
            byid: { ...block, signIn: { resolvers: [{ resolver: 'oidcSubClaimMatchingKeycloakUserId' }] } },
            byemail: { ...block, signIn: { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }] } },
            asks: { ...block, prompt: 'login', signIn: { resolvers: [{ resolver: 'oidcSubClaimMatchingKeycloakUserId' }] } },
            offline: { ...block, additionalScopes: 'offline_access', signIn: { resolvers: [{ resolver: 'oidcSubClaimMatchingKeycloakUserId' }] } },
          },
        },
      },
    };
    const args = ['--config', writeConfig(directory, more, 'app-config.test.yaml')];
    return new Door({ port: ours, config, directory, args, env: { AUTH_SESSION_SECRET: SESSION_SECRET, KEYCLOAK_CLIENT_SECRET: realm.clients[0].secret } });
  }

  const stagedoor = door(port);
  const second = door(spare);
  after(() => Promise.all([stagedoor.close(), second.close(), keycloak.down()]));
  await keycloak.up();
  await stagedoor.open();

  const says = (pattern, from) =>
    until(() => pattern.exec(stagedoor.log.slice(from))?.[0], { what: `the log to say ${pattern}` }).catch(error => {
      throw new Error(`${error.message}, but it says: ${stagedoor.log.slice(from)}`);
    });

  /** An administrator ends one session. ("Log out all sessions" of a user also makes every older offline token stale.) */
  const endAtKeycloak = ({ providerInfo }) => keycloak.admin('DELETE', `/sessions/${decodeJwt(providerInfo.idToken).sid}`);

  /** Whether our client has a part in the session at Keycloak. */
  const online = async ({ providerInfo }) => {
    const { sid } = decodeJwt(providerInfo.idToken);
    return (await keycloak.sessions(ADA, CLIENT)).some(({ id }) => id === sid);
  };

  function assertAda({ profile, providerInfo, backstageIdentity }) {
    assert.deepEqual(profile, { email: 'ada@example.com', displayName: 'Ada Lovelace' });
    assert.deepEqual(backstageIdentity.identity, {
      type: 'user',
      userEntityRef: 'user:default/ada',
      ownershipEntityRefs: backstageIdentity.identity.ownershipEntityRefs,
    });
    assert.deepEqual([...backstageIdentity.identity.ownershipEntityRefs].sort(), ['group:default/analysts', 'group:default/compilers', 'user:default/ada']);
    const claims = decodeJwt(providerInfo.idToken);
    assert.equal(claims.iss, keycloak.issuer);
    assert.equal(claims.sub, ADA);
    assert.deepEqual([...claims.groups].sort(), ['analysts', 'compilers'], 'the mapper of the client adds groups');
    return verifyUserToken(stagedoor, backstageIdentity.token);
  }

  test('sign-in by popup', async () => {
    const { session, asked, origin } = await signedIn(stagedoor);
    assert.ok(asked, 'Keycloak showed its login form');
    assert.equal(origin, APP);
    await assertAda(session);
    assert.equal(session.providerInfo.scope, 'openid profile email');
    const { expiresInSeconds } = session.providerInfo;
    assert.ok(expiresInSeconds > 250 && expiresInSeconds <= 300, `the realm’s access token lifespan: ${expiresInSeconds}`);
  });

  test('a wrong password gets nobody past Keycloak', async () => {
    const jar = new Jar();
    const again = await fillIn(jar, stagedoor, await atKeycloak(jar, stagedoor), { as: 'ada', password: 'guess' });
    assert.equal(again.callback, undefined);
    assert.match(again.text, /Invalid username or password/);
  });

  test('single sign-on: a second sign-in of the same browser asks nothing', async () => {
    const { jar } = await signedIn(stagedoor);
    const { session, asked } = await signedIn(stagedoor, { jar });
    assert.ok(!asked);
    await assertAda(session);
  });

  test('each resolver alone: the annotation keycloak.org/id, the email', async () => {
    for (const env of ['byid', 'byemail']) {
      const { jar, session } = await signedIn(stagedoor, { env });
      await assertAda(session);
      await assertAda((await refresh(jar, stagedoor, { env })).json());
    }
  });

  test('an email that Keycloak does not call verified finds nobody', async () => {
    const { error, session } = await signIn(new Jar(), stagedoor, { as: 'unverified', env: 'byemail' });
    assert.equal(session, undefined);
    assert.match(error.message, /user profile does not contain an email/);
  });

  test('refresh, with "Revoke Refresh Token" on', async () => {
    const { jar, session } = await signedIn(stagedoor);
    const [refreshed, refused] = [await keycloak.happened('REFRESH_TOKEN'), await keycloak.happened('REFRESH_TOKEN_ERROR')];
    let last = session.providerInfo.accessToken;
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await refresh(jar, stagedoor);
      assert.equal(response.status, 200, response.text);
      await assertAda(response.json());
      assert.notEqual(response.json().providerInfo.accessToken, last);
      last = response.json().providerInfo.accessToken;
    }
    assert.equal((await keycloak.happened('REFRESH_TOKEN')) - refreshed, 3);
    assert.equal(await keycloak.happened('REFRESH_TOKEN_ERROR'), refused);
  });

  test('ten refreshes at once: all succeed, so does the next, and Keycloak sees no token twice', async () => {
    const { jar } = await signedIn(stagedoor);
    const refused = await keycloak.happened('REFRESH_TOKEN_ERROR');
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(jar, stagedoor)));
    assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(200), answers.find(({ status }) => status !== 200)?.text);
    assert.equal((await refresh(jar, stagedoor)).status, 200, 'the session has survived the rush');
    assert.equal(await keycloak.happened('REFRESH_TOKEN_ERROR'), refused);
  });

  test('offline_access: the session outlives the one at Keycloak', async () => {
    const env = 'offline';
    const { jar, session } = await signedIn(stagedoor, { env });
    assert.equal(session.providerInfo.scope, 'openid profile email offline_access');
    assert.ok(!(await online(session)), 'Keycloak keeps no session but the offline one');
    for (let turn = 0; turn < 2; turn += 1) {
      const response = await refresh(jar, stagedoor, { env });
      assert.equal(response.status, 200, response.text);
      assert.equal(response.json().providerInfo.scope, 'openid profile email offline_access');
    }
    const [{ id }] = await keycloak.admin('GET', `/clients?clientId=${CLIENT}`);
    const offline = async () => (await keycloak.admin('GET', `/users/${ADA}/offline-sessions/${id}`)).length;
    const before = await offline();
    assert.ok(before >= 1);
    assert.equal((await logout(jar, stagedoor, { env })).status, 200);
    assert.equal(await offline(), before - 1, 'a logout takes the offline session away too');
  });

  test('offline_access: who lacks the role of that name is refused', async () => {
    const { error, session } = await signIn(new Jar(), stagedoor, { as: 'unverified', env: 'offline' });
    assert.equal(session, undefined);
    assert.equal(error.name, 'AuthenticationError');
    await says(/Offline tokens not allowed for the user or client/, 0);
  });

  /** Someone who is at work in another application, and turned away here. */
  async function refused(env) {
    const jar = new Jar();
    await signInElsewhere(jar, keycloak, { ...WIKI, as: 'stranger' });
    const { error, session, asked } = await signIn(jar, stagedoor, { env });
    assert.ok(!asked, 'single sign-on');
    assert.equal(session, undefined);
    assert.match(error.message, /unable to resolve user identity/);
    return jar;
  }

  // Keycloak does not know prompt=select_account (see its prompt_values_supported), and answers it by single sign-on.
  test('who is not in the catalog is refused, and the retry asks for an account', async () => {
    const jar = await refused('development');
    assert.ok((await atKeycloak(jar, stagedoor)).form, 'single sign-on does not bring the same account back');
  });

  test('prompt: login lets who was refused change to another account', async () => {
    const env = 'asks';
    const jar = new Jar();
    await signInElsewhere(jar, keycloak, { ...WIKI, as: 'stranger' });
    const first = await atKeycloak(jar, stagedoor, { env });
    assert.match(first.text, /Please re-authenticate/);
    assert.match(first.text, /value="stranger" readonly/, 'Keycloak holds on to the account');
    const { error } = await comeBack(jar, await fillIn(jar, stagedoor, first, { as: 'stranger' }));
    assert.match(error.message, /unable to resolve user identity/);

    const anew = await restartLogin(jar, stagedoor, await atKeycloak(jar, stagedoor, { env }));
    const back = await fillIn(jar, stagedoor, anew, { as: 'ada' });
    assert.ok(back.callback, back.text);
    await assertAda((await comeBack(jar, back)).session);
  });

  test('logout: the refresh token is dead, and logoutUrl ends the session at Keycloak', async () => {
    const jar = new Jar();
    await signInElsewhere(jar, keycloak, { ...WIKI, as: 'ada' });
    const { session } = await signedIn(stagedoor, { jar });
    assert.ok(await online(session));
    const revoked = await keycloak.happened('REVOKE_GRANT');
    const response = await logout(jar, stagedoor);
    assert.equal(response.status, 200, response.text);
    assert.equal((await keycloak.happened('REVOKE_GRANT')) - revoked, 1);
    assert.ok(!(await online(session)), 'the client has no part in it any more');
    assert.equal((await refresh(jar, stagedoor)).status, 401);

    const { logoutUrl } = response.json();
    assert.ok(logoutUrl.startsWith(`${keycloak.issuer}/protocol/openid-connect/logout?`), logoutUrl);
    const done = await jar.navigate(logoutUrl, { initiator: APP, stopAt: url => url.startsWith(APP) });
    assert.equal(done.url, `${APP}/`, `Keycloak accepts it without asking: ${done.response?.text.slice(0, 2_000)}`);
    assert.equal((await atKeycloak(jar, stagedoor)).callback, undefined, 'the next sign-in asks who it is');
  });

  test('back-channel logout: an administrator ends the session, and ours ends with it', async () => {
    const { jar, session } = await signedIn(stagedoor);
    const { jar: elsewhere } = await signedIn(stagedoor);
    const from = stagedoor.log.length;
    const refused = await keycloak.happened('REFRESH_TOKEN_ERROR');
    await endAtKeycloak(session);
    await says(/backchannel_logout.*sessions=?\D*1/, from);
    assert.equal((await refresh(jar, stagedoor)).status, 401);
    assert.equal((await refresh(elsewhere, stagedoor)).status, 200, 'another browser’s session lives on');
    assert.equal(await keycloak.happened('REFRESH_TOKEN_ERROR'), refused, 'Keycloak was not even asked');
  });

  test('"Log out all sessions" of a person: every session is over, at the latest when it is refreshed', async () => {
    const jars = [(await signedIn(stagedoor)).jar, (await signedIn(stagedoor)).jar];
    await keycloak.admin('POST', `/users/${ADA}/logout`);
    for (const jar of jars) assert.equal((await refresh(jar, stagedoor)).status, 401);
  });

  test('back-channel logout without "session required": all sessions of a person are over at once', async () => {
    const [client] = await keycloak.admin('GET', `/clients?clientId=${CLIENT}`);
    client.attributes['backchannel.logout.session.required'] = 'false';
    await keycloak.admin('PUT', `/clients/${client.id}`, client);
    const jars = [(await signedIn(stagedoor)).jar, (await signedIn(stagedoor)).jar];
    const from = stagedoor.log.length;
    const refused = await keycloak.happened('REFRESH_TOKEN_ERROR');
    await keycloak.admin('POST', `/users/${ADA}/logout`);
    await says(/backchannel_logout.*sessions=?\D*[2-9]/, from);
    for (const jar of jars) assert.equal((await refresh(jar, stagedoor)).status, 401);
    assert.equal(await keycloak.happened('REFRESH_TOKEN_ERROR'), refused, 'Keycloak was not even asked');
  });

  test('new keys are taken up without a restart, and sessions go on when the old one is gone', async () => {
    const { jar, session } = await signedIn(stagedoor);
    const { kid } = decodeProtectedHeader(session.providerInfo.idToken);
    await keycloak.rotateKeys(200);
    const { session: next } = await signedIn(stagedoor);
    assert.notEqual(decodeProtectedHeader(next.providerInfo.idToken).kid, kid, 'signed with the new key');
    await assertAda(next);
    const older = await refresh(jar, stagedoor);
    assert.equal(older.status, 200, older.text);
    assert.notEqual(decodeProtectedHeader(older.json().providerInfo.idToken).kid, kid);

    await keycloak.withdrawKey(kid);
    assert.ok(!(await keycloak.kids()).includes(kid), 'the old key is gone');
    const still = await refresh(jar, stagedoor);
    assert.equal(still.status, 200, still.text);
    await assertAda(still.json());
    await assertAda((await signedIn(stagedoor)).session);
  });

  test('Keycloak goes and comes back: sessions live on, and a Stagedoor that was started meanwhile heals', async () => {
    const { jar } = await signedIn(stagedoor);
    await keycloak.down();
    const unanswered = await refresh(jar, stagedoor);
    assert.notEqual(unanswered.status, 200);
    await second.open();
    const early = await send('GET', startUrl(second));
    assert.notEqual(early.status, 302, early.text);

    await keycloak.up();
    const healed = await until(async () => {
      const response = await refresh(jar, stagedoor);
      return response.status === 200 && response;
    }, { what: 'the session to be good again', timeoutMs: 90_000, everyMs: 500 });
    await assertAda(healed.json());
    await assertAda((await signedIn(stagedoor)).session);
    await until(async () => (await send('GET', startUrl(second))).status === 302, { what: 'the other to have found Keycloak', timeoutMs: 90_000, everyMs: 500 });
    assert.equal((await signedIn(second)).session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
  });
});
