// Two tabs; Stagedoor itself and a real provider.

import { given } from '../support/backend.mjs';
import { until } from '../../support/wait.mjs';
import { scenario } from './scenario.mjs';

// ---- Two tabs

scenario('refreshes of two tabs take turns', {
  async run({ page, backend, another }) {
    backend.refresh = given();
    backend.hold = true;
    const other = await another();
    await page.evaluate(() => void (kit.later.it = kit.outcome(kit.auth().getIdToken())));
    await until(() => backend.count('refresh') === 1);
    await other.evaluate(() => void (kit.later.it = kit.outcome(kit.auth().getIdToken())));
    const locks = await other.evaluate(async () => {
      await kit.until(() => true);
      for (;;) {
        const { held, pending } = await navigator.locks.query();
        if (pending.length) return { held: held.map(({ name }) => name.replace(kit.backendUrl, 'BACKEND')), pending: pending.length };
        await new Promise(resolve => setTimeout(resolve, 10));
      }
    });
    const meanwhile = backend.count('refresh');
    backend.release();
    return { locks, meanwhile, ends: [await page.evaluate(() => kit.later.it), await other.evaluate(() => kit.later.it)], requests: backend.count('refresh') };
  },
  expect: {
    locks: { held: ['backstage-auth-refresh:BACKEND/api/auth/keycloak/refresh'], pending: 1 },
    meanwhile: 1,
    ends: [{ value: 'id' }, { value: 'id' }],
    requests: 2,
  },
});

scenario('a tab of ours and a tab of Backstage’s take turns', {
  async run({ page, backend, another, others }) {
    backend.refresh = given();
    backend.hold = true;
    const other = await another(others);
    await page.evaluate(() => void (kit.later.it = kit.outcome(kit.auth().getIdToken())));
    await until(() => backend.count('refresh') === 1);
    await other.evaluate(async () => {
      kit.later.it = kit.outcome(kit.auth().getIdToken());
      while (!(await navigator.locks.query()).pending.length) await new Promise(resolve => setTimeout(resolve, 10));
    });
    const meanwhile = backend.count('refresh');
    backend.release();
    return { meanwhile, ends: [await page.evaluate(() => kit.later.it), await other.evaluate(() => kit.later.it)] };
  },
  expect: { meanwhile: 1, ends: [{ value: 'id' }, { value: 'id' }] },
});


// ---- Against Stagedoor itself, and a real provider

scenario('Stagedoor: signed in by popup, widened, picked up by another page, signed out', {
  async run({ page, another }) {
    const signedIn = await page.evaluate(async () => {
      kit.a = kit.auth({ at: 'door' });
      kit.seen = kit.states(kit.a);
      const before = await kit.a.getProfile({ optional: true });
      const { token, expiresAt, identity } = await kit.a.getBackstageIdentity({ instantPopup: true });
      const payload = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
      return { before, identity, sub: payload.sub, expires: Math.abs(payload.exp * 1000 - expiresAt) < 60_000, profile: await kit.a.getProfile(), states: kit.seen };
    });
    const wider = await page.evaluate(async () => {
      await kit.until(() => kit.windows.every(({ closed }) => closed));
      const token = await kit.a.getAccessToken('calendar', { instantPopup: true });
      return { more: token.length > 10, kept: token === (await kit.a.getAccessToken('calendar openid')), opened: kit.opened.length };
    });
    const other = await another();
    const silently = await other.evaluate(async () => {
      kit.a = kit.auth({ at: 'door' });
      return { email: (await kit.a.getProfile()).email, idToken: (await kit.a.getIdToken()).length > 10, opened: kit.opened.length };
    });
    const out = await other.evaluate(async () => {
      await kit.a.signOut();
      return kit.a.getBackstageIdentity({ optional: true });
    });
    return { signedIn, wider, silently, out };
  },
  expect: {
    signedIn: {
      before: null,
      identity: { type: 'user', userEntityRef: 'user:default/ada', ownershipEntityRefs: ['user:default/ada', 'group:default/analysts', 'group:default/compilers'] },
      sub: 'user:default/ada',
      expires: true,
      profile: { email: 'ada@example.com', displayName: 'Ada Lovelace', picture: 'https://img.example.com/ada.png' },
      states: ['SignedOut', 'SignedIn'],
    },
    wider: { more: true, kept: true, opened: 2 },
    silently: { email: 'ada@example.com', idToken: true, opened: 0 },
    out: null,
  },
});

scenario('Stagedoor: someone whom the catalog does not know is refused', {
  run: ({ page }) =>
    page.evaluate(async () => {
      const auth = kit.auth({ at: 'door', provider: 'strange' });
      const { error } = await kit.outcome(auth.getProfile({ instantPopup: true }));
      return { error: /unable to resolve user identity/.test(error), profile: await auth.getProfile({ optional: true }) };
    }),
  expect: { error: true, profile: null },
});
