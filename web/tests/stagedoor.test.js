import assert from 'node:assert/strict';
import { beforeEach, describe, mock, test } from 'node:test';
import { OAuth2, OAuthRequestManager, openLoginPopup } from '../stagedoor.js';

const AUTH = 'https://backend.example/api/auth';
const APP = 'https://app.example';

/** A page whose popups and messages are in the test's hands. */
function fakeWindow() {
  const listeners = new Set();
  const fake = {
    location: { origin: APP, href: `${APP}/catalog?x=1` },
    screen: { width: 1000, height: 1000 },
    opened: [],
    blocked: false,
    open(url, name, features) {
      if (fake.blocked) return null;
      const popup = { closed: false, url, name, features };
      fake.opened.push(popup);
      return popup;
    },
    addEventListener: (type, listener) => type === 'message' && listeners.add(listener),
    removeEventListener: (type, listener) => listeners.delete(listener),
    say: (source, data, origin = new URL(AUTH).origin) => [...listeners].forEach(each => each({ source, origin, data })),
    listening: () => listeners.size,
  };
  return fake;
}

const wire = (scope = 'openid profile email', extra = {}) => ({
  profile: { email: 'jane@acme.example', displayName: 'Jane' },
  providerInfo: { idToken: 'id', accessToken: 'access', scope, expiresInSeconds: 3600, ...extra },
  backstageIdentity: {
    token: 'bs',
    expiresInSeconds: 3600,
    identity: { type: 'user', userEntityRef: 'user:default/jane', ownershipEntityRefs: ['user:default/jane'] },
  },
});
const json = (body, status = 200) =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
  });
const refused = () => json({ error: { name: 'AuthenticationError', message: 'Refresh failed' } }, 401);
const tick = () => new Promise(resolve => setImmediate(resolve));
const named = name => error => error instanceof Error && error.name === name;

/** Requests made, and what each is answered with. */
let requests;
let answer;
let page;

beforeEach(() => {
  page = globalThis.window = fakeWindow();
  requests = [];
  answer = refused;
  globalThis.fetch = async (url, init) => {
    requests.push({ url, ...init });
    return answer(url, init);
  };
});

const auth = options =>
  OAuth2.create({
    discoveryApi: { getBaseUrl: async id => `https://backend.example/api/${id}` },
    provider: { id: 'keycloak', title: 'Keycloak' },
    defaultScopes: ['openid', 'profile', 'email'],
    ...options,
  });

/** Waits for the popup and lets it answer. */
async function finishPopup(session, index = 0) {
  while (!page.opened[index]) await tick();
  page.say(page.opened[index], { type: 'authorization_response', response: session });
}

describe('sessions', () => {
  test('the first use refreshes silently, the way Backstage asks', async () => {
    answer = () => json(wire());
    const api = auth();
    assert.equal(await api.getIdToken(), 'id');
    assert.equal(await api.getAccessToken(), 'access');
    assert.equal((await api.getProfile()).displayName, 'Jane');
    const identity = await api.getBackstageIdentity();
    assert.equal(identity.token, 'bs');
    assert.ok(Math.abs(identity.expiresAt.getTime() - Date.now() - 3600_000) < 60_000);
    assert.equal(requests.length, 1);
    assert.equal(requests[0].url, `${AUTH}/keycloak/refresh?optional&scope=openid%20profile%20email&env=development`);
    assert.equal(requests[0].headers['X-Requested-With'], 'XMLHttpRequest');
    assert.equal(requests[0].credentials, 'include');
  });

  test('concurrent calls share one refresh', async () => {
    answer = async () => (await tick(), json(wire()));
    const api = auth({ defaultScopes: [] });
    await Promise.all([api.getProfile(), api.getIdToken(), api.getAccessToken('email')]);
    assert.equal(requests.length, 1);
  });

  test('a shared refresh that lacks a scope is followed by one that asks for it', async () => {
    answer = async url => (await tick(), json(wire(new URL(url).searchParams.get('scope'))));
    const api = auth({ defaultScopes: ['openid'] });
    await Promise.all([api.getAccessToken(), api.getAccessToken('repo')]);
    assert.deepEqual(requests.map(({ url }) => new URL(url).searchParams.get('scope')), ['openid', 'openid repo']);
    assert.equal(page.opened.length, 0);
  });

  test('optional answers nothing instead of asking', async () => {
    const api = auth();
    assert.equal(await api.getAccessToken('', { optional: true }), '');
    assert.equal(await api.getIdToken({ optional: true }), '');
    assert.equal(await api.getProfile({ optional: true }), undefined);
    assert.equal(await api.getBackstageIdentity({ optional: true }), undefined);
    assert.equal(page.opened.length, 0);
  });

  test('refused means a popup, sized and placed', async () => {
    const api = auth();
    const signedIn = api.signIn();
    await finishPopup(wire());
    await signedIn;
    const [{ url, name, features }] = page.opened;
    assert.equal(url, `${AUTH}/keycloak/start?scope=openid%20profile%20email&origin=https%3A%2F%2Fapp.example&flow=popup&env=development`);
    assert.equal(name, 'Keycloak Login');
    assert.match(features, /width=450,height=730,top=135,left=275$/);
    assert.equal(await api.getAccessToken(), 'access');
    assert.equal(requests.length, 1);
  });

  test('popup sizes are ours to choose', async () => {
    for (const [size, expected] of [
      [{ fullscreen: true }, 'width=1000,height=1000,top=0,left=0'],
      [{ width: 600, height: 400 }, 'width=600,height=400,top=300,left=200'],
    ]) {
      page.opened.length = 0;
      const signedIn = auth({ popupOptions: { size } }).signIn();
      await finishPopup(wire());
      await signedIn;
      assert.ok(page.opened[0].features.endsWith(expected), page.opened[0].features);
    }
  });

  test('a token with under three minutes left is refreshed', async () => {
    answer = () => json(wire('openid', { expiresInSeconds: 179 }));
    const api = auth({ defaultScopes: ['openid'] });
    await api.getAccessToken();
    answer = () => json(wire('openid', { accessToken: 'newer' }));
    assert.equal(await api.getAccessToken(), 'newer');
    assert.equal(await api.getAccessToken(), 'newer');
    assert.equal(requests.length, 2);
  });

  test('a network failure signs nobody out, and neither does a backend that is down', async () => {
    answer = () => json(wire('openid', { expiresInSeconds: 60 }));
    const api = auth();
    const states = [];
    api.sessionState$().subscribe(state => states.push(state));
    await api.getIdToken();
    for (const failing of [() => Promise.reject(new TypeError('Failed to fetch')), () => json({}, 503)]) {
      answer = failing;
      await assert.rejects(api.getIdToken(), named('AuthConnectionError'));
      assert.equal(await api.getIdToken({ optional: true }), '');
    }
    assert.deepEqual(states, ['SignedOut', 'SignedIn']);
    assert.equal(page.opened.length, 0);
    answer = () => json(wire('openid'));
    assert.equal(await api.getIdToken(), 'id');
  });

  test('a refused refresh signs out, once', async () => {
    answer = () => json(wire('openid', { expiresInSeconds: 60 }));
    const api = auth();
    const states = [];
    const subscription = api.sessionState$().subscribe({ next: state => states.push(state) });
    await api.getIdToken();
    answer = refused;
    await api.getIdToken({ optional: true });
    await api.getIdToken({ optional: true });
    assert.deepEqual(states, ['SignedOut', 'SignedIn', 'SignedOut']);
    subscription.unsubscribe();
    assert.equal(subscription.closed, true);
    answer = () => json(wire());
    await api.getIdToken();
    assert.equal(states.length, 3);
  });

  test('more scopes ask for the union in a new popup, and closing it keeps the session', async () => {
    answer = () => json(wire('openid profile email'));
    const api = auth();
    await api.getAccessToken();
    const wider = api.getAccessToken('repo|gist');
    await finishPopup(wire('openid profile email repo gist', { accessToken: 'wider' }));
    assert.equal(await wider, 'wider');
    assert.equal(new URL(page.opened[0].url).searchParams.get('scope'), 'openid profile email repo gist');

    const closed = api.getAccessToken('admin');
    while (!page.opened[1]) await tick();
    page.opened[1].closed = true;
    await assert.rejects(closed, named('PopupClosedError'));
    assert.equal(await api.getAccessToken('repo', { optional: true }), 'wider');
  });

  test('scopes pass through the transform, those of the answer too', async () => {
    answer = () => json(wire('x:openid x:repo'));
    const api = auth({ defaultScopes: [], scopeTransform: scopes => scopes.map(scope => `x:${scope.replace('x:', '')}`) });
    assert.equal(await api.getAccessToken('repo'), 'access');
    assert.equal(new URL(requests[0].url).searchParams.get('scope'), 'x:repo');
  });

  test('a session without identity or lifetimes is one', async () => {
    answer = () => json({ profile: {}, providerInfo: { idToken: 'id', accessToken: 'access', scope: 'openid' } });
    const api = auth();
    assert.equal(await api.getBackstageIdentity(), undefined);
    assert.equal(await api.getIdToken(), 'id');
    assert.equal(requests.length, 1);
  });

  test('an error in a successful answer is refused too', async () => {
    answer = () => json({ error: { name: 'NotAllowedError', message: 'no' } });
    assert.equal(await auth().getProfile({ optional: true }), undefined);
  });

  test('refreshes of all tabs take turns under the lock Backstage uses', async () => {
    const request = mock.fn((name, run) => run());
    Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } }, configurable: true });
    answer = () => json(wire());
    await auth().getProfile();
    delete globalThis.navigator;
    assert.equal(request.mock.calls[0].arguments[0], 'backstage-auth-refresh:https://backend.example/api/auth/keycloak/refresh');
  });

  test('the redirect flow leaves the page', async () => {
    const api = auth({ configApi: { getOptionalBoolean: key => key === 'enableExperimentalRedirectFlow' } });
    void api.signIn();
    while (page.location.href === `${APP}/catalog?x=1`) await tick();
    const { searchParams } = new URL(page.location.href);
    assert.equal(searchParams.get('flow'), 'redirect');
    assert.equal(searchParams.get('origin'), APP);
    assert.equal(searchParams.get('redirectUrl'), `${APP}/catalog?x=1`);
    assert.equal(page.opened.length, 0);
  });
});

describe('signing out', () => {
  const signedIn = async () => {
    answer = () => json(wire());
    const api = auth();
    await api.getIdToken();
    return api;
  };

  test('posts, forgets and tells', async () => {
    const api = await signedIn();
    const states = [];
    api.sessionState$().subscribe(state => states.push(state));
    answer = () => new Response(null);
    await api.signOut();
    const { url, method, headers, credentials } = requests.at(-1);
    assert.deepEqual([url, method, credentials], [`${AUTH}/keycloak/logout?env=development`, 'POST', 'include']);
    assert.equal(headers['X-Requested-With'], 'XMLHttpRequest');
    assert.deepEqual(states, ['SignedIn', 'SignedOut']);
    answer = refused;
    assert.equal(await api.getIdToken({ optional: true }), '');
  });

  test('a failure is told', async () => {
    const api = await signedIn();
    answer = () => json({}, 403);
    await assert.rejects(api.signOut(), /Logout request failed/);
  });

  test('follows logoutUrl to https and localhost only', async () => {
    for (const [logoutUrl, followed] of [
      ['https://idp.example/logout?x=1', true],
      ['http://localhost:8080/logout', true],
      ['http://idp.example/logout', false],
      ['javascript://localhost/%0aalert(1)', false],
      ['/relative', false],
      [42, false],
    ]) {
      page.location.href = APP;
      const api = await signedIn();
      answer = () => json({ logoutUrl });
      let outcome;
      void api.signOut().then(() => (outcome = 'stayed'));
      const late = Date.now() + 30_000;
      while (!outcome && Date.now() < late) {
        await tick();
        if (page.location.href !== APP) outcome ??= 'left';
      }
      assert.equal(outcome, followed ? 'left' : 'stayed', String(logoutUrl));
      assert.equal(page.location.href, followed ? logoutUrl : APP);
    }
  });

  test('a refresh that comes back later brings nobody back', async () => {
    const api = await signedIn();
    let finish;
    answer = () => new Promise(resolve => (finish = resolve));
    const wider = api.getAccessToken('repo', { optional: true });
    while (!finish) await tick();
    answer = () => new Response(null);
    await api.signOut();
    finish(json(wire('openid profile email repo')));
    assert.equal(await wider, '');
    answer = refused;
    assert.equal(await api.getAccessToken('', { optional: true }), '');
    assert.equal(page.opened.length, 0);
  });
});

describe('the popup', () => {
  const open = () => openLoginPopup({ url: `${AUTH}/keycloak/start`, name: 'Login' });

  test('is believed only if it is that window and the backend', async () => {
    const result = open();
    const [popup] = page.opened;
    const response = { type: 'authorization_response', response: 'forged' };
    page.say({}, response);
    page.say(popup, response, 'https://evil.example');
    page.say(popup, null);
    page.say(popup, { type: 'other' });
    page.say(popup, { type: 'authorization_response', response: 'real' });
    assert.equal(await result, 'real');
    assert.equal(page.listening(), 0);
  });

  test('passes on the error of the backend', async () => {
    const result = open();
    page.say(page.opened[0], { type: 'authorization_response', error: { name: 'NotAllowedError', message: 'Invalid nonce' } });
    await assert.rejects(result, error => error.name === 'NotAllowedError' && error.message === 'Invalid nonce');
  });

  test('blocked is rejected', async () => {
    page.blocked = true;
    await assert.rejects(open(), named('PopupRejectedError'));
  });

  for (const [targetOrigin, message] of [
    [undefined, 'Login failed, popup was closed'],
    [APP, 'Login failed, popup was closed'],
    ['https://other.example', 'Login failed, Incorrect app origin, expected https://other.example'],
  ]) {
    test(`closed: ${message} (${targetOrigin})`, async () => {
      const result = open();
      if (targetOrigin) page.say(page.opened[0], { type: 'config_info', targetOrigin });
      page.opened[0].closed = true;
      await assert.rejects(result, error => error.name === 'PopupClosedError' && error.message === message);
      assert.equal(page.listening(), 0);
    });
  }
});

describe('OAuthRequestManager', () => {
  test('joins the requests of one provider into one prompt', async () => {
    const oauthRequestApi = new OAuthRequestManager();
    let pending = [];
    oauthRequestApi.authRequest$().subscribe(requests => (pending = requests));
    const api = auth({ oauthRequestApi, defaultScopes: [] });
    const both = Promise.all([api.getAccessToken('a'), api.getAccessToken('b')]);
    while (!pending.length) await tick();
    await tick();
    await tick();
    assert.equal(pending.length, 1);
    assert.equal(pending[0].provider.id, 'keycloak');
    const triggered = pending[0].trigger();
    await finishPopup(wire('a b'));
    await triggered;
    assert.deepEqual(await both, ['access', 'access']);
    assert.deepEqual(pending, []);
    assert.deepEqual([...new URL(page.opened[0].url).searchParams.get('scope').split(' ')].sort(), ['a', 'b']);
  });

  test('the user may say no', async () => {
    const oauthRequestApi = new OAuthRequestManager();
    let pending = [];
    oauthRequestApi.authRequest$().subscribe(requests => (pending = requests));
    const signedIn = auth({ oauthRequestApi }).signIn();
    while (!pending.length) await tick();
    pending[0].reject();
    await assert.rejects(signedIn, error => error.name === 'RejectedError' && error.message === 'Login failed, rejected by user');
    assert.deepEqual(pending, []);
    assert.equal(page.opened.length, 0);
  });

  test('an instant popup does not wait for it', async () => {
    const oauthRequestApi = new OAuthRequestManager();
    const identity = auth({ oauthRequestApi }).getBackstageIdentity({ instantPopup: true });
    await finishPopup(wire());
    assert.equal((await identity).token, 'bs');
  });
});
