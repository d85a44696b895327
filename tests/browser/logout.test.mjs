// Signing out at the provider too, and the provider signing out here, with a person in front of it

import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { clickOn, launch, popupFrom, profile } from '../support/chromium.mjs';
import { appConfig, providerBlock } from '../support/house.mjs';
import { startIdp } from '../support/provider.mjs';
import { Door } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';

const port = await freePort();
const home = `http://localhost:${port}/`;
// Browsers follow a logoutUrl to https and to localhost, so that is where the provider is.
const idp = await startIdp({ host: 'localhost' });
after(() => idp.down());
delete idp.accounts.ada.picture; // which no browser can get
idp.client('backstage', `${home}api/auth/oidc/handler/frame`, {
  post_logout_redirect_uris: [home],
  backchannel_logout_uri: `${home}unused`,
  backchannel_logout_session_required: true,
});
const providers = { oidc: { development: providerBlock(idp, { logout: { endProviderSession: true } }) } };
const door = await new Door({ port, config: appConfig({ port, providers, app: { baseUrl: home } }) }).open();
after(() => door.close());
const browser = await launch();
after(() => browser.close());

const signInButton = page => page.getByRole('button', { name: /^sign in/i }).first();
const signOutButton = page => page.getByRole('button', { name: /sign out/i });

/** Signs in on our own page; the ID token it was told. */
async function signIn(page) {
  await page.goto(home);
  const told = page.evaluate(() => new Promise(heard => addEventListener('message', ({ data }) => data?.response && heard(data.response.providerInfo.idToken))));
  const popup = await popupFrom(page, () => signInButton(page).click());
  await popup.fill('input[name=account]', 'ada');
  await clickOn(popup.getByRole('button', { name: 'Sign in' }));
  await signOutButton(page).waitFor();
  return told;
}

test('signing out goes by way of the provider, which asks who it is the next time', async () => {
  const { context, complaints, close } = await profile(browser);
  const page = await context.newPage();
  await signIn(page);
  await signOutButton(page).click();
  await page.waitForURL(url => url.origin === idp.issuer);
  await page.locator('button[name=logout]').first().click();
  await page.waitForURL(home);
  await signInButton(page).waitFor();
  const popup = await popupFrom(page, () => signInButton(page).click());
  await popup.locator('input[name=account]').waitFor();
  // The provider's page asks for a font that is not to be had here.
  assert.deepEqual(complaints.filter(complaint => !complaint.includes('fonts.googleapis.com')), []);
  await close();
});

test('a frame in a page of another site ends the session', async () => {
  const { context, complaints, close } = await profile(browser);
  const page = await context.newPage();
  const { sid } = JSON.parse(Buffer.from((await signIn(page)).split('.')[1], 'base64url'));
  const address = `${home}api/auth/oidc/frontchannel-logout?${new URLSearchParams({ iss: idp.issuer, sid })}`;
  const foreign = http.createServer((request, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><link rel="icon" href="data:,"><iframe src="${address.replaceAll('&', '&amp;')}"></iframe>`);
  });
  await once(foreign.listen(0, '127.0.0.1'), 'listening');
  try {
    const provider = await context.newPage();
    await provider.goto(`http://127.0.0.1:${foreign.address().port}/`);
    const [, frame] = provider.frames();
    await frame.waitForLoadState();
    assert.equal(await frame.title(), 'Signed out');
    assert.deepEqual(complaints, []);
  } finally {
    foreign.closeAllConnections();
    foreign.close();
  }
  await page.reload();
  await signInButton(page).waitFor();
  await page.waitForLoadState('networkidle');
  assert.equal(await signOutButton(page).isVisible(), false);
  await close();
});
