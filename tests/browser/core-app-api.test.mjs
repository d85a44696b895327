// An unmodified Backstage frontend (`@backstage/core-app-api`) in Chromium, on its own origin, against `stagedoor serve`

import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { better } from '../support/asserts.mjs';
import { serveApp } from '../support/backstage-app/bundle.mjs';
import { launch, popupFrom, popupFromDialog, profile } from '../support/chromium.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { verifyUserToken } from '../support/tokens.mjs';
import { freePort, until } from '../support/wait.mjs';

// The reference knows one provider id.
const ID = process.env.BACKSTAGE_REFERENCE ? 'oidc' : 'keycloak';
const appPort = await freePort();
const origin = `http://localhost:${appPort}`;

const { door, idp, close } = await openHouse({
  app: { baseUrl: origin },
  backend: { cors: { origin, methods: ['GET', 'HEAD', 'PATCH', 'POST', 'PUT', 'DELETE'], credentials: true } },
  providers: (idp, port) => {
    idp.client('app', `http://localhost:${port}/api/auth/${ID}/handler/frame`, { post_logout_redirect_uris: [origin, `${origin}/`] });
    return { [ID]: { development: providerBlock(idp, { client: 'app' }) } };
  },
});
after(close);
const config = { app: { title: 'Test app', baseUrl: origin }, backend: { baseUrl: door.baseUrl }, auth: { environment: 'development' }, test: { providerId: ID } };
const app = await serveApp(appPort, config);
after(() => app.close());
const browser = await launch();
after(() => browser.close());

let user;
beforeEach(async () => {
  user = await profile(browser);
});
afterEach(async () => {
  await user.close();
});

async function openApp() {
  const page = await user.context.newPage();
  await page.goto(origin);
  await page.waitForSelector('body[data-ready]');
  return page;
}

/** Says who one is at the provider, unless it remembers. */
async function answerProvider(popup, { as = 'ada', deny = false } = {}) {
  try {
    await popup.waitForSelector('input[name=account]');
    if (deny) await popup.click('#deny');
    else {
      await popup.fill('input[name=account]', as);
      await popup.click('#in');
    }
  } catch (error) {
    if (!popup.isClosed()) throw error;
  }
}

async function signIn(page, answer) {
  const popup = await popupFrom(page, () => page.getByRole('button', { name: 'Sign in', exact: true }).click());
  await answerProvider(popup, answer);
  return page.evaluate(() => window.outcome);
}

const identity = page => page.evaluate(() => window.auth.getBackstageIdentity({ optional: true }));

test('nobody is signed in to begin with, and asking disturbs nobody', async () => {
  const page = await openApp();
  assert.equal(await identity(page), undefined);
  assert.deepEqual(await page.evaluate(() => window.states), ['SignedOut']);
  assert.equal(user.context.pages().length, 1, 'no popup');
});

test('sign-in by popup: identity, tokens, profile', async () => {
  const page = await openApp();
  const outcome = await signIn(page);
  assert.equal(outcome.error, undefined);
  assert.deepEqual(outcome.identity.identity, {
    type: 'user',
    userEntityRef: 'user:default/ada',
    ownershipEntityRefs: outcome.identity.identity.ownershipEntityRefs,
  });
  await verifyUserToken(door, outcome.identity.token);
  const got = await page.evaluate(async () => ({
    idToken: await window.auth.getIdToken(),
    accessToken: await window.auth.getAccessToken(),
    profile: await window.auth.getProfile(),
    states: window.states,
  }));
  assert.equal(JSON.parse(Buffer.from(got.idToken.split('.')[1], 'base64url')).sub, 'ada');
  assert.ok(got.accessToken.length > 10);
  assert.deepEqual(got.profile, { email: 'ada@example.com', displayName: 'Ada Lovelace', picture: 'https://img.example.com/ada.png' });
  assert.deepEqual(got.states, ['SignedOut', 'SignedIn']);
  await until(() => user.context.pages().length === 1, { what: 'the popup to close itself' });
  assert.deepEqual(user.complaints, []);
});

test('a new page picks the session up silently', async () => {
  await signIn(await openApp());
  const before = idp.count('/auth');
  const page = await openApp();
  assert.equal((await identity(page)).identity.userEntityRef, 'user:default/ada');
  assert.equal((await page.evaluate(() => window.auth.getProfile())).email, 'ada@example.com');
  assert.equal(idp.count('/auth'), before, 'the provider was not visited');
  assert.deepEqual(user.complaints, []);
});

better('asking for more scope opens a dialog, then a popup, and the access token has it', async () => {
  const page = await openApp();
  await signIn(page);
  const asking = page.evaluate(() => window.auth.getAccessToken('calendar'));
  const dialog = page.getByRole('button', { name: 'Log in to Keycloak' });
  // Backstage's backend answers the refresh before it with a scope nobody granted, so that no dialog comes up at all.
  await Promise.race([dialog.waitFor(), asking]);
  assert.ok(await dialog.isVisible(), 'the person is asked, for the provider has not granted this scope');
  await answerProvider(await popupFromDialog(page, dialog));
  const token = await asking;
  const scope = idp.store.of('AccessToken').find(({ payload }) => payload.jti === token)?.payload.scope.split(' ') ?? [];
  for (const wanted of ['openid', 'profile', 'email', 'calendar']) assert.ok(scope.includes(wanted), `${wanted} in ${scope}`);
  assert.equal(await page.evaluate(() => window.auth.getAccessToken('calendar openid')), token, 'and it is remembered');
  const later = await openApp();
  assert.ok((await later.evaluate(() => window.auth.getAccessToken('calendar'))).length > 10, 'also by a new page');
});

test('the person may refuse: in the dialog, by closing the popup, at the provider', async () => {
  const page = await openApp();
  const rejected = page.evaluate(() => window.auth.getAccessToken().catch(error => error.name));
  // As with the dialog's other button: a click that met the one before it was drawn anew is made again.
  let end;
  rejected.then(name => (end = name));
  await until(async () => {
    await page.getByRole('button', { name: 'Reject' }).click({ timeout: 1_000 }).catch(() => {});
    return end;
  }, { what: 'the refusal' });
  assert.equal(end, 'RejectedError');

  const popup = await popupFrom(page, () => page.getByRole('button', { name: 'Sign in', exact: true }).click());
  await popup.waitForSelector('input[name=account]');
  await popup.close();
  assert.equal((await page.evaluate(() => window.outcome)).error, 'PopupClosedError: Login failed, popup was closed');

  const denied = await signIn(page, { deny: true });
  assert.ok(denied.error, JSON.stringify(denied));
  assert.equal(await identity(page), undefined);
});

test('someone the catalog does not know is told so', async () => {
  const page = await openApp();
  const { error } = await signIn(page, { as: 'stranger' });
  assert.match(error, /unable to resolve user identity/);
  assert.equal(await identity(page), undefined);
  assert.deepEqual(user.complaints, []);
});

test('sign-out ends the session for every page', async () => {
  const page = await openApp();
  await signIn(page);
  // The provider is not at localhost, so the frontend does not follow a `logoutUrl` there.
  await page.evaluate(() => window.auth.signOut());
  assert.equal(await identity(page), undefined);
  const other = await openApp();
  assert.equal(await identity(other), undefined);
});

test('sessionState$ tells of every change, once', async () => {
  const page = await openApp();
  await signIn(page);
  await page.evaluate(() => window.auth.signOut());
  assert.deepEqual(await page.evaluate(() => window.states), ['SignedOut', 'SignedIn', 'SignedOut']);
});

better('two tabs sign in at once', async () => {
  const [one, two] = [await openApp(), await openApp()];
  const first = await popupFrom(one, () => one.getByRole('button', { name: 'Sign in', exact: true }).click());
  await first.waitForSelector('input[name=account]');
  const second = await popupFrom(two, () => two.getByRole('button', { name: 'Sign in', exact: true }).click());
  await second.waitForSelector('input[name=account]');
  await answerProvider(first);
  await answerProvider(second);
  for (const page of [one, two]) {
    const { identity, error } = await page.evaluate(() => window.outcome);
    assert.equal(error, undefined);
    assert.equal(identity.identity.userEntityRef, 'user:default/ada');
  }
});

test('redirect flow, when the app asks for it', async () => {
  await user.context.route(`${origin}/config.json`, route => route.fulfill({ json: { ...config, enableExperimentalRedirectFlow: true } }));
  const page = await openApp();
  await page.goto(`${origin}/deep?x=1`);
  await page.waitForSelector('body[data-ready]');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.fill('input[name=account]', 'ada');
  await page.click('#in');
  await page.waitForURL(`${origin}/deep?x=1`);
  await page.waitForSelector('body[data-ready]');
  assert.equal((await identity(page)).identity.userEntityRef, 'user:default/ada');
  assert.deepEqual(user.complaints, []);
});

test('a page of another origin gets no session, not even of someone signed in', async () => {
  await signIn(await openApp());
  const strangerPort = await freePort();
  const stranger = await serveApp(strangerPort, config);
  try {
    const page = await user.context.newPage();
    await page.goto(stranger.origin);
    await page.waitForSelector('body[data-ready]');
    assert.equal(await page.evaluate(() => window.auth.getBackstageIdentity({ optional: true }).then(it => it?.identity.userEntityRef, error => error.name)), undefined);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const { identity, error } = await page.evaluate(() => window.outcome);
    assert.equal(identity, undefined);
    assert.match(error, /AuthConnectionError|PopupClosedError/);
  } finally {
    await stranger.close();
  }
});
