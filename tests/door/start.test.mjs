// GET /{provider}/start (contract §3, §5, §6)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError, better } from '../support/asserts.mjs';
import { Jar, parseSetCookie } from '../support/browser-jar.mjs';
import { APP, start, startUrl } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';

const CALLBACK = 'https://auth.example.com/sso/oidc/handler/frame';

const { door, idp, close } = await openHouse({
  provider: { callbackUrl: CALLBACK },
  providers: idp => ({
    oidc: {
      development: providerBlock(idp),
      silent: providerBlock(idp, { prompt: undefined }),
      login: providerBlock(idp, { prompt: 'login' }),
      list: providerBlock(idp, { additionalScopes: ['photos', 'email'] }),
      string: providerBlock(idp, { additionalScopes: 'calendar, photos|email' }),
      params: providerBlock(idp, { startUrlSearchParams: { organization: 'Acme & Söhne', kc_idp_hint: 'google' } }),
      callback: providerBlock(idp, { callbackUrl: CALLBACK }),
    },
    google: { development: { clientId: 'x', clientSecret: 'y' } },
  }),
  auth: { experimentalExtraAllowedOrigins: ['https://*.preview.example.com', 'http://localhost:4*'] },
});
after(close);

// Backstage keeps its one nonce to the callback. A cookie for each flow must be seen by /start as well, which bounds their number.
const assertFlowPath = (cookie, base) =>
  assert.ok(process.env.BACKSTAGE_REFERENCE ? cookie.path === `${base}/handler` : [base, `${base}/handler`].includes(cookie.path), cookie.path);

const query = async (env, options = {}) => new URL(await start(new Jar(), door, { env, ...options })).searchParams;

test('redirects to the provider with an authorization request and nothing else', async () => {
  const response = await send('GET', startUrl(door));
  assert.equal(response.status, 302);
  assert.equal(response.text, '');
  const location = new URL(response.location);
  assert.equal(location.origin + location.pathname, `${idp.issuer}/auth`);
  const { state, nonce, code_challenge: challenge, ...rest } = Object.fromEntries(location.searchParams);
  assert.deepEqual(rest, {
    client_id: 'backstage',
    redirect_uri: `${door.auth}/oidc/handler/frame`,
    response_type: 'code',
    scope: 'openid profile email',
    ...(process.env.BACKSTAGE_REFERENCE ? {} : { code_challenge_method: 'S256' }),
    ...(rest.code_challenge_method && { code_challenge_method: 'S256' }),
  });
  assert.ok(state.length >= 32);
  if (nonce !== undefined) assert.ok(nonce.length >= 16);
  if (challenge !== undefined) assert.match(challenge, /^[\w-]{43}$/);
});

better('sends a nonce and PKCE S256, new ones each time', async () => {
  const [one, two] = [await query('development'), await query('development')];
  for (const name of ['state', 'nonce', 'code_challenge']) {
    assert.ok(one.get(name)?.length >= 22, `${name} is long`);
    assert.notEqual(one.get(name), two.get(name), `${name} is new`);
  }
  assert.equal(one.get('code_challenge_method'), 'S256');
});

test('binds the flow to the browser with a cookie for the callback alone', async () => {
  const response = await send('GET', startUrl(door));
  const set = response.setCookies.map(line => parseSetCookie(line, new URL(door.auth))).filter(({ name, value }) => name.startsWith('oidc') && value !== '');
  assert.equal(set.length, 1, response.setCookies.join('\n'));
  const [cookie] = set;
  assert.match(cookie.name, /^oidc-nonce/);
  assertFlowPath(cookie, '/api/auth/oidc');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Lax');
  assert.equal(cookie.secure, false, 'a callback over http cannot carry a Secure cookie');
  assert.equal(cookie.hostOnly, true, 'no Domain');
  assert.equal(cookie.maxAge, 600);
  assert.equal(cookie.reject, undefined);
});

better('keeps what must stay secret out of the URL', async () => {
  const response = await send('GET', startUrl(door));
  const [cookie] = response.setCookies.map(line => parseSetCookie(line, new URL(door.auth)));
  assert.ok(!response.location.includes(cookie.value) && !response.location.includes('backstage-secret') && !response.location.includes('code_verifier'));
});

better('answers may not be stored', async () => {
  assert.match((await send('GET', startUrl(door))).headers['cache-control'] ?? '', /no-store/);
});

test('a callback over https on another host than the app: Secure and SameSite=None, on its own path', async () => {
  const response = await send('GET', startUrl(door, { env: 'callback' }));
  assert.equal(new URL(response.location).searchParams.get('redirect_uri'), CALLBACK);
  const cookie = response.setCookies.map(line => parseSetCookie(line, new URL(CALLBACK))).find(({ value }) => value !== '');
  assertFlowPath(cookie, '/sso/oidc');
  assert.equal(cookie.secure, true);
  assert.equal(cookie.sameSite, 'None');
});

test('prompt: none unless configured; auto sends none', async () => {
  assert.equal((await query('silent')).get('prompt'), 'none');
  assert.equal((await query('login')).get('prompt'), 'login');
  assert.equal((await query('development')).has('prompt'), false);
});

test('scopes: requested, required, additional, in this order without repeats', async () => {
  assert.equal((await query('list', { scope: 'calendar openid' })).get('scope'), 'calendar openid profile email photos');
  assert.equal((await query('string', { scope: '' })).get('scope'), 'openid profile email calendar photos');
  assert.equal((await query('development', { scope: 'photos,calendar|openid' })).get('scope'), 'photos calendar openid profile email');
  assert.equal((await query('development', { scope: null })).get('scope'), 'openid profile email');
});

test('startUrlSearchParams go along verbatim', async () => {
  const params = await query('params');
  assert.equal(params.get('organization'), 'Acme & Söhne');
  assert.equal(params.get('kc_idp_hint'), 'google');
});

test('env: required, and must be configured', async () => {
  assertError(await send('GET', startUrl(door, { env: null })), 400, 'InputError');
  assertError(await send('GET', startUrl(door, { env: 'production' })), 404, 'NotFoundError', /production/);
});

test('an unknown provider is 404', async () => {
  assertError(await send('GET', startUrl(door, { provider: 'nope' })), 404, 'NotFoundError', /Unknown auth provider 'nope'/);
});

test('origin: the app, an extra allowed one, or none; else 403; unparsable 400', async () => {
  for (const origin of [APP, null, 'https://pr-7.preview.example.com', 'https://PR-7.Preview.example.com', 'http://localhost:4200']) {
    assert.equal((await send('GET', startUrl(door, { origin }))).status, 302, `${origin} is allowed`);
  }
  for (const origin of ['https://evil.example.com', 'https://preview.example.com', 'http://pr-7.preview.example.com', 'http://localhost:3001', 'https://localhost:3000']) {
    assertError(await send('GET', startUrl(door, { origin })), 403, 'NotAllowedError', /not allowed/);
  }
  assertError(await send('GET', startUrl(door, { origin: 'not a url' })), 400, 'InputError');
});

test('flow=redirect needs a redirectUrl on an allowed origin', async () => {
  const at = redirectUrl => send('GET', startUrl(door, { flow: 'redirect', redirectUrl }));
  assert.equal((await at(`${APP}/catalog?x=1#top`)).status, 302);
  assertError(await at(null), 400, 'InputError');
  assertError(await at('::::'), 400, 'InputError');
  assertError(await at('https://evil.example.com/'), 403, 'NotAllowedError');
  assertError(await at('javascript:alert(1)'), 403, 'NotAllowedError');
});

better('many starts in one browser keep the cookies bounded', async () => {
  const jar = new Jar();
  for (let flow = 0; flow < 40; flow += 1) await start(jar, door);
  const sent = jar.header(`${door.auth}/oidc/handler/frame`);
  assert.ok(sent.length < 8_000, `the cookies of 40 abandoned flows fit into a request: ${sent.length}`);
});
