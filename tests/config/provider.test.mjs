// The keys of auth.providers.<id>.<env> that shape the client and its requests (contract §3, §5, §6, §7, §12)

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { APP, logout, refresh, signIn, signedIn, start, startUrl } from '../support/flows.mjs';
import { providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort, until } from '../support/wait.mjs';
import { configFor, cookieAttributes, houseFor, refusedBy, signInPage } from './support/house.mjs';
import { startVersatileIdp } from './support/idp.mjs';
import { pathProxy } from './support/proxies.mjs';

const idp = await startVersatileIdp({ algorithms: ['RS256', 'ES256', 'PS256', 'EdDSA'] });
after(() => idp.down());

/** A house with one environment of `oidc` for each of `blocks`. */
const houseWith = (t, blocks, rest = {}) =>
  houseFor(t, idp, { providers: idp => ({ oidc: Object.fromEntries(Object.entries(blocks).map(([env, block]) => [env, providerBlock(idp, block)])) }), ...rest });

/** A house in which each environment is a client of its own, registered with `clients[env]`. */
async function houseOfClients(t, clients, block) {
  for (const [env, registration] of Object.entries(clients)) idp.client(env, [], registration);
  const { door } = await houseWith(t, Object.fromEntries(Object.entries(clients).map(([env, registration]) => [env, { client: env, ...block(registration) }])), { open: false });
  for (const env of Object.keys(clients)) idp.client(env, `${door.auth}/oidc/handler/frame`, clients[env]);
  await door.open();
  return door;
}

const query = async (door, env, options) => Object.fromEntries(new URL(await start(new Jar(), door, { env, ...options })).searchParams);

describe('clientId and clientSecret', () => {
  test('are what the provider sees; a wrong secret is the provider’s no, and no secret is told', async t => {
    const { door } = await houseWith(t, { right: {}, wrong: { clientSecret: 'quite the wrong secret' } });
    assert.equal((await query(door, 'right')).client_id, 'backstage');
    await signedIn(door, { env: 'right' });
    const { session, error, response } = await signIn(new Jar(), door, { env: 'wrong' });
    assert.equal(session, undefined);
    assert.ok(error.message);
    for (const text of [response.text, door.log]) assert.ok(!text.includes('wrong secret') && !text.includes('backstage-secret'));
  });

  test('of any characters', async t => {
    const odd = { id: 'a client: 100% & "odd"+', client_secret: 'p+ss w%rd:/?&=#~"\\' };
    idp.client(odd.id, [], { client_secret: odd.client_secret });
    const { door } = await houseWith(t, { development: { client: odd.id } }, { open: false });
    idp.client(odd.id, `${door.auth}/oidc/handler/frame`, { client_secret: odd.client_secret });
    await door.open();
    const { jar } = await signedIn(door);
    assert.equal((await refresh(jar, door)).status, 200);
  });
});

test('metadataUrl: the issuer, with and without a slash, or its document', async t => {
  const { door } = await houseWith(t, {
    bare: { metadataUrl: idp.issuer },
    slash: { metadataUrl: `${idp.issuer}/` },
    document: { metadataUrl: `${idp.issuer}/.well-known/openid-configuration` },
  });
  for (const env of ['bare', 'slash', 'document']) await signedIn(door, { env });
});

describe('callbackUrl', () => {
  test('on another path, through a proxy: the sign-in ends there, and so its cookies live there', async t => {
    const outside = await freePort();
    const callbackUrl = `http://localhost:${outside}/sso/oidc/handler/frame`;
    const { door } = await houseFor(t, idp, { provider: { callbackUrl } });
    const proxy = await pathProxy({ port: outside, to: door.local, path: url => (url.startsWith('/sso/') ? `/api/auth/${url.slice('/sso/'.length)}` : undefined) });
    t.after(proxy.close);
    const { jar, response, session, callback } = await signedIn(door);
    assertSession(session);
    assert.ok(callback.url.startsWith(callbackUrl));
    assert.equal(cookieAttributes(response)['oidc-refresh-token'].path, '/sso/oidc');
    assert.equal((await refresh(jar, { auth: `http://localhost:${outside}/sso` })).status, 200);
    assert.equal((await logout(jar, { auth: `http://localhost:${outside}/sso` })).status, 200);
  });

  /** callbackUrl, app.baseUrl → path, Secure, SameSite: what OAuthCookieManager makes of them; over https the path is that of the host. */
  for (const [callbackUrl, app, path, secure, sameSite] of [
    ['https://auth.example.com/api/auth/oidc/handler/frame', 'https://portal.example.com', '/', true, 'None'],
    ['https://portal.example.com/api/auth/oidc/handler/frame', 'https://portal.example.com', '/', true, 'Lax'],
    ['https://portal.example.com:8443/sso/oidc/handler/frame', 'https://portal.example.com', '/', true, 'Lax'],
    ['http://auth.example.com/sso/oidc/handler/frame', 'http://portal.example.com', '/sso/oidc', undefined, 'Lax'],
    ['https://auth.example.com/callback', 'https://portal.example.com', '/', true, 'None'],
    ['https://localhost:7007/x/y/oidc/handler/frame', APP, '/', true, 'Lax'],
  ]) {
    test(`${callbackUrl} for ${app}: Path=${path} SameSite=${sameSite}${secure ? ' Secure' : ''}`, async t => {
      const { door } = await houseFor(t, idp, { app: { baseUrl: app }, provider: { callbackUrl } });
      const response = await send('GET', startUrl(door, { origin: null }));
      assert.equal(new URL(response.location).searchParams.get('redirect_uri'), callbackUrl);
      const cookie = cookieAttributes(response)[`${secure ? '__Host-' : ''}oidc-nonce`];
      assert.deepEqual([cookie.path.replace(/\/handler$/, ''), cookie.secure, cookie.samesite, cookie.domain], [path, secure, sameSite, undefined]);
    });
  }

  test('an allowed origin on another host than the callback’s decides SameSite too', async t => {
    const callbackUrl = 'https://portal.example.com/api/auth/oidc/handler/frame';
    const { door } = await houseFor(t, idp, { app: { baseUrl: 'https://portal.example.com' }, provider: { callbackUrl }, auth: { experimentalExtraAllowedOrigins: ['https://*.preview.example.com'] } });
    const sameSite = async origin => cookieAttributes(await send('GET', startUrl(door, { origin })))['__Host-oidc-nonce'].samesite;
    assert.equal(await sameSite('https://portal.example.com'), 'Lax');
    assert.equal(await sameSite('https://pr-1.preview.example.com'), 'None');
  });
});

test('tokenEndpointAuthMethod: client_secret_basic (the default), client_secret_post, none', async t => {
  const methods = {
    basic: { token_endpoint_auth_method: 'client_secret_basic' },
    post: { token_endpoint_auth_method: 'client_secret_post' },
    none: { token_endpoint_auth_method: 'none', client_secret: undefined },
  };
  const door = await houseOfClients(t, methods, ({ token_endpoint_auth_method: method }) => ({
    ...(method !== 'client_secret_basic' && { tokenEndpointAuthMethod: method }),
    ...(method === 'none' && { clientSecret: undefined }),
  }));
  for (const env of Object.keys(methods)) {
    const asked = idp.requests.length;
    const { jar } = await signedIn(door, { env });
    assert.equal((await refresh(jar, door, { env })).status, 200, env);
    assert.equal((await logout(jar, door, { env })).status, 200, env);
    const tokenRequests = idp.requests.slice(asked).filter(({ path }) => path.startsWith('/token'));
    assert.ok(tokenRequests.length >= 2);
    for (const { headers } of tokenRequests) assert.equal(/^Basic /.test(headers.authorization ?? ''), env === 'basic', `${env}: ${headers.authorization}`);
  }
  assert.equal((await signIn(new Jar(), door, { env: 'basic' })).error, undefined);
});

test('tokenEndpointAuthMethod: client_secret_jwt, which Backstage’s client can', async t => {
  const door = await houseOfClients(t, { jwt: { token_endpoint_auth_method: 'client_secret_jwt', client_secret: 'a secret that is long enough to make an HMAC key of' } }, () => ({ tokenEndpointAuthMethod: 'client_secret_jwt' }));
  await signedIn(door, { env: 'jwt' });
});

test('tokenEndpointAuthMethod: with none the secret may be left out, with the others not', async () => {
  const stderr = await refusedBy(await configFor(idp, () => {}, { clientSecret: undefined, tokenEndpointAuthMethod: 'client_secret_post' }));
  assert.match(stderr, /clientSecret/);
});

test('tokenSignedResponseAlg: RS256 (the default), ES256, PS256, EdDSA, and no other than the one that is set', async t => {
  const algorithms = ['RS256', 'ES256', 'PS256', 'EdDSA'];
  const door = await houseOfClients(t, Object.fromEntries(algorithms.map(alg => [alg, { id_token_signed_response_alg: alg }])), ({ id_token_signed_response_alg: alg }) => ({
    ...(alg !== 'RS256' && { tokenSignedResponseAlg: alg }),
  }));
  for (const env of algorithms) {
    const { session, jar } = await signedIn(door, { env });
    assert.equal(decodeProtectedHeader(session.providerInfo.idToken).alg, env);
    assert.equal((await refresh(jar, door, { env })).status, 200, env);
  }
  const strict = await houseOfClients(t, { confused: { id_token_signed_response_alg: 'ES256' } }, () => ({}));
  const { session, error } = await signIn(new Jar(), strict, { env: 'confused' });
  assert.equal(session, undefined);
  assert.ok(error);
});

test('tokenSignedResponseAlg: none and HMACs are refused at the start', async () => {
  for (const alg of ['none', 'HS256', 'rs256']) {
    assert.match(await refusedBy(await configFor(idp, () => {}, { tokenSignedResponseAlg: alg })), /tokenSignedResponseAlg/, alg);
  }
});

test('additionalScopes: a text, or a list', async t => {
  const { door } = await houseWith(t, { text: { additionalScopes: 'calendar, photos|email' }, list: { additionalScopes: ['photos', 'calendar'] }, without: {}, empty: { additionalScopes: '' } });
  assert.equal((await query(door, 'text')).scope, 'openid profile email calendar photos');
  assert.equal((await query(door, 'list')).scope, 'openid profile email photos calendar');
  assert.equal((await query(door, 'without')).scope, 'openid profile email');
  assert.equal((await query(door, 'empty')).scope, 'openid profile email');
  const { session } = await signedIn(door, { env: 'list' });
  assert.equal(session.providerInfo.scope, 'openid profile email photos calendar');
});

test('scope, of older documentation: more scopes, with a warning that names the new key', async t => {
  const { door } = await houseWith(t, { development: { scope: 'openid calendar', additionalScopes: ['photos'] } });
  assert.equal((await query(door, 'development')).scope, 'openid profile email photos calendar');
  await door.says(/\b(WARN|ERROR)\b(?=.*scope).*additionalScopes/);
});

describe('prompt', () => {
  test('none by default, none for auto, else what it says', async t => {
    const { door } = await houseWith(t, { absent: { prompt: undefined }, none: { prompt: 'none' }, auto: { prompt: 'auto' }, login: { prompt: 'login' }, several: { prompt: 'login consent' } });
    for (const [env, expected] of [['absent', 'none'], ['none', 'none'], ['auto', undefined], ['login', 'login'], ['several', 'login consent']]) {
      assert.equal((await query(door, env)).prompt, expected, env);
    }
  });

  test('none: whoever is signed in at the provider is in at once, anyone else is told', async t => {
    const { door } = await houseWith(t, { silent: { prompt: undefined }, auto: {}, login: { prompt: 'login' } });
    const { error } = await signIn(new Jar(), door, { env: 'silent' });
    assert.match(error.message, /login_required|End-User/i);
    const { jar } = await signedIn(door, { env: 'auto', as: 'ada' });
    assertSession((await signedIn(door, { env: 'silent', jar })).session);
    const pages = () => idp.requests.filter(({ method, path }) => method === 'POST' && path.startsWith('/interaction/')).length;
    const before = pages();
    await signedIn(door, { env: 'silent', jar });
    assert.equal(pages(), before);
    await signedIn(door, { env: 'login', jar });
    assert.equal(pages(), before + 1, 'login asks although ada is signed in');
  });
});

test('startUrlSearchParams go along as they are, and cannot take the place of ours', async t => {
  const { door } = await houseWith(t, { development: { startUrlSearchParams: { organization: 'Acme & Söhne/1', kc_idp_hint: 'google', login_hint: 'ada', max_age: 60, empty: '' } } });
  const params = await query(door, 'development');
  assert.equal(params.organization, 'Acme & Söhne/1');
  assert.equal(params.kc_idp_hint, 'google');
  assert.equal(params.max_age, '60');
  assert.equal(params.response_type, 'code');
  await signedIn(door);
});

test('authorizationUrl and tokenUrl go before what discovery says', async t => {
  const { door } = await houseWith(t, {
    development: { authorizationUrl: `${idp.issuer}/elsewhere/authorize?tenant=acme`, tokenUrl: `${idp.issuer}/elsewhere/token` },
  });
  const rewritten = to => (request, _response, proceed) => {
    request.url = request.url.replace(/^[^?]*/, to);
    proceed();
  };
  idp.faults.set('/elsewhere/authorize', rewritten('/auth'));
  idp.faults.set('/elsewhere/token', rewritten('/token'));
  const location = new URL(await start(new Jar(), door));
  assert.equal(location.origin + location.pathname, `${idp.issuer}/elsewhere/authorize`);
  assert.equal(location.searchParams.get('tenant'), 'acme', 'what the URL had already stays');
  const before = [idp.count('/token'), idp.count('/elsewhere/token')];
  const { jar } = await signedIn(door);
  assert.equal((await refresh(jar, door)).status, 200);
  assert.deepEqual([idp.count('/token') - before[0], idp.count('/elsewhere/token') - before[1]], [0, 2]);
});

test('dangerouslyTrustUnverifiedEmail: an address that nothing is said about counts, one that is denied never', async t => {
  const { door } = await houseWith(t, { trusting: { dangerouslyTrustUnverifiedEmail: true }, strict: { dangerouslyTrustUnverifiedEmail: false }, absent: {} });
  assert.equal((await signedIn(door, { env: 'trusting', as: 'unsaid' })).session.profile.email, 'ada@example.com');
  for (const [env, as] of [['trusting', 'unverified'], ['strict', 'unsaid'], ['absent', 'unsaid'], ['absent', 'unverified']]) {
    const { session, error } = await signIn(new Jar(), door, { env, as });
    assert.equal(session, undefined, `${env} ${as}`);
    assert.match(error.message, /does not contain an email/);
  }
});

test('display.title and display.message: what the page says of a provider', async t => {
  const { door } = await houseFor(t, idp, {
    providers: idp => ({
      oidc: { development: providerBlock(idp, { display: { title: 'Acme <SSO>', message: 'For employees & guests' } }) },
      keycloak: { development: providerBlock(idp) },
      third: { development: providerBlock(idp, { display: { message: 'Sign in with Third' } }) },
    }),
    auth: { experimentalExtraAllowedOrigins: ['http://localhost:*'] },
  });
  const { ways } = await signInPage(door);
  assert.deepEqual(ways.map(({ provider, label }) => [provider, label]), [
    ['oidc', 'Acme &#60;SSO&#62; For employees &#38; guests'],
    ['keycloak', 'Sign in using Keycloak'],
    ['third', 'Sign in with Third'],
  ]);
});

test('any id whose block has a metadataUrl is a provider, with cookies and routes of its own', async t => {
  const { door } = await houseFor(t, idp, { providers: idp => ({ other: { development: providerBlock(idp) }, third: { development: providerBlock(idp), staging: providerBlock(idp) } }) });
  const { jar } = await signedIn(door, { provider: 'other' });
  await signedIn(door, { provider: 'third', env: 'staging', jar });
  for (const [provider, env] of [['other', 'development'], ['third', 'staging']]) assert.equal((await refresh(jar, door, { provider, env })).status, 200, provider);
  assert.equal((await refresh(jar, door, { provider: 'third', env: 'development' })).status, 401);
  assert.deepEqual(jar.held().map(({ name }) => name).filter(name => /refresh-token/.test(name)).sort(), ['other-refresh-token', 'third-refresh-token.staging']);
});

test('an environment may be called as a setting is', async t => {
  const { door } = await houseWith(t, { issuer: {}, metadata: {} });
  for (const env of ['issuer', 'metadata']) await signedIn(door, { env });
});

test('a provider’s address that does not answer is no reason not to start', async t => {
  const { door } = await houseFor(t, idp, { directory: temporaryDirectory(), providers: idp => ({ oidc: { development: providerBlock(idp) }, other: { development: providerBlock(idp, { metadataUrl: 'http://127.0.0.1:9/realm' }) } }) });
  await signedIn(door);
  await until(async () => [502, 503, 504].includes((await send('GET', startUrl(door, { provider: 'other' }))).status), { what: 'the other to be known as down' });
});
