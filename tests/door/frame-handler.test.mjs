// GET|POST /{provider}/handler/frame: a sign-in, whole (contract §5, §7, §9, §11)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertSession, better } from '../support/asserts.mjs';
import { Jar, parseSetCookie } from '../support/browser-jar.mjs';
import { readFrame } from '../support/frame.mjs';
import { APP, authorize, deliver, refresh, signIn, signedIn, start } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { limitedTokenOf, verifyLimitedToken, verifyUserToken } from '../support/tokens.mjs';

const block = providerBlock;
const { door, idp, close } = await openHouse({
  providers: idp => ({
    oidc: {
      development: block(idp),
      noresolver: block(idp, { signIn: undefined }),
      formpost: block(idp, { startUrlSearchParams: { response_mode: 'form_post' } }),
      localpart: block(idp, {
        signIn: { resolvers: [{ resolver: 'emailLocalPartMatchingUserEntityName', allowedDomains: ['example.com'] }] },
      }),
      elsewhere: block(idp, {
        signIn: { resolvers: [{ resolver: 'emailLocalPartMatchingUserEntityName', allowedDomains: ['example.org'] }] },
      }),
      anyone: block(idp, {
        signIn: { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail', dangerouslyAllowSignInWithoutUserInCatalog: true }] },
      }),
      chain: block(idp, {
        signIn: { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }, { resolver: 'emailLocalPartMatchingUserEntityName' }] },
      }),
      silent: block(idp, { prompt: 'none' }),
    },
    ...(process.env.BACKSTAGE_REFERENCE
      ? {}
      : {
          other: { development: block(idp) },
          third: { development: block(idp, { signIn: { resolvers: [{ resolver: 'preferredUsernameMatchingUserEntityName' }] } }) },
        }),
  }),
});
after(close);

test('a sign-in answers the session and a Backstage token', async () => {
  const { session, origin } = await signedIn(door);
  assert.equal(origin, APP);
  assertSession(session);
  const { token } = session.backstageIdentity;
  const { payload } = await verifyUserToken(door, token);
  assert.deepEqual(Object.keys(payload).sort(), ['aud', 'exp', 'iat', 'iss', 'sub', 'uip'], 'no ownership claim by default');
  assert.equal(payload.sub, 'user:default/ada');
  assert.equal(payload.exp - payload.iat, 3600);
  assert.equal((await verifyLimitedToken(door, limitedTokenOf(token))).sub, 'user:default/ada');
});

test('the session cookies are for this provider, out of reach of scripts, for a thousand days', async () => {
  const { response } = await signedIn(door);
  const set = response.setCookies.map(line => parseSetCookie(line, new URL(door.auth))).filter(({ value }) => value !== '');
  assert.deepEqual(set.map(({ name }) => name).sort(), ['oidc-granted-scope', 'oidc-refresh-token']);
  for (const cookie of set) {
    assert.deepEqual(
      { path: cookie.path, httpOnly: cookie.httpOnly, sameSite: cookie.sameSite, secure: cookie.secure, hostOnly: cookie.hostOnly, maxAge: cookie.maxAge },
      { path: '/api/auth/oidc', httpOnly: true, sameSite: 'Lax', secure: false, hostOnly: true, maxAge: 86_400_000 },
    );
  }
});

better("the provider's tokens stay on the server", async () => {
  const { jar, session } = await signedIn(door);
  const refreshTokens = idp.store.of('RefreshToken').map(({ payload }) => payload.jti);
  assert.ok(refreshTokens.length > 0);
  for (const { name, value } of jar.held()) {
    for (const token of [...refreshTokens, session.providerInfo.accessToken, session.providerInfo.idToken]) {
      assert.ok(!decodeURIComponent(value).includes(token), `${name} holds no token of the provider`);
    }
  }
});

better('the answer is stored nowhere, and the flow cookie is gone', async () => {
  const { jar, response } = await signedIn(door);
  assert.match(response.headers['cache-control'] ?? '', /no-store/);
  assert.deepEqual(jar.held().filter(({ name }) => name.startsWith('oidc-nonce')), []);
});

test('the page keeps its opener', async () => {
  const { response } = await signedIn(door);
  assert.ok(!['same-origin'].includes(response.headers['cross-origin-opener-policy']), 'COOP would cut the popup off');
});

test('denial at the provider is an error of the flow', async () => {
  const { response, session, error, origin } = await signIn(new Jar(), door, { deny: true });
  assert.equal(session, undefined);
  assert.equal(origin, APP);
  assert.ok(error.name && error.message, JSON.stringify(error));
  assert.equal(response.status, 200);
});

better("denial is told in the provider's words", async () => {
  const { error } = await signIn(new Jar(), door, { deny: true, why: 'not today' });
  assert.match(error.message, /access_denied|not today/);
});

test('prompt=none at a provider where nobody is signed in is an error of the flow', async () => {
  const { error } = await signIn(new Jar(), door, { env: 'silent' });
  assert.ok(error.message);
  const { jar } = await signedIn(door);
  const { session } = await signIn(jar, door, { env: 'silent' });
  assertSession(session);
});

test('someone the catalog does not know is turned away', async () => {
  const jar = new Jar();
  const { error, session } = await signIn(jar, door, { as: 'stranger' });
  assert.equal(session, undefined);
  assert.match(error.message, /^Failed to sign-in, unable to resolve user identity\. Please verify that your catalog contains the expected User entities/);
  assert.deepEqual(jar.held().filter(({ name }) => name.includes('refresh-token')), [], 'no session is left behind');
  assert.equal((await refresh(jar, door)).status, 401);
});

test('an unverified address is no address', async () => {
  for (const as of ['unverified', 'unsaid', 'noemail']) {
    const { error, session } = await signIn(new Jar(), door, { as });
    assert.equal(session, undefined, as);
    assert.match(error.message, /profile does not contain an email/, as);
  }
});

test('plus-addressing: the tagged address first, then without its tag', async () => {
  const alan = await signedIn(door, { as: 'alan' });
  assert.equal(alan.session.profile.email, 'alan+enigma@example.com', 'the profile keeps the tag');
  assert.deepEqual(alan.session.backstageIdentity.identity, {
    type: 'user',
    userEntityRef: 'user:bletchley/alan',
    ownershipEntityRefs: ['user:bletchley/alan', 'group:bletchley/hut-8'],
  });
  const plus = await signedIn(door, { as: 'plus' });
  assert.equal(plus.session.backstageIdentity.identity.userEntityRef, 'user:default/plus');
});

test('addresses and names match whatever their case; refs are lower case', async () => {
  const { session } = await signedIn(door, { as: 'grace' });
  assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/grace');
  assert.deepEqual(session.backstageIdentity.identity.ownershipEntityRefs, ['user:default/grace', 'group:default/compilers']);
  assert.equal((await verifyUserToken(door, session.backstageIdentity.token)).payload.sub, 'user:default/grace');
});

test('two catalog users with one address: neither', async () => {
  const { error } = await signIn(new Jar(), door, { as: 'twins' });
  assert.equal(error.name, 'ConflictError', JSON.stringify(error));
});

test('resolver by local part, and its allowed domains', async () => {
  assertSession((await signedIn(door, { env: 'localpart' })).session);
  const { error } = await signIn(new Jar(), door, { env: 'elsewhere' });
  assert.equal(error.name, 'NotAllowedError', JSON.stringify(error));
});

test('without a catalog user, if the operator insists', async () => {
  const { session } = await signedIn(door, { env: 'anyone', as: 'stranger' });
  assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/stranger@example.com');
});

test('resolvers are tried in order', async () => {
  idp.accounts.drifter = { name: 'Drifter', email: 'ada@elsewhere.example', email_verified: true };
  assert.equal((await signedIn(door, { env: 'chain', as: 'drifter' })).session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
});

better('resolver by preferred username', async () => {
  const { session } = await signedIn(door, { provider: 'third', as: 'noemail' });
  assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
  assert.deepEqual(session.profile, { displayName: 'No Email' });
});

test('without resolvers there is no Backstage identity', async () => {
  assertSession((await signedIn(door, { env: 'noresolver' })).session, { identity: null });
});

test('markup in claims arrives as text', async () => {
  const { session } = await signedIn(door, { as: 'markup' });
  assert.equal(session.profile.displayName, idp.accounts.markup.name);
  assert.equal(session.profile.picture, idp.accounts.markup.picture);
});

test('more scopes: the union is asked for, kept and told', async () => {
  const { jar } = await signedIn(door);
  const more = await signedIn(door, { jar, scope: 'calendar' });
  assert.equal(more.session.providerInfo.scope, 'calendar openid profile email');
  const again = await signedIn(door, { jar, scope: 'photos' });
  assert.equal(again.session.providerInfo.scope, 'photos calendar openid profile email');
});

test('redirect flow: to the page it came from, with the session in cookies', async () => {
  const jar = new Jar();
  const location = await start(jar, door, { flow: 'redirect', redirectUrl: `${APP}/catalog?filter=a b#top` });
  const response = await deliver(jar, await authorize(jar, location));
  assert.equal(response.status, 302);
  assert.equal(new URL(response.location).href, new URL(`${APP}/catalog?filter=a b#top`).href);
  assertSession((await refresh(jar, door)).json());
});

test('redirect flow: failure goes to the app with the reason', async () => {
  const jar = new Jar();
  const location = await start(jar, door, { flow: 'redirect', redirectUrl: `${APP}/catalog` });
  const response = await deliver(jar, await authorize(jar, location, { as: 'stranger' }));
  assert.equal(response.status, 302);
  const url = new URL(response.location);
  assert.equal(url.origin, APP);
  assert.match(url.searchParams.get('error'), /unable to resolve user identity/);
});

better('two tabs at once both get in', async () => {
  const jar = new Jar();
  const [one, two] = [await start(jar, door), await start(jar, door, { scope: 'calendar' })];
  const first = await authorize(jar, one);
  const second = await authorize(jar, two);
  assertSession(readFrame(await deliver(jar, second)).session, { scope: 'calendar openid profile email' });
  assertSession(readFrame(await deliver(jar, first)).session);
});

better('two providers on one identity provider do not disturb each other', async () => {
  const jar = new Jar();
  const [one, two] = [await start(jar, door), await start(jar, door, { provider: 'other' })];
  const [first, second] = [await authorize(jar, one), await authorize(jar, two)];
  assertSession(readFrame(await deliver(jar, first)).session);
  assertSession(readFrame(await deliver(jar, second)).session);
  assert.equal((await refresh(jar, door)).status, 200);
  assert.equal((await refresh(jar, door, { provider: 'other' })).status, 200);
});

better('response_mode=form_post, although a cross-site POST brings no Lax cookie', async () => {
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door, { env: 'formpost' }));
  assert.equal(callback.method, 'POST');
  assertSession(readFrame(await deliver(jar, callback)).session);
});

better('the second attempt after a refusal asks which account', async () => {
  const jar = new Jar();
  await signIn(jar, door, { as: 'stranger' });
  const location = new URL(await start(jar, door));
  assert.match(location.searchParams.get('prompt') ?? '', /select_account|login/);
  const callback = await authorize(jar, location.href, { as: 'ada' });
  assertSession(readFrame(await deliver(jar, callback)).session);
});

test('a provider that fails at the token endpoint or at userinfo is an error of the flow', async () => {
  for (const path of ['/token', '/me']) {
    idp.faults.set(path, 503);
    try {
      const { error, session } = await signIn(new Jar(), door);
      assert.equal(session, undefined);
      assert.ok(error.message, path);
    } finally {
      idp.faults.delete(path);
    }
  }
  assertSession((await signedIn(door)).session);
});

better('userinfo about somebody else is refused', async () => {
  idp.faults.set('/me', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sub: 'grace', email: 'grace@example.com', email_verified: true }));
  });
  try {
    const { error, session } = await signIn(new Jar(), door);
    assert.equal(session, undefined);
    assert.ok(error.message);
  } finally {
    idp.faults.delete('/me');
  }
});

better('the log names who signed in, and no secret', async () => {
  const { jar, session, callback } = await signedIn(door);
  await signIn(new Jar(), door, { as: 'stranger' });
  await door.says(/user:default\/ada/);
  const code = new URL(callback.url).searchParams.get('code');
  const state = new URL(callback.url).searchParams.get('state');
  const cookies = jar.held().filter(({ name }) => name.includes('refresh-token')).map(({ value }) => value);
  const { accessToken, idToken } = session.providerInfo;
  const refreshTokens = idp.store.of('RefreshToken').map(({ payload }) => payload.jti);
  for (const secret of ['backstage-secret', code, state, accessToken, idToken, session.backstageIdentity.token, ...cookies, ...refreshTokens]) {
    assert.ok(!door.log.includes(secret), `the log holds a secret: ${secret.slice(0, 12)}…`);
  }
});
