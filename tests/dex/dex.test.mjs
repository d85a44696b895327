// A real Dex, by the page of docs/providers/dex.md: its configuration, its claims, its traps.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { page } from '../docs/support/page.mjs';
import { serveApp } from '../support/backstage-app/bundle.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { clickOn, launch, popupFrom, profile } from '../support/chromium.mjs';
import { APP, logout, refresh, startUrl } from '../support/flows.mjs';
import { CATALOG, SESSION_SECRET } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { Door, Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { verifyUserToken } from '../support/tokens.mjs';
import { freePort, until } from '../support/wait.mjs';
import { VERSION, dexProgram } from './support/build.mjs';
import { Dex } from './support/dex.mjs';
import { atDex, fillIn, signIn, signedIn } from './support/login.mjs';

const SECRET = 'of-the-tests';
const PROVIDER = 'dex';
const block = page('providers/dex.md');

/** Others that Dex knows, beside the page's Ada: one whom the catalog does not. */
const OTHERS = `
  - email: stranger@example.com
    username: Stranger
    userID: stranger
    hash: $2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W
`;

/** Dex's own connector for tests, which lets Kilgore Trout in without asking; a new key at every start, and tokens that are soon over. */
const HASTY = `
connectors:
  - type: mockCallback
    id: mock
    name: Mock
expiry:
  signingKeys: 1ms
  idTokens: 11s
`;
const LIFE_OF_HASTY_TOKENS_MS = 11_000;

let program;
let skip = false;
try {
  program = await dexProgram();
} catch (error) {
  if (process.env.CI === 'true') throw error;
  skip = `Dex cannot be built: ${error.message.slice(0, 1_000)}`;
}

describe('Dex', { skip }, async () => {
  if (skip) return;
  const [port, spare, appPort, dexPort, hastyPort] = await Promise.all(Array.from({ length: 5 }, () => freePort()));
  const app = `http://localhost:${appPort}`;
  const redirectUri = 'http://localhost:7007/api/auth/dex/handler/frame';
  const redirectUris = [port, spare].map(ours => redirectUri.replace('7007', ours)).join('\n      - ');

  function dexAt(where, more) {
    const config = block('file', 'dex.yaml').replace(redirectUri, redirectUris).replaceAll('5556', where) + more;
    return new Dex({ program, port: where, config, env: { DEX_CLIENT_SECRET: SECRET } });
  }
  const dex = dexAt(dexPort, OTHERS);
  const hasty = dexAt(hastyPort, HASTY);

  /** A Stagedoor by the page, and what a test needs beside: its port, an app to look at, and other ways to sign in. */
  function door(ours) {
    const directory = temporaryDirectory();
    const config = block('file', 'app-config.yaml').replaceAll('localhost:7007', `localhost:${ours}`).replaceAll('localhost:5556', `localhost:${dexPort}`).replace('./org.yaml', CATALOG);
    const common = { metadataUrl: dex.issuer, clientId: 'backstage', clientSecret: '${DEX_CLIENT_SECRET}', prompt: 'auto' };
    const byEmail = { signIn: { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }] } };
    const more = {
      backend: { listen: { host: '127.0.0.1', port: ours }, cors: { origin: [APP, app] } },
      auth: {
        experimentalExtraAllowedOrigins: [app],
        providers: {
          dex: {
            brief: { ...common, ...byEmail, prompt: 'none', logout: { endProviderSession: true } },
            unknown: { ...common, ...byEmail, additionalScopes: 'calendar' },
            byid: {
              ...common,
              additionalScopes: ['offline_access', 'federated:id'],
              signIn: { resolvers: [{ resolver: 'claimMatchingUserEntityAnnotation', claim: 'federated_claims.user_id', annotation: 'keycloak.org/id' }] },
            },
            choice: { ...common, ...byEmail, metadataUrl: hasty.issuer },
            hasty: {
              ...common,
              metadataUrl: hasty.issuer,
              startUrlSearchParams: { connector_id: 'mock' },
              additionalScopes: ['offline_access', 'groups'],
              signIn: {
                groupClaims: [{ claim: 'groups' }],
                resolvers: [{ resolver: 'emailLocalPartMatchingUserEntityName', dangerouslyAllowSignInWithoutUserInCatalog: true }],
              },
            },
          },
        },
      },
    };
    const args = ['--config', writeConfig(directory, more, 'app-config.test.yaml')];
    return new Door({ port: ours, config, directory, args, env: { AUTH_SESSION_SECRET: SESSION_SECRET, DEX_CLIENT_SECRET: SECRET } });
  }

  const stagedoor = door(port);
  const second = door(spare);
  after(() => Promise.all([stagedoor.close(), second.close(), dex.down(), hasty.down()]));
  await Promise.all([dex.up(), hasty.up()]);
  await stagedoor.open();

  const enter = options => signedIn(stagedoor, { provider: PROVIDER, ...options });
  const renew = (jar, options) => refresh(jar, stagedoor, { provider: PROVIDER, ...options });
  const kidOf = ({ providerInfo }) => decodeProtectedHeader(providerInfo.idToken).kid;

  function assertAda({ profile, backstageIdentity, providerInfo }) {
    assert.deepEqual(profile, { email: 'ada@example.com', displayName: 'Ada Lovelace' });
    assert.equal(backstageIdentity.identity.userEntityRef, 'user:default/ada');
    assert.deepEqual([...backstageIdentity.identity.ownershipEntityRefs].sort(), ['group:default/analysts', 'group:default/compilers', 'user:default/ada']);
    assert.equal(decodeJwt(providerInfo.idToken).iss, dex.issuer);
    return verifyUserToken(stagedoor, backstageIdentity.token);
  }

  test('the check of the page’s configuration finds nothing wrong', async () => {
    const directory = temporaryDirectory();
    const more = writeConfig(directory, { backend: { listen: { host: '127.0.0.1', port: await freePort() } } }, 'more.yaml');
    const run = new Run(['check', '--json', '--config', writeConfig(directory, stagedoor.config), '--config', more], { env: { AUTH_SESSION_SECRET: SESSION_SECRET, DEX_CLIENT_SECRET: SECRET }, cwd: directory });
    assert.equal((await run.ended()).code, 0, run.tail());
  });

  test('sign-in by popup, over HTTP', async () => {
    const { session, asked, origin } = await enter();
    assert.ok(asked, 'Dex showed its login form');
    assert.equal(origin, APP);
    await assertAda(session);
    assert.equal(session.providerInfo.scope, 'openid profile email offline_access');
    const claims = decodeJwt(session.providerInfo.idToken);
    assert.equal(claims.email_verified, true);
    assert.equal(claims.preferred_username, undefined);
    assert.match(Buffer.from(claims.sub, 'base64url').toString('latin1'), /00000000-0000-4000-8000-00000000ada0.*local/s, 'made of both ids');
    const { expiresInSeconds } = session.providerInfo;
    assert.ok(expiresInSeconds > 86_000 && expiresInSeconds <= 86_400, `a day: ${expiresInSeconds}`);
  });

  test('a Backstage frontend in Chromium: sign-in by popup, and a reload that keeps it', async t => {
    const served = await serveApp(appPort, { app: { title: 'Test app', baseUrl: app }, backend: { baseUrl: stagedoor.baseUrl }, auth: { environment: 'development' }, test: { providerId: PROVIDER } });
    const browser = await launch();
    const { context, complaints } = await profile(browser);
    t.after(async () => {
      await browser.close();
      await served.close();
    });
    const tab = await context.newPage();
    await tab.goto(app);
    await tab.waitForSelector('body[data-ready]');
    const popup = await popupFrom(tab, () => tab.getByRole('button', { name: 'Sign in', exact: true }).click());
    await popup.fill('#login', 'ada@example.com');
    await popup.fill('#password', 'password');
    await clickOn(popup.locator('#submit-login'));
    const { identity, error } = await tab.evaluate(() => window.outcome);
    assert.equal(error, undefined);
    assert.equal(identity.identity.userEntityRef, 'user:default/ada');
    await verifyUserToken(stagedoor, identity.token);
    await until(() => context.pages().length === 1, { what: 'the popup to close itself' });

    await tab.reload();
    await tab.waitForSelector('body[data-ready]');
    assert.equal((await tab.evaluate(() => window.auth.getBackstageIdentity({ optional: true }))).identity.userEntityRef, 'user:default/ada');
    assert.deepEqual(complaints.filter(line => !line.includes(dex.issuer)), [], 'nothing but what Dex’s own page is told');
  });

  test('a wrong password gets nobody past Dex', async () => {
    const jar = new Jar();
    const again = await fillIn(jar, stagedoor, await atDex(jar, stagedoor, { provider: PROVIDER }), { as: 'ada', password: 'guess' });
    assert.equal(again.callback, undefined);
    assert.match(again.text, /Invalid Email Address and password/);
  });

  test('who is not in the catalog is refused', async () => {
    const { error, session } = await signIn(new Jar(), stagedoor, { provider: PROVIDER, as: 'stranger' });
    assert.equal(session, undefined);
    assert.match(error.message, /unable to resolve user identity/);
  });

  test('the id at the connector finds the User, with the scope federated:id', async () => {
    const { jar, session } = await enter({ env: 'byid' });
    await assertAda(session);
    await assertAda((await renew(jar, { env: 'byid' })).json());
  });

  test('a scope that Dex does not know is refused, and the reason told', async () => {
    const { error, session } = await signIn(new Jar(), stagedoor, { provider: PROVIDER, env: 'unknown' });
    assert.equal(session, undefined);
    assert.match(`${error.message}${stagedoor.log}`, /Unrecognized scope\(s\)/);
  });

  test('a choice of connectors, unless connector_id makes it; people own through the connector’s groups', async () => {
    const choice = await atDex(new Jar(), stagedoor, { provider: PROVIDER, env: 'choice' });
    assert.match(choice.text, /Log in with Mock/);
    const { session, asked } = await enter({ env: 'hasty' });
    assert.ok(!asked);
    assert.deepEqual(session.profile, { email: 'kilgore@kilgore.trout', displayName: 'Kilgore Trout' });
    assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/kilgore');
    assert.deepEqual(decodeJwt(session.providerInfo.idToken).groups, ['authors']);
    assert.deepEqual(session.backstageIdentity.identity.ownershipEntityRefs.toSorted(), ['group:default/authors', 'user:default/kilgore']);
  });

  test('refresh: each answer carries on from the last', async () => {
    const { jar, session } = await enter();
    let last = session.providerInfo.accessToken;
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await renew(jar);
      assert.equal(response.status, 200, response.text);
      await assertAda(response.json());
      assert.notEqual(response.json().providerInfo.accessToken, last);
      last = response.json().providerInfo.accessToken;
    }
  });

  test('ten refreshes at once: all succeed, so does the next, and Dex sees no token twice', async () => {
    const { jar } = await enter();
    const from = dex.log.length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => renew(jar)));
    assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(200), answers.find(({ status }) => status !== 200)?.text);
    assert.equal((await renew(jar)).status, 200, 'the session has survived the rush');
    assert.doesNotMatch(dex.log.slice(from), /claimed twice/);
  });

  test('without offline_access: a reload keeps the session, and each browser has its own', async () => {
    const browsers = [await enter({ env: 'brief' }), await enter({ env: 'brief' })];
    for (const { jar, session } of browsers) {
      await assertAda(session);
      const response = await renew(jar, { env: 'brief' });
      assert.equal(response.status, 200, response.text);
      assert.equal(response.json().providerInfo.accessToken, session.providerInfo.accessToken, 'there is nothing to refresh with');
    }
  });

  test('with offline_access a second browser ends what the first could refresh with, and it can sign in again', async () => {
    const first = await enter();
    const other = await enter();
    assert.equal((await renew(other.jar)).status, 200);
    const refused = await renew(first.jar);
    assert.equal(refused.status, 401, refused.text);
    await until(() => /Refresh token is invalid or has already been claimed/.test(stagedoor.log), { what: 'the reason in the log' });
    await assertAda((await enter({ jar: first.jar })).session);
    assert.equal((await renew(first.jar)).status, 200);
  });

  test('logout: over here, and Dex has no session of its own; there is nowhere to send anyone', async () => {
    const metadata = await dex.metadata();
    assert.equal(metadata.end_session_endpoint, undefined);
    assert.equal(metadata.revocation_endpoint, undefined);
    for (const env of ['development', 'brief']) {
      const { jar } = await enter({ env });
      const response = await logout(jar, stagedoor, { provider: PROVIDER, env });
      assert.equal(response.status, 200, response.text);
      assert.equal(response.text, '', 'no logoutUrl, also where endProviderSession asks for it');
      assert.equal((await renew(jar, { env })).status, 401);
      assert.ok((await atDex(jar, stagedoor, { provider: PROVIDER, env })).form, 'the next sign-in asks who it is');
    }
  });

  test('Dex goes and comes back: sessions live on, and a Stagedoor that was started meanwhile heals', async () => {
    const { jar } = await enter();
    await dex.down();
    assert.notEqual((await renew(jar)).status, 200);
    await second.open();
    const begin = () => send('GET', startUrl(second, { provider: PROVIDER }));
    assert.notEqual((await begin()).status, 302);

    await dex.up();
    const healed = await until(async () => {
      const response = await renew(jar);
      return response.status === 200 && response;
    }, { what: 'the session to be good again', timeoutMs: 60_000, everyMs: 200 });
    await assertAda(healed.json());
    await assertAda((await enter()).session);
    await until(async () => (await begin()).status === 302, { what: 'the other to have found Dex', timeoutMs: 60_000, everyMs: 200 });
    assert.equal((await signedIn(second, { provider: PROVIDER })).session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
  });

  test('new keys are taken up without a restart, and sessions go on when the old ones are gone', async () => {
    const env = 'hasty';
    const rotate = async () => {
      await hasty.down();
      await hasty.up();
      return hasty.kids();
    };
    // Dex looks at the age of its key twice a minute: from here on it has just been, and Stagedoor knows no other key.
    await rotate();
    await second.close();
    await second.open();
    const inAnew = () => signedIn(second, { provider: PROVIDER, env });
    const renewed = jar => refresh(jar, second, { provider: PROVIDER, env });

    const { jar, session } = await inAnew();
    const old = kidOf(session);
    const both = await rotate();
    assert.ok(both.includes(old) && both[0] !== old, `a new key signs, and the old one is still there: ${both}`);
    const response = await renewed(jar);
    assert.equal(response.status, 200, response.text);
    assert.equal(kidOf(response.json()), both[0]);
    const anew = await inAnew();
    assert.equal(kidOf(anew.session), both[0]);

    // With the last token that a key has signed Dex takes it down; and Stagedoor looks for unknown keys every ten seconds at most.
    const over = Date.now() + LIFE_OF_HASTY_TOKENS_MS;
    await until(() => Date.now() > over, { what: 'the old tokens to be over', timeoutMs: 20_000, everyMs: 100 });
    const later = await rotate();
    assert.ok(!later.includes(old), `the old key is gone: ${later}`);
    const still = await renewed(anew.jar);
    assert.equal(still.status, 200, still.text);
    assert.equal(kidOf(still.json()), later[0]);
    assert.equal(still.json().backstageIdentity.identity.userEntityRef, 'user:default/kilgore');
    assert.equal(kidOf((await inAnew()).session), later[0]);
  });

  test('the version is the page’s', async () => {
    assert.ok(block.markdown.includes(`(${VERSION})`));
  });
});
