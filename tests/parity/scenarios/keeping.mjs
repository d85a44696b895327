// Refreshing, widening, losing a session.

import { given, refused, session } from '../support/backend.mjs';
import { scenario } from './scenario.mjs';

const DEFAULTS = 'openid profile email';
const SORTED = 'email openid profile';

for (const [name, options, refreshes] of [
  ['181 seconds left: kept', { seconds: 181, identitySeconds: 181 }, 1],
  ['the provider’s token has under three minutes: refreshed', { seconds: 179 }, 2],
  ['the Backstage token has under three minutes: refreshed', { identitySeconds: 179 }, 2],
]) {
  scenario(name, {
    async run({ page, backend }) {
      backend.refresh = given(options);
      await page.evaluate(() => {
        kit.freeze();
        return (kit.a = kit.auth()).getAccessToken().then(() => {});
      });
      const first = backend.count('refresh');
      backend.refresh = given({ accessToken: 'newer' });
      const token = await page.evaluate(() => kit.a.getAccessToken());
      return { token, more: backend.count('refresh') - first };
    },
    expect: { token: refreshes === 1 ? 'access' : 'newer', more: refreshes - 1 },
  });
}

scenario('tokens that live less than three minutes are fetched once for each use', {
  async run({ page, backend }) {
    backend.refresh = given({ seconds: 100 });
    const token = await page.evaluate(() => kit.auth().getAccessToken());
    return { token, refreshes: backend.count('refresh') };
  },
  expect: { token: 'access', refreshes: 1 },
  backstage: { why: 'It looks at a session it has just fetched as if it were old, and fetches it again.', sees: { refreshes: 2 } },
});

scenario('the network fails: nobody is signed out', {
  async run({ page, backend }) {
    backend.refresh = given();
    await page.evaluate(() => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      return kit.a.getAccessToken();
    });
    backend.refresh = 'cut';
    return page.evaluate(async () => ({
      optional: await kit.a.getAccessToken('calendar', { optional: true }),
      error: (await kit.outcome(kit.a.getAccessToken('calendar'))).error.replace(/(, TypeError: ).*/, '$1…'),
      kept: await kit.a.getAccessToken('email'),
      states: kit.seen,
      opened: kit.opened.length,
    }));
  },
  expect: { optional: '', error: 'AuthConnectionError: Auth refresh request failed, TypeError: …', kept: 'access', states: ['SignedOut', 'SignedIn'], opened: 0 },
});

scenario('the network fails on first use: said, and the person is not asked', {
  async run({ page, backend }) {
    backend.refresh = 'cut';
    return page.evaluate(async () => {
      const auth = kit.auth();
      return { required: (await kit.outcome(auth.getProfile())).error.replace(/(, TypeError: ).*/, '$1…'), optional: await auth.getProfile({ optional: true }), pending: kit.pending.length };
    });
  },
  expect: { required: 'AuthConnectionError: Auth refresh request failed, TypeError: …', optional: null, pending: 0 },
});

scenario('a refused refresh signs out', {
  async run({ page, backend }) {
    backend.refresh = given({ seconds: 100 });
    await page.evaluate(async () => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      await kit.a.getAccessToken();
    });
    backend.refresh = refused;
    return page.evaluate(async () => ({ token: await kit.a.getAccessToken('', { optional: true }), states: kit.seen }));
  },
  expect: { token: '', states: ['SignedOut', 'SignedIn', 'SignedOut'] },
});

scenario('a refused refresh asks the person, when someone needs a session', {
  async run({ page, backend }) {
    backend.refresh = given({ seconds: 100 });
    await page.evaluate(async () => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      await kit.a.getAccessToken();
    });
    backend.refresh = refused;
    await page.evaluate(() => {
      kit.later.it = kit.outcome(kit.a.getAccessToken());
      kit.later.press = kit.press();
    });
    (await backend.popup()).finish(session({ accessToken: 'anew' }));
    return page.evaluate(async () => ({ it: await kit.later.it, states: kit.seen }));
  },
  expect: { it: { value: 'anew' }, states: ['SignedOut', 'SignedIn', 'SignedOut', 'SignedIn'] },
});

scenario('an error in a successful answer is a refusal', {
  async run({ page, backend }) {
    backend.refresh = { status: 200, body: refused.body };
    return page.evaluate(async () => {
      const auth = kit.auth();
      const states = kit.states(auth);
      return { profile: await auth.getProfile({ optional: true }), states };
    });
  },
  expect: { profile: null, states: ['SignedOut'] },
});

for (const status of [503, 429]) {
  scenario(`a backend that is down or busy (${status}) signs nobody out`, {
    async run({ page, backend }) {
      backend.refresh = given();
      await page.evaluate(async () => {
        kit.a = kit.auth();
        kit.seen = kit.states(kit.a);
        await kit.a.getAccessToken();
      });
      backend.refresh = { status, body: { error: { name: 'ServiceUnavailableError', message: 'Try later' } } };
      return page.evaluate(async () => ({ wider: await kit.a.getAccessToken('calendar', { optional: true }), states: kit.seen }));
    },
    expect: { wider: '', states: ['SignedOut', 'SignedIn'] },
    backstage: { why: 'It takes every answer but a broken connection for a refusal, and signs people out when a backend restarts behind its proxy.', sees: { states: ['SignedOut', 'SignedIn', 'SignedOut'] } },
  });
}

scenario('more scopes that the backend gives silently', {
  async run({ page, backend }) {
    backend.refresh = scope => given({ scope, accessToken: `for ${scope.split(' ').length}` });
    const seen = await page.evaluate(async () => {
      const auth = kit.auth();
      const states = kit.states(auth);
      return { tokens: [await auth.getAccessToken(), await auth.getAccessToken('calendar'), await auth.getAccessToken('calendar email')], states };
    });
    return { ...seen, scopes: backend.scopes('refresh') };
  },
  expect: { tokens: ['for 3', 'for 4', 'for 4'], states: ['SignedOut', 'SignedIn'], scopes: [SORTED, `calendar ${SORTED}`] },
});

scenario('more scopes that the person must grant: a popup with the union', {
  async run({ page, backend }) {
    backend.refresh = given({ scope: `${DEFAULTS} photos` });
    await page.evaluate(async () => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      await kit.a.getAccessToken('photos');
      kit.later.it = kit.outcome(kit.a.getAccessToken('calendar'));
      kit.later.press = kit.press();
    });
    (await backend.popup()).finish(session({ scope: `${DEFAULTS} photos calendar`, accessToken: 'wider' }));
    return { ...(await page.evaluate(async () => ({ it: await kit.later.it, states: kit.seen }))), scopes: backend.scopes('start') };
  },
  expect: { it: { value: 'wider' }, states: ['SignedOut', 'SignedIn'], scopes: ['calendar email openid photos profile'] },
  backstage: {
    why: 'It forgets the session it has before it asks for a wider one: the new one lacks what the old one had beyond the defaults, and everyone who listens sees a sign-out. Contract §13 wants the union.',
    sees: { states: ['SignedOut', 'SignedIn', 'SignedOut', 'SignedIn'], scopes: [`calendar ${SORTED}`] },
  },
});

scenario('more scopes, and the person closes the popup: the session they had stays', {
  async run({ page, backend }) {
    backend.refresh = given();
    await page.evaluate(async () => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      await kit.a.getAccessToken();
      kit.later.it = kit.outcome(kit.a.getAccessToken('calendar', { instantPopup: true }));
    });
    (await backend.popup()).close();
    const it = await page.evaluate(() => kit.later.it);
    backend.refresh = refused;
    return page.evaluate(async it => ({ it, kept: await kit.a.getAccessToken('', { optional: true }), states: kit.seen }), it);
  },
  expect: { it: { error: 'PopupClosedError: Login failed, popup was closed' }, kept: 'access', states: ['SignedOut', 'SignedIn'] },
  backstage: { why: 'It has forgotten the session before it asks for the wider one.', sees: { kept: '', states: ['SignedOut', 'SignedIn', 'SignedOut'] } },
});

scenario('connectors of one’s own', {
  run: ({ page }) =>
    page.evaluate(async () => {
      const calls = [];
      const made = scopes => ({ providerInfo: { idToken: 'own', accessToken: 'own', scopes: new Set(scopes) }, profile: {} });
      const refusing = { name: 'Error', message: 'no' };
      const auth = kit.OAuth2.create({
        defaultScopes: ['openid'],
        authConnector: {
          createSession: async ({ scopes, instantPopup }) => (calls.push(['create', [...scopes], Boolean(instantPopup)]), made(scopes)),
          refreshSession: async ({ scopes }) => {
            calls.push(['refresh', typeof scopes]);
            throw Object.assign(new Error(), refusing);
          },
          removeSession: async () => void calls.push(['remove']),
        },
      });
      const states = kit.states(auth);
      const token = await auth.getAccessToken('a', { instantPopup: true });
      await auth.signOut();
      return { token, calls, states };
    }),
  expect: { token: 'own', calls: [['refresh', 'object'], ['create', ['openid', 'a'], true], ['remove']], states: ['SignedOut', 'SignedIn', 'SignedOut'] },
});
