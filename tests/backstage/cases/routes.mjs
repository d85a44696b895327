// Keys, documents, user info, CORS, health, and what is not there

import { APP } from '../../support/flows.mjs';
import { limitedTokenOf } from '../../support/tokens.mjs';
import { send } from '../../support/http.mjs';

const gets = (name, path, headers) => ({ name, run: side => side.get(path, headers) });
const asks = (name, method, path, headers) => ({ name, run: side => side.send(method, path, { headers }) });
const atRoot = (name, path, method = 'GET') => ({ name, run: side => send(method, side.baseUrl, { path }) });
const preflights = (name, path, headers) => asks(`cors: preflight ${name}`, 'OPTIONS', path, headers);

/** `/v1/userinfo` with a header made of a fresh user token. */
const userinfo = (name, header, method = 'GET') => ({
  name: `userinfo: ${name}`,
  async run(side) {
    const { session } = await side.signedIn();
    return side.send(method, '/v1/userinfo', { headers: { authorization: header(session.backstageIdentity.token) } });
  },
});

const FOR_REFRESH = { origin: APP, 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-requested-with' };

export default [
  {
    name: 'keys: after a sign-in',
    async run(side) {
      await side.signedIn();
      return side.get('/.well-known/jwks.json');
    },
  },
  asks('keys: HEAD', 'HEAD', '/.well-known/jwks.json'),
  asks('keys: POST', 'POST', '/.well-known/jwks.json'),
  gets('keys: from the app', '/.well-known/jwks.json', { origin: APP }),
  gets('document: openid-configuration', '/.well-known/openid-configuration'),
  gets('document: cli.json', '/.well-known/oauth-client/cli.json'),
  gets('document: unknown', '/.well-known/unknown'),
  gets('plugin keys', '/.backstage/auth/v1/jwks.json'),

  userinfo('a user token', token => `Bearer ${token}`),
  userinfo('a limited token', token => `Bearer ${limitedTokenOf(token)}`),
  userinfo('bearer in small letters', token => `bearer ${token}`),
  userinfo('two spaces', token => `Bearer  ${token}`),
  userinfo('another scheme', token => `Basic ${token}`),
  userinfo('a broken signature', token => `Bearer ${token.slice(0, -4)}AAAA`),
  userinfo('POST', token => `Bearer ${token}`, 'POST'),
  gets('userinfo: no token', '/v1/userinfo'),
  gets('userinfo: an empty token', '/v1/userinfo', { authorization: 'Bearer ' }),
  gets('userinfo: words', '/v1/userinfo', { authorization: 'Bearer nonsense' }),
  gets('userinfo: no token, from the app', '/v1/userinfo', { origin: APP }),

  gets('routes: nothing after the base', ''),
  gets('routes: a slash after the base', '/'),
  gets('routes: an unknown provider', '/nope'),
  gets('routes: a provider and no more', '/oidc'),
  gets('routes: an unknown word of a provider', '/oidc/nope?env=development'),
  gets('routes: more after start', '/oidc/start/more?env=development'),
  gets('routes: a provider with a percent', '/%6fidc/start?env=nowhere'),
  gets('routes: a provider with a slash in it', '/a%2Fb/start?env=development'),
  gets('routes: a broken percent', '/%zz/start'),
  {
    name: 'routes: back-channel logout',
    run: side => side.send('POST', '/oidc/backchannel-logout', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'logout_token=nonsense' }),
  },
  gets('routes: front-channel logout', '/oidc/frontchannel-logout?iss=https%3A%2F%2Fevil.example.com&sid=x'),
  gets('routes: a doubled slash', '/oidc//start?env=nowhere'),
  gets('routes: /v1/token', '/v1/token'),
  asks('routes: POST /v1/token', 'POST', '/v1/token'),
  gets('routes: /v1/authorize', '/v1/authorize?client_id=x'),
  atRoot('routes: the root', '/'),
  atRoot('routes: another plugin', '/api/nope'),
  atRoot('routes: POST the root', '/', 'POST'),
  atRoot('health: liveness', '/.backstage/health/v1/liveness'),
  atRoot('health: readiness', '/.backstage/health/v1/readiness'),
  { name: 'routes: nothing there, for a person', run: side => send('GET', side.baseUrl, { path: '/nope', headers: { accept: 'text/html,*/*;q=0.8' } }) },
  atRoot('health: POST', '/.backstage/health/v1/readiness', 'POST'),
  atRoot('health: HEAD', '/.backstage/health/v1/liveness', 'HEAD'),

  preflights('of a refresh', '/oidc/refresh?optional&env=development', FOR_REFRESH),
  preflights('of a logout', '/oidc/logout?env=development', { ...FOR_REFRESH, 'access-control-request-method': 'POST' }),
  preflights('with several headers', '/oidc/refresh', { ...FOR_REFRESH, 'access-control-request-headers': 'X-Requested-With, Content-Type, Authorization' }),
  preflights('of a method that is not listed', '/oidc/refresh', { ...FOR_REFRESH, 'access-control-request-method': 'TRACE' }),
  preflights('from a foreign origin', '/oidc/refresh', { ...FOR_REFRESH, origin: 'https://evil.example.com' }),
  preflights('from a preview', '/oidc/refresh', { ...FOR_REFRESH, origin: 'https://pr-7.preview.example.com' }),
  preflights('from the app in capitals', '/oidc/refresh', { ...FOR_REFRESH, origin: 'HTTP://LOCALHOST:3000' }),
  preflights('without an origin', '/oidc/refresh', { 'access-control-request-method': 'GET' }),
  preflights('that names no method', '/oidc/refresh', { origin: APP }),
  preflights('of a path that is not there', '/nope/nope/nope', FOR_REFRESH),
  gets('cors: a refusal from the app', '/oidc/refresh?env=development', { origin: APP }),
  gets('cors: a refusal from a foreign origin', '/oidc/refresh?env=development', { origin: 'https://evil.example.com' }),
  gets('cors: nothing there, from the app', '/nope/refresh', { origin: APP }),
];
