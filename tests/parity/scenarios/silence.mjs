// The session that is there already, or is not.

import { given, session } from '../support/backend.mjs';
import { scenario } from './scenario.mjs';

scenario('nobody is signed in, and asking disturbs nobody', {
  async run({ page, backend }) {
    const seen = await page.evaluate(async () => {
      const auth = kit.auth();
      const states = kit.states(auth);
      const optional = { optional: true };
      const answers = [await auth.getIdToken(optional), await auth.getAccessToken('', optional), await auth.getProfile(optional), await auth.getBackstageIdentity(optional)];
      return { answers, states, opened: kit.opened, pending: kit.pending.length };
    });
    return { ...seen, requests: backend.requests };
  },
  expect: {
    answers: ['', '', null, null],
    states: ['SignedOut'],
    opened: [],
    pending: 0,
    requests: ['openid%20profile%20email', 'openid%20profile%20email', 'openid%20profile%20email', 'openid%20profile%20email'].map(scope => `GET /keycloak/refresh?optional&scope=${scope}&env=development`),
  },
});

scenario('a session is picked up silently: tokens, profile, identity, one request', {
  async run({ page, backend }) {
    backend.refresh = given();
    const seen = await page.evaluate(async () => {
      const auth = kit.auth();
      const states = kit.states(auth);
      const identity = await auth.getBackstageIdentity();
      const minutes = Math.round((identity.expiresAt - Date.now()) / 60_000);
      delete identity.expiresAt;
      return { identity, minutes, profile: await auth.getProfile(), tokens: [await auth.getIdToken(), await auth.getAccessToken()], states };
    });
    return { ...seen, requests: backend.requests, headers: backend.headers };
  },
  expect: {
    identity: { token: 'backstage', identity: session().backstageIdentity.identity },
    minutes: 60,
    profile: session().profile,
    tokens: ['id', 'access'],
    states: ['SignedOut', 'SignedIn'],
    requests: ['GET /keycloak/refresh?optional&scope=openid%20profile%20email&env=development'],
    headers: [{ requestedWith: 'XMLHttpRequest', cookie: null }],
  },
});

scenario('every option: provider, environment, no default scopes', {
  async run({ page, backend }) {
    backend.refresh = given({ scope: 'openid' });
    await page.evaluate(() => kit.auth({ provider: 'okta', environment: 'production', defaultScopes: undefined }).getIdToken());
    return backend.requests;
  },
  expect: ['GET /okta/refresh?optional&scope=openid&env=production'],
});

scenario('without a provider, it is called oauth2', {
  async run({ page, backend }) {
    await page.evaluate(() => kit.OAuth2.create({ discoveryApi: { getBaseUrl: async () => `${kit.backendUrl}/api/auth` }, oauthRequestApi: new kit.OAuthRequestManager() }).getProfile({ optional: true }));
    return backend.requests;
  },
  expect: ['GET /oauth2/refresh?optional&scope=&env=development'],
});

scenario('a session need have neither identity nor lifetimes', {
  async run({ page, backend }) {
    backend.refresh = given({ identity: false, seconds: undefined });
    const seen = await page.evaluate(async () => {
      const auth = kit.auth();
      return [await auth.getBackstageIdentity(), await auth.getIdToken(), await auth.getAccessToken('email')];
    });
    return { seen, refreshes: backend.count('refresh') };
  },
  expect: { seen: [null, 'id', 'access'], refreshes: 1 },
});

scenario('scopes are lists or text, and pass through the transform, both ways', {
  async run({ page, backend }) {
    backend.refresh = given({ scope: 'repo gist' });
    const seen = await page.evaluate(async () => {
      const auth = kit.auth({ defaultScopes: [], scopeTransform: scopes => scopes.map(scope => `x:${scope}`) });
      return [await auth.getAccessToken('repo,gist'), await auth.getAccessToken(['gist']), [...kit.OAuth2.normalizeScopes('a b|c,,d')], [...kit.OAuth2.normalizeScopes('')]];
    });
    return { seen, scopes: backend.scopes('refresh') };
  },
  expect: { seen: ['access', 'access', ['a', 'b', 'c', 'd'], []], scopes: ['x:gist x:repo'] },
});

scenario('calls at the same time share one refresh', {
  async run({ page, backend }) {
    backend.refresh = given();
    const seen = await page.evaluate(() => {
      const auth = kit.auth();
      return Promise.all([auth.getIdToken(), auth.getAccessToken(), auth.getProfile(), auth.getBackstageIdentity(), auth.getAccessToken('email')]).then(all => all.map(each => typeof each));
    });
    return { seen, refreshes: backend.count('refresh') };
  },
  expect: { seen: ['string', 'string', 'object', 'object', 'string'], refreshes: 1 },
});

scenario('calls at the same time for different scopes each get theirs', {
  async run({ page, backend }) {
    backend.refresh = scope => given({ scope, accessToken: scope });
    const seen = await page.evaluate(() => {
      const auth = kit.auth({ defaultScopes: ['openid'] });
      return Promise.all([auth.getAccessToken(), auth.getAccessToken('repo')]);
    });
    return { second: seen[1], scopes: backend.scopes('refresh') };
  },
  expect: { second: 'openid repo', scopes: ['openid', 'openid repo'] },
});
