// What goes wrong in the popup.

import { session } from '../support/backend.mjs';
import { scenario } from './scenario.mjs';

scenario('the popup is closed: the caller of an instant one is told', {
  async run({ page, backend }) {
    await page.evaluate(() => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      kit.later.it = kit.outcome(kit.a.getProfile({ instantPopup: true }));
    });
    await (await backend.popup()).close();
    return page.evaluate(async () => ({ it: await kit.later.it, states: kit.seen }));
  },
  expect: { it: { error: 'PopupClosedError: Login failed, popup was closed' }, states: ['SignedOut'] },
});

scenario('the popup is closed: the one who pressed is told, and the prompt stays', {
  async run({ page, backend }) {
    await page.evaluate(() => {
      kit.a = kit.auth();
      kit.later.it = kit.outcome(kit.a.getProfile().then(({ email }) => email));
      kit.later.press = kit.press();
    });
    await (await backend.popup()).close();
    const press = await page.evaluate(() => kit.later.press);
    await page.evaluate(() => void (kit.later.press = kit.press()));
    (await backend.popup(1)).finish(session());
    return { press, ...(await page.evaluate(async () => ({ again: await kit.later.press, it: await kit.later.it, pending: kit.pending.length }))) };
  },
  expect: { press: { error: 'PopupClosedError: Login failed, popup was closed' }, again: { value: null }, it: { value: 'ada@example.com' }, pending: 0 },
});

scenario('the application is at another origin than the backend knows', {
  async run({ page, backend }) {
    await page.evaluate(() => void (kit.later.it = kit.outcome(kit.auth().getProfile({ instantPopup: true }))));
    const popup = await backend.popup();
    popup.post({ type: 'config_info', targetOrigin: 'https://portal.example' });
    popup.close();
    return page.evaluate(() => kit.later.it);
  },
  expect: { error: 'PopupClosedError: Login failed, Incorrect app origin, expected https://portal.example' },
});

scenario('the popup is blocked', {
  run: ({ page }) =>
    page.evaluate(async () => {
      kit.popupsBlocked = true;
      const auth = kit.auth();
      const instant = await kit.outcome(auth.getProfile({ instantPopup: true }));
      void kit.outcome(auth.getProfile());
      return { instant, press: await kit.press(), pending: kit.pending.length };
    }),
  expect: { instant: { error: 'PopupRejectedError: Failed to open auth popup.' }, press: { error: 'PopupRejectedError: Failed to open auth popup.' }, pending: 1 },
});

scenario('the backend says no in the popup', {
  async run({ page, backend }) {
    await page.evaluate(() => void (kit.later.it = kit.outcome(kit.auth().getProfile({ instantPopup: true }))));
    (await backend.popup()).post({ type: 'authorization_response', error: { name: 'NotAllowedError', message: 'Invalid nonce' } });
    return page.evaluate(() => kit.later.it);
  },
  expect: { error: 'NotAllowedError: Invalid nonce' },
});

scenario('messages of other windows, of other origins and of other kinds are not believed', {
  async run({ page, backend, origin }) {
    await page.evaluate(() => {
      kit.later.it = kit.outcome(kit.auth().getAccessToken('', { instantPopup: true }));
      kit.heard = [];
      addEventListener('message', ({ origin, data }) => kit.heard.push(`${origin === location.origin ? 'own' : 'other'}: ${data.type}`));
    });
    const popup = await backend.popup();
    popup.post({ type: 'something' });
    await page.evaluate(async () => {
      await kit.until(() => kit.heard.length === 1);
      postMessage({ type: 'authorization_response', response: { forged: true } }, '*');
      await kit.until(() => kit.heard.length === 2);
    });
    popup.go(`${origin}/forge`);
    await page.evaluate(() => kit.until(() => kit.heard.length === 3));
    // The same window comes back to the backend and closes.
    return page.evaluate(async () => {
      const settled = await Promise.race([kit.later.it, new Promise(resolve => setTimeout(resolve, 300, 'still waiting'))]);
      return { settled, heard: kit.heard };
    });
  },
  expect: { settled: 'still waiting', heard: ['other: something', 'own: authorization_response', 'own: authorization_response'] },
});

scenario('openLoginPopup by itself is 500 by 700', {
  async run({ page, backend }) {
    await page.evaluate(() => void (kit.later.it = kit.outcome(kit.openLoginPopup({ url: `${kit.backendUrl}/api/auth/keycloak/start?origin=x`, name: 'Own' }))));
    (await backend.popup()).post({ type: 'authorization_response', response: { anything: 1 } });
    return page.evaluate(async () => ({ it: await kit.later.it, name: kit.opened[0][0], size: /width=\d+,height=\d+/.exec(kit.opened[0][1])[0] }));
  },
  expect: { it: { value: { anything: 1 } }, name: 'Own', size: 'width=500,height=700' },
});
