// Requests that wait for the person, and those who listen.

import { given, session } from '../support/backend.mjs';
import { scenario } from './scenario.mjs';

// ---- Pending requests

scenario('requests of one provider are one prompt, with the scopes of all', {
  async run({ page, backend }) {
    await page.evaluate(async () => {
      const auth = kit.auth({ defaultScopes: ['openid'] });
      kit.later.all = Promise.all([auth.getAccessToken('a'), auth.getAccessToken('b'), auth.getProfile().then(({ email }) => email)].map(kit.outcome));
      await kit.prompts(1);
    });
    // All three have found out that nobody is signed in.
    await page.evaluate(() => kit.until(() => kit.asked === 3));
    await page.evaluate(() => void (kit.later.press = kit.press()));
    (await backend.popup()).finish(session({ scope: 'openid a b' }));
    return { ...(await page.evaluate(async () => ({ all: await kit.later.all, opened: kit.opened.length, pending: kit.pending.length }))), scopes: backend.scopes('start') };
  },
  expect: { all: [{ value: 'access' }, { value: 'access' }, { value: 'ada@example.com' }], opened: 1, pending: 0, scopes: ['a b openid'] },
});

scenario('a request that comes while the popup is open waits for the next', {
  async run({ page }) {
    await page.evaluate(async () => {
      const manager = new kit.OAuthRequestManager();
      kit.watch(manager);
      const ask = manager.createAuthRequester({ provider: { id: 'x', title: 'X', icon: () => null }, onAuthRequest: scopes => new Promise(resolve => (kit.answer = () => resolve([...scopes].sort().join()))) });
      kit.later.one = ask(new Set(['a']));
      const pressed = (await kit.prompts(1))[0].trigger();
      kit.later.two = ask(new Set(['b']));
      kit.answer();
      await pressed;
      kit.one = await kit.later.one;
    });
    return page.evaluate(async () => {
      const stay = kit.pending.length;
      const pressed = kit.pending[0].trigger();
      kit.answer();
      await pressed;
      return { one: kit.one, stay, two: await kit.later.two, pending: kit.pending.length };
    });
  },
  expect: { one: 'a', stay: 1, two: 'b', pending: 0 },
});

scenario('two providers are two prompts, in the order in which they were made', {
  run: ({ page }) =>
    page.evaluate(async () => {
      const manager = new kit.OAuthRequestManager();
      const [one, two] = ['one', 'two'].map(provider => kit.auth({ manager, provider }));
      const ids = () => kit.pending.map(({ provider }) => provider.id);
      const seen = [];
      const second = kit.outcome(two.getProfile());
      await kit.prompts(1);
      seen.push(ids());
      const first = kit.outcome(one.getProfile());
      await kit.prompts(2);
      seen.push(ids());
      kit.pending[0].reject();
      seen.push(ids());
      kit.pending[0].reject();
      return { seen, ends: [await first, await second], pending: kit.pending.length };
    }),
  expect: {
    seen: [['two'], ['one', 'two'], ['two']],
    ends: [{ error: 'RejectedError: Login failed, rejected by user' }, { error: 'RejectedError: Login failed, rejected by user' }],
    pending: 0,
  },
});

scenario('the person says no to all who wait', {
  async run({ page, backend }) {
    const seen = await page.evaluate(async () => {
      const auth = kit.auth();
      const states = kit.states(auth);
      const all = Promise.all([auth.getIdToken(), auth.getAccessToken('calendar')].map(kit.outcome));
      await kit.prompts(1);
      await kit.until(() => kit.asked === 2);
      kit.pending[0].reject();
      return { all: await all, states, pending: kit.pending.length, opened: kit.opened.length };
    });
    return { ...seen, starts: backend.count('start') };
  },
  expect: { all: Array(2).fill({ error: 'RejectedError: Login failed, rejected by user' }), states: ['SignedOut'], pending: 0, opened: 0, starts: 0 },
});

scenario('who listens late is told what is waiting', {
  run: ({ page }) =>
    page.evaluate(async () => {
      const manager = new kit.OAuthRequestManager();
      void kit.outcome(kit.auth({ manager }).getProfile());
      await kit.prompts(1);
      const late = [];
      manager.authRequest$().subscribe(requests => late.push(requests.length));
      await new Promise(resolve => setTimeout(resolve, 50));
      return { late };
    }),
  expect: { late: [1] },
  backstage: { why: 'Its list is told only when it changes: a dialog that is mounted late shows nothing, and everyone waits.', sees: { late: [] } },
});


// ---- Listeners

scenario('a listener is told of changes only, until it leaves; a listener’s mistake is its own', {
  async run({ page, backend }) {
    backend.refresh = given({ seconds: 100 });
    return page.evaluate(async () => {
      const errors = [];
      addEventListener('error', event => {
        errors.push(event.message.replace(/^(uncaught )?(error: )?/i, ''));
        event.preventDefault();
      });
      const auth = kit.auth();
      const [one, two] = [[], []];
      const subscription = auth.sessionState$().subscribe({ next: state => one.push(state) });
      auth.sessionState$().subscribe(() => {
        throw new Error('mistake');
      });
      auth.sessionState$().subscribe(state => two.push(state));
      await auth.getIdToken();
      await auth.getIdToken();
      subscription.unsubscribe();
      const { closed } = subscription;
      await auth.signOut();
      await kit.until(() => errors.length === 3);
      return { one, two, closed, errors, constants: kit.SessionState };
    });
  },
  expect: { one: ['SignedOut', 'SignedIn'], two: ['SignedOut', 'SignedIn', 'SignedOut'], closed: true, errors: Array(3).fill('mistake'), constants: { SignedIn: 'SignedIn', SignedOut: 'SignedOut' } },
});
