// A house whose own sign-in page signs people in: the page is the app.

import { clickOn } from './chromium.mjs';
import { appConfig, providerBlock } from './house.mjs';
import { startIdp } from './provider.mjs';
import { Door, temporaryDirectory } from './stagedoor.mjs';
import { freePort } from './wait.mjs';

/**
 * Starts a provider and a Stagedoor whose page is the app. `providers(block)` gives `auth.providers`, where `block(rest, client)` is
 * a provider block of that client; `config` is merged over the rest.
 */
export async function openPageHouse({ providers = block => ({ oidc: { development: block() } }), directory = temporaryDirectory(), signInPage, stagedoor, title = 'Acme Portal', ...config } = {}) {
  const port = await freePort();
  const home = `http://localhost:${port}/`;
  const idp = await startIdp({ host: 'localhost' });
  // Which no browser can get.
  delete idp.accounts.ada.picture;
  idp.client('backstage', []);
  const block = (rest = {}, client = 'backstage') => {
    idp.client(client, []);
    return providerBlock(idp, { client, ...rest });
  };
  const all = providers(block);
  for (const id of Object.keys(all)) {
    for (const { clientId } of Object.values(all[id])) idp.client(clientId, `${home}api/auth/${id}/handler/frame`, { post_logout_redirect_uris: [home] });
  }
  const door = new Door({ port, directory, config: appConfig({ port, providers: all, app: { baseUrl: home, title }, stagedoor: { signInPage, ...stagedoor }, ...config }) });
  const close = async () => {
    await door.close();
    await idp.down();
  };
  await door.open().catch(async error => {
    await close();
    throw error;
  });
  return { door, idp, home, close };
}

/** The button of a provider on the page. */
export const wayOf = (page, provider = 'oidc') => page.locator(`[data-provider="${provider}"] > a`);

/** Says who one is on the page of the test provider. */
export async function beSomeone(page, account) {
  await page.fill('input[name=account]', account);
  await clickOn(page.locator('#in'));
}

/** Waits until the page of a house shows who is signed in; what it shows instead is told when that does not come. */
export async function signedIn(page, { door }) {
  await page.locator('#who:visible').waitFor().catch(async cause => {
    const shown = await page.locator('body').innerText().catch(error => `(${error.message})`);
    throw new Error(`nobody is signed in at ${page.url()}, which shows:\n${shown}\nthe log ends:\n${door.log.slice(-4_000)}`, { cause });
  });
}
