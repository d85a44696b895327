// Signing out.

import { given, refused } from '../support/backend.mjs';
import { until } from '../../support/wait.mjs';
import { scenario } from './scenario.mjs';

scenario('signing out: posted, forgotten, told', {
  async run({ page, backend }) {
    backend.refresh = given();
    await page.evaluate(async () => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      await kit.a.getAccessToken();
      await kit.a.signOut();
    });
    backend.refresh = refused;
    const seen = await page.evaluate(async () => ({ token: await kit.a.getAccessToken('', { optional: true }), states: kit.seen }));
    return { ...seen, request: backend.requests[1], header: backend.headers[1].requestedWith };
  },
  expect: { token: '', states: ['SignedOut', 'SignedIn', 'SignedOut'], request: 'POST /keycloak/logout?env=development', header: 'XMLHttpRequest' },
});

for (const [name, logout, error] of [
  ['is refused', { status: 403, body: {} }, 'Error: Logout request failed, Forbidden'],
  ['fails on the way', 'cut', 'Error: Logout request failed, TypeError: …'],
]) {
  scenario(`signing out ${name}`, {
    async run({ page, backend }) {
      backend.refresh = given();
      backend.logout = logout;
      return page.evaluate(async () => {
        const auth = kit.auth();
        await auth.getAccessToken();
        return (await kit.outcome(auth.signOut())).error.replace(/(, TypeError: ).*/, '$1…');
      });
    },
    expect: error,
  });
}

scenario('the provider’s own sign-out is gone to, on https or on localhost', {
  async run({ page, backend, origin }) {
    backend.refresh = given();
    backend.logout = { status: 200, body: { logoutUrl: `${origin}/gone` } };
    await page.evaluate(async () => {
      const auth = kit.auth();
      await auth.getAccessToken();
      void auth.signOut();
    });
    await until(async () => (await page.url()).endsWith('/gone'), { what: 'the provider’s page' });
    return true;
  },
  expect: true,
});

for (const [name, logout] of [
  ['plain http elsewhere', { status: 200, body: { logoutUrl: 'http://idp.example/logout' } }],
  ['no address', { status: 200, body: { logoutUrl: '/relative' } }],
  ['no JSON', { status: 200, text: '{"logoutUrl":"https://idp.example/"}' }],
]) {
  scenario(`a sign-out answer with ${name} is not gone to`, {
    async run({ page, backend }) {
      backend.refresh = given();
      backend.logout = logout;
      return page.evaluate(async () => {
        const auth = kit.auth();
        await auth.getAccessToken();
        return kit.outcome(auth.signOut());
      });
    },
    expect: { value: null },
  });
}

scenario('a sign-out answer with a script for an address runs nothing', {
  async run({ page, backend }) {
    backend.refresh = given();
    backend.logout = { status: 200, body: { logoutUrl: 'javascript://localhost/%0awindow.ran=true' } };
    return page.evaluate(async () => {
      const auth = kit.auth();
      await auth.getAccessToken();
      const out = kit.outcome(auth.signOut());
      const end = await Promise.race([out, kit.until(() => window.ran).then(() => 'left')]);
      return { end, ran: Boolean(window.ran) };
    });
  },
  expect: { end: { value: null }, ran: false },
  backstage: { why: 'It looks at the host name only, which `javascript://localhost/` has too, in Chromium; Firefox finds none in it.', only: 'chromium', sees: { end: 'left', ran: true } },
});

scenario('a refresh that comes back after the sign-out brings nobody back', {
  async run({ page, backend }) {
    backend.refresh = given();
    await page.evaluate(async () => {
      kit.a = kit.auth();
      kit.seen = kit.states(kit.a);
      await kit.a.getAccessToken();
    });
    backend.refresh = scope => given({ scope });
    backend.hold = true;
    await page.evaluate(() => void (kit.later.it = kit.outcome(kit.a.getAccessToken('calendar', { optional: true }))));
    await until(() => backend.count('refresh') === 2);
    await page.evaluate(() => kit.a.signOut());
    backend.release();
    const it = await page.evaluate(() => kit.later.it);
    return { it, states: await page.evaluate(() => kit.seen) };
  },
  expect: { it: { value: '' }, states: ['SignedOut', 'SignedIn', 'SignedOut'] },
  backstage: { why: 'It keeps whatever comes back, also for someone who has just signed out.', sees: { it: { value: 'access' }, states: ['SignedOut', 'SignedIn', 'SignedOut', 'SignedIn'] } },
});
