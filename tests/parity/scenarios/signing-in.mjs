// Signing in: prompt, popup, session.

import { given, session } from '../support/backend.mjs';
import { until } from '../../support/wait.mjs';
import { scenario } from './scenario.mjs';

scenario('signing in: one prompt, one popup, one session', {
  async run({ page, backend, origin }) {
    await page.evaluate(() => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      kit.later.token = kit.outcome(kit.a.getAccessToken());
    });
    const prompt = await page.evaluate(async () => {
      const [{ provider }] = await kit.prompts(1);
      kit.later.press = kit.press();
      return { id: provider.id, title: provider.title };
    });
    (await backend.popup()).finish(session());
    const seen = await page.evaluate(async () => ({
      token: await kit.later.token,
      press: await kit.later.press,
      pending: kit.pending.length,
      states: kit.seen,
      opened: kit.opened,
      centre: [screen.width / 2 - 225, screen.height / 2 - 365],
      identity: (await kit.a.getBackstageIdentity()).token,
    }));
    const [[name, features]] = seen.opened;
    const { top, left, ...size } = Object.fromEntries(features.split(',').map(each => each.split('=')));
    return {
      prompt, token: seen.token, press: seen.press, pending: seen.pending, states: seen.states, identity: seen.identity, name, size,
      centred: seen.centre.join() === [left, top].join(),
      requests: backend.requests.map(request => request.replace(encodeURIComponent(origin), 'APP')),
    };
  },
  expect: {
    prompt: { id: 'keycloak', title: 'Keycloak' },
    token: { value: 'access' },
    press: { value: null },
    pending: 0,
    states: ['SignedOut', 'SignedIn'],
    identity: 'backstage',
    name: 'Keycloak Login',
    size: { menubar: 'no', location: 'no', resizable: 'no', scrollbars: 'no', status: 'no', width: '450', height: '730' },
    centred: true,
    requests: ['GET /keycloak/refresh?optional&scope=openid%20profile%20email&env=development', 'GET /keycloak/start?scope=openid%20profile%20email&origin=APP&flow=popup&env=development'],
  },
});

scenario('signIn() is all of it', {
  async run({ page, backend }) {
    await page.evaluate(() => {
      kit.a = kit.auth();
      kit.later.signIn = kit.outcome(kit.a.signIn());
      kit.later.press = kit.press();
    });
    (await backend.popup()).finish(session());
    return page.evaluate(async () => [await kit.later.signIn, await kit.a.getIdToken()]);
  },
  expect: [{ value: null }, 'id'],
});

for (const [name, size, expected] of [
  ['as wide and high as asked for', { width: 320, height: 240 }, ['320', '240']],
  ['450 by 730 where it is not full screen', { fullscreen: false }, ['450', '730']],
  ['the whole screen', { fullscreen: true }, 'screen'],
]) {
  scenario(`the popup is ${name}`, {
    async run({ page, backend }) {
      await page.evaluate(size => {
        kit.later.it = kit.outcome(kit.auth({ popupOptions: { size } }).getProfile({ instantPopup: true }));
      }, size);
      (await backend.popup()).finish(session());
      const { features, screen } = await page.evaluate(async () => {
        await kit.later.it;
        return { features: kit.opened[0][1], screen: [screen.width, screen.height].map(String) };
      });
      const seen = ['width', 'height'].map(side => new RegExp(`,${side}=(\\d+)`).exec(features)[1]);
      return expected === 'screen' && seen.join() === screen.join() ? 'screen' : seen;
    },
    expect: expected,
  });
}

scenario('an instant popup asks no dialog', {
  async run({ page, backend }) {
    await page.evaluate(() => {
      kit.later.it = kit.outcome(kit.auth().getBackstageIdentity({ instantPopup: true }).then(({ token }) => token));
    });
    (await backend.popup()).finish(session());
    return page.evaluate(async () => ({ it: await kit.later.it, pending: kit.pending.length, opened: kit.opened.length }));
  },
  expect: { it: { value: 'backstage' }, pending: 0, opened: 1 },
});

scenario('an instant popup is not opened for someone who is signed in', {
  async run({ page, backend }) {
    backend.refresh = given();
    const opened = await page.evaluate(() => kit.auth().getProfile({ instantPopup: true }).then(() => kit.opened.length));
    return { opened, requests: backend.requests.length };
  },
  expect: { opened: 0, requests: 1 },
});

scenario('optional wins over an instant popup', {
  run: ({ page }) => page.evaluate(() => kit.auth().getProfile({ instantPopup: true, optional: true }).then(profile => [profile, kit.opened.length])),
  expect: [null, 0],
});

scenario('the redirect flow leaves the page', {
  async run({ page, backend, origin }) {
    await page.evaluate(() => {
      const auth = kit.auth({ configApi: { getOptionalBoolean: key => key === 'enableExperimentalRedirectFlow' } });
      void auth.getProfile({ instantPopup: true });
    });
    await until(() => backend.count('start'), { what: 'the redirect' });
    const query = new URLSearchParams(backend.requests.at(-1).split('?')[1]);
    if (query.get('redirectUrl').startsWith(`${origin}/`)) query.set('redirectUrl', 'PAGE');
    if (query.get('origin') === origin) query.set('origin', 'APP');
    return query.toString();
  },
  expect: 'scope=openid+profile+email&origin=APP&redirectUrl=PAGE&flow=redirect&env=development',
});
