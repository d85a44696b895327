// GET|POST /{provider}/refresh, POST /{provider}/logout

import { APP, XHR, logout, refresh } from '../../support/flows.mjs';
import { proxied, withLongTokens, without, withoutRefreshTokens } from '../support/circumstances.mjs';
import { PREVIEW } from '../support/sides.mjs';

/** Signs in, then refreshes. */
const refreshes = (name, how, signIn) => ({
  name: `refresh: ${name}`,
  async run(side) {
    const { jar } = await side.signedIn(signIn);
    return refresh(jar, side, { env: signIn?.env, ...how });
  },
});
/** Signs in, does something else, then refreshes. */
const after = (name, change, options) => ({
  name: `refresh: ${name}`,
  async run(side) {
    const { jar } = await side.signedIn(options);
    await change(side, jar);
    return refresh(jar, side, { env: options?.env });
  },
});
const bare = (name, method, path, headers) => ({ name, run: side => side.send(method, path, { headers }) });
const logsOut = (name, how, signIn) => ({
  name: `logout: ${name}`,
  async run(side) {
    const { jar } = await side.signedIn(signIn);
    return logout(jar, side, { env: signIn?.env, ...how });
  },
});

export default [
  refreshes('as the frontend does'),
  refreshes('POST', { method: 'POST' }),
  refreshes('from a preview', { from: PREVIEW }),
  refreshes('from a foreign origin', { from: 'https://evil.example.com' }),
  refreshes('a scope that was not granted', { scope: 'openid photos' }),
  refreshes('fewer scopes than granted', { scope: 'openid' }, { scope: 'calendar' }),
  refreshes('without resolvers', {}, { env: 'noresolver' }),
  refreshes('with sessionDuration', {}, { env: 'brief' }),
  refreshes('with additionalScopes', {}, { env: 'list' }),
  refreshes('without the header', { headers: {} }),
  refreshes('with another header', { headers: { 'x-requested-with': 'fetch' } }),
  refreshes('the header in small letters', { headers: { 'x-requested-with': 'xmlhttprequest' } }),
  refreshes('unknown env', { env: 'nowhere' }),
  refreshes('PUT', { method: 'PUT' }),
  after('a second time', (side, jar) => refresh(jar, side)),
  after('a refresh token that may not be used', () => {}, { env: 'norefresh' }),
  {
    name: 'refresh: no refresh token was issued',
    run: side => withoutRefreshTokens(side, async () => refresh((await side.signedIn()).jar, side)),
  },
  {
    name: 'refresh: a refresh token of 9,000 characters',
    run: side => withLongTokens(side, 9_000, async () => refresh((await side.signedIn()).jar, side)),
  },
  after('once logged out', (side, jar) => logout(jar, side)),
  after('the provider has revoked the token', side => side.idp.store.forget('RefreshToken')),
  {
    name: 'refresh: out of the catalog since',
    async run(side) {
      side.idp.accounts.leaver = { name: 'Leaver', email: 'ada@example.com', email_verified: true };
      const { jar } = await side.signedIn({ as: 'leaver' });
      side.idp.accounts.leaver.email = 'gone@example.com';
      return refresh(jar, side);
    },
  },
  {
    name: 'refresh: the token endpoint is down',
    async run(side) {
      const { jar } = await side.signedIn();
      return without(side, '/token', 503, () => refresh(jar, side));
    },
  },
  {
    name: 'refresh: the userinfo endpoint is down',
    async run(side) {
      const { jar } = await side.signedIn();
      return without(side, '/me', 503, () => refresh(jar, side));
    },
  },
  {
    name: 'refresh: granted scopes made up',
    async run(side) {
      const { jar } = await side.signedIn();
      const cookie = jar.header(`${side.auth}/oidc/refresh`).replace(/oidc-granted-scope=[^;]*/, `oidc-granted-scope=${encodeURIComponent('openid photos')}`);
      return refresh(jar, side, { headers: { ...XHR, cookie } });
    },
  },
  ...['refresh', 'logout'].flatMap(what => [
    { name: `${what}: behind a proxy`, run: side => proxied(side, what === 'logout' ? 'POST' : 'GET', what, { from: APP }) },
    { name: `${what}: behind a proxy, without an origin`, run: side => proxied(side, what === 'logout' ? 'POST' : 'GET', what, {}) },
    { name: `${what}: behind a proxy, for a preview`, run: side => proxied(side, what === 'logout' ? 'POST' : 'GET', what, { origin: PREVIEW, from: PREVIEW }) },
  ]),
  bare('refresh: no session', 'GET', '/oidc/refresh?optional&env=development', XHR),
  bare('refresh: no session, from the app', 'GET', '/oidc/refresh?optional&env=development', { ...XHR, origin: APP }),
  bare('refresh: no env', 'GET', '/oidc/refresh?optional', XHR),
  bare('refresh: no env, no header', 'GET', '/oidc/refresh?optional'),
  bare('refresh: a session of nobody', 'GET', '/oidc/refresh?env=development', { ...XHR, cookie: 'oidc-refresh-token=nonsense' }),
  bare('refresh: a session of nobody in chunks', 'GET', '/oidc/refresh?env=development', { ...XHR, cookie: 'oidc-refresh-token-0=non; oidc-refresh-token-1=sense' }),
  bare('refresh: an empty session', 'GET', '/oidc/refresh?env=development', { ...XHR, cookie: 'oidc-refresh-token=' }),
  bare('refresh: scope twice', 'GET', '/oidc/refresh?env=development&scope=photos&scope=calendar', XHR),
  bare('refresh: HEAD', 'HEAD', '/oidc/refresh?env=development', XHR),
  bare('refresh: an unknown provider', 'GET', '/nope/refresh?env=development', XHR),
  bare('refresh: with a trailing slash', 'GET', '/oidc/refresh/?env=development', XHR),

  logsOut('as the frontend does'),
  logsOut('from a preview', { from: PREVIEW }),
  logsOut('from a foreign origin', { from: 'https://evil.example.com' }),
  logsOut('without the header', { headers: {} }),
  {
    name: 'logout: no refresh token was issued',
    run: side => withoutRefreshTokens(side, async () => logout((await side.signedIn()).jar, side)),
  },
  {
    name: 'logout: a refresh token of 9,000 characters',
    run: side => withLongTokens(side, 9_000, async () => logout((await side.signedIn()).jar, side)),
  },
  logsOut('with another env of the same provider', { env: 'login' }),
  logsOut('unknown env', { env: 'nowhere' }),
  {
    name: 'logout: the provider is down',
    async run(side) {
      const { jar } = await side.signedIn();
      return without(side, '/token/revocation', 503, () => logout(jar, side));
    },
  },
  {
    name: 'logout: twice',
    async run(side) {
      const { jar } = await side.signedIn();
      await logout(jar, side);
      return logout(jar, side);
    },
  },
  bare('logout: no session', 'POST', '/oidc/logout?env=development', XHR),
  bare('logout: no session, a foreign origin', 'POST', '/oidc/logout?env=development', { ...XHR, origin: 'https://evil.example.com' }),
  { name: 'logout: a broken body', run: side => side.send('POST', '/oidc/logout?env=development', { headers: { ...XHR, 'content-type': 'application/json' }, body: '{' }) },
  bare('logout: no env', 'POST', '/oidc/logout', XHR),
  bare('logout: GET', 'GET', '/oidc/logout?env=development', XHR),
  bare('logout: chunks of nobody', 'POST', '/oidc/logout?env=development', { ...XHR, cookie: 'oidc-refresh-token-0=non; oidc-refresh-token-1=sense; oidc-granted-scope=openid' }),
  bare('logout: an unknown provider', 'POST', '/nope/logout?env=development', XHR),
];

