// /v1/authorize, /v1/token and /v1/revoke: sign-in for programs on people's own machines (RFC 6749, 7009, 7636, 8252, 9207)

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { assertError } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { authorize, deliver, parseForm, refresh, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { isSecret } from '../support/record.mjs';
import { verifyUserToken } from '../support/tokens.mjs';

const TITLE = 'The <test> program';
const nativeClients = { 'test-cli': { title: TITLE }, 'other.cli': {} };
const { door, close, idp } = await openHouse({ stagedoor: { nativeClients } });
after(close);
const off = await openHouse({ idp });
after(off.close);

const REDIRECT = 'http://127.0.0.1:49152/callback';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (path, form, headers = FORM, at = door) => send('POST', `${at.auth}${path}`, { headers, body: typeof form === 'string' ? form : new URLSearchParams(form).toString() });
const base64url = bytes => Buffer.from(bytes).toString('base64url');

/** A program that asks; `change` replaces parameters, null leaves one out. */
function program({ at = door, ...change } = {}) {
  const verifier = base64url(randomBytes(32));
  const parameters = {
    response_type: 'code',
    client_id: 'test-cli',
    redirect_uri: REDIRECT,
    code_challenge: base64url(createHash('sha256').update(verifier).digest()),
    code_challenge_method: 'S256',
    state: base64url(randomBytes(16)),
    ...change,
  };
  const url = new URL(`${at.auth}/v1/authorize`);
  for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, value);
  return { url: url.href, verifier, ...parameters };
}

const ask = (jar, asking) => jar.send('GET', asking.url, { topLevel: true });

/** Clicks the first button of the page. */
function agree(jar, asking, page, { body, headers, initiator = new URL(asking.url).origin } = {}) {
  const form = parseForm(page.text, asking.url);
  return jar.send('POST', form.action, { initiator, topLevel: true, headers: { ...FORM, ...headers }, body: body ?? form.body });
}

const onward = page => {
  const url = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(page.text)?.[1];
  assert.ok(url, `a page that leads on: ${page.status} ${page.text.slice(0, 400)}`);
  return url.replace(/&#(\d+);|&amp;/g, (_, code) => (code ? String.fromCodePoint(code) : '&'));
};

/** The whole way to the program's own address. */
async function answered(asking, { jar = new Jar(), as, deny } = {}) {
  const page = await ask(jar, asking);
  assert.equal(page.status, 200, page.text);
  const callback = await authorize(jar, onward(await agree(jar, asking, page)), { as, deny });
  const response = await deliver(jar, callback);
  assert.equal(response.status, 302, response.text);
  const answer = new URL(response.location);
  for (const name of ['code']) if (answer.searchParams.has(name)) isSecret('code', answer.searchParams.get(name));
  return { answer, response, jar, ...Object.fromEntries(answer.searchParams) };
}

const exchange = (asking, code, change = {}) =>
  post('/v1/token', { grant_type: 'authorization_code', client_id: 'test-cli', code, redirect_uri: REDIRECT, code_verifier: asking.verifier, ...change });

async function programSignedIn(options) {
  const asking = program();
  const answer = await answered(asking, options);
  const response = await exchange(asking, answer.code);
  assert.equal(response.status, 200, response.text);
  return { asking, ...answer, tokens: response.json(), response };
}

const goOn = (refresh_token, change = {}) => post('/v1/token', { grant_type: 'refresh_token', client_id: 'test-cli', refresh_token, ...change });

function assertRefused(response, error, status = 400) {
  assert.equal(response.status, status, `${response.url}: ${response.text}`);
  assert.deepEqual(Object.keys(response.json()), ['error', 'error_description']);
  assert.equal(response.json().error, error);
  assert.equal(response.headers['cache-control'], 'no-store');
}

test('stagedoor.nativeClients: absent, there is nothing: as in Backstage', async () => {
  assertError(await send('GET', program({ at: off.door }).url), 404, 'NotFoundError', /Unknown auth provider 'v1'/);
  for (const path of ['/v1/token', '/v1/revoke', '/v1/authorize']) assertError(await post(path, {}, FORM, off.door), 404, 'NotFoundError', /'v1'/);
  assertError(await send('GET', `${door.auth}/v1/token`), 404, 'NotFoundError', /'v1'/);
  const document = (await send('GET', `${off.door.auth}/.well-known/openid-configuration`)).json();
  assert.deepEqual(document.grant_types_supported, ['authorization_code']);
  assert.deepEqual(document.token_endpoint_auth_methods_supported, []);
});

test('the discovery document tells what there is', async () => {
  const document = (await send('GET', `${door.auth}/.well-known/openid-configuration`)).json();
  assert.equal(document.authorization_endpoint, `${door.auth}/v1/authorize`);
  assert.equal(document.token_endpoint, `${door.auth}/v1/token`);
  assert.equal(document.revocation_endpoint, `${door.auth}/v1/revoke`);
  assert.deepEqual(document.response_types_supported, ['code']);
  assert.deepEqual(document.grant_types_supported, ['authorization_code', 'refresh_token']);
  assert.deepEqual(document.code_challenge_methods_supported, ['S256']);
  assert.deepEqual(document.token_endpoint_auth_methods_supported, ['none']);
  assert.equal(document.authorization_response_iss_parameter_supported, true);
});

test('a program signs in, goes on and signs out', async () => {
  const { answer, asking, iss, state, tokens, response, jar } = await programSignedIn();
  assert.equal(answer.origin + answer.pathname, REDIRECT);
  assert.equal(state, asking.state);
  assert.equal(iss, door.auth);
  assert.equal(response.headers['cache-control'], 'no-store');
  assert.equal(tokens.token_type, 'Bearer');
  assert.ok(tokens.expires_in > 3500 && tokens.expires_in <= 3600);
  const { payload } = await verifyUserToken(door, tokens.access_token);
  assert.equal(payload.sub, 'user:default/ada');
  assert.equal(tokens.session.backstageIdentity.token, tokens.access_token);
  assert.deepEqual(tokens.session.profile.email, 'ada@example.com');
  assert.deepEqual(jar.cookies.filter(({ name }) => /refresh-token|granted-scope|nonce/.test(name)), [], 'the browser is left as it was');

  const first = await goOn(tokens.refresh_token);
  assert.equal(first.status, 200, first.text);
  const next = first.json();
  await verifyUserToken(door, next.access_token);
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  assert.equal((await goOn(next.refresh_token)).status, 200);

  const revoked = await post('/v1/revoke', { client_id: 'test-cli', token: next.refresh_token });
  assert.equal(revoked.status, 200, revoked.text);
  assertRefused(await goOn(next.refresh_token), 'invalid_grant');
  assert.equal((await post('/v1/revoke', { client_id: 'test-cli', token: next.refresh_token })).status, 200, 'what is over is over');
});

test('the page says who asks, shows no text as markup, and may not be framed', async () => {
  const page = await ask(new Jar(), program());
  assert.match(page.text, /The &#60;test&#62; program asks to sign in as you/);
  assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
  assert.match(page.headers['content-security-policy'], /form-action 'self'/);
  assert.equal(page.headers['x-frame-options'], 'deny');
  assert.match(page.setCookies.join(), /stagedoor-client=[\w-]{43}; Max-Age=600; Path=\/api\/auth\/v1\/authorize; HttpOnly; SameSite=Strict/);
  const style = /<link rel="stylesheet" href="([^"]*)"/.exec(page.text)[1];
  assert.equal((await send('GET', new URL(style, program().url).href)).status, 200);
  const untitled = await ask(new Jar(), program({ client_id: 'other.cli' }));
  assert.match(untitled.text, /other\.cli asks to sign in as you/);
});

test('whom and where is asked here: nobody is sent to a place that is not this machine', async () => {
  const wrong = [
    { client_id: 'nobody' },
    { client_id: null },
    { redirect_uri: null },
    { redirect_uri: 'https://evil.example.com/' },
    { redirect_uri: 'http://localhost:49152/callback' },
    { redirect_uri: 'http://127.0.0.1.evil.example.com/' },
    { redirect_uri: 'http://evil.example.com@127.0.0.1/' },
    { redirect_uri: 'javascript://127.0.0.1/%0aalert(1)' },
    { redirect_uri: 'http://127.0.0.1/#x' },
  ];
  for (const change of wrong) assertError(await send('GET', program(change).url), 400, 'InputError');
  assertError(await send('GET', `${program().url}&client_id=test-cli`), 400, 'InputError');
});

test('what else is wrong is told to the program', async () => {
  const wrong = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: null }, 'unsupported_response_type'],
    [{ code_challenge: null }, 'invalid_request'],
    [{ code_challenge: 'short' }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: null }, 'invalid_request'],
    [{ state: null }, 'invalid_request'],
    [{ state: 'x'.repeat(513) }, 'invalid_request'],
    [{ scope: 'x'.repeat(513) }, 'invalid_request'],
  ];
  for (const [change, error] of wrong) {
    const asking = program({ redirect_uri: 'http://[::1]:49152/cb?kept=1', ...change });
    const response = await send('GET', asking.url);
    assert.equal(response.status, 302, response.text);
    const answer = new URL(response.location);
    assert.equal(answer.origin, 'http://[::1]:49152');
    const { kept, iss, state, ...rest } = Object.fromEntries(answer.searchParams);
    assert.deepEqual([kept, iss, rest.error], ['1', door.auth, error]);
    if (asking.state?.length <= 512) assert.equal(state, asking.state);
  }
});

test('nobody agrees but the person at the page', async () => {
  const asking = program();
  const jar = new Jar();
  const page = await ask(jar, asking);
  const { action, body } = parseForm(page.text, asking.url);
  const elsewhere = { initiator: 'https://evil.example.com' };
  assertError(await agree(jar, asking, page, elsewhere), 403, 'NotAllowedError');
  assertError(await agree(jar, asking, page, { headers: { 'sec-fetch-site': 'cross-site' } }), 403, 'NotAllowedError');
  assertError(await agree(jar, asking, page, { headers: { 'sec-fetch-site': 'same-site' } }), 403, 'NotAllowedError');
  assertError(await send('POST', action, { headers: FORM, body }), 403, 'NotAllowedError');
  const other = new Jar();
  await ask(other, asking);
  assertError(await other.send('POST', action, { headers: FORM, body }), 403, 'NotAllowedError', /state is invalid/);
  const forged = new URLSearchParams(body);
  forged.set('request', `A${forged.get('request').slice(1)}`);
  assertError(await agree(jar, asking, page, { body: forged.toString() }), 403, 'NotAllowedError');
  assert.equal((await agree(jar, asking, page, { headers: { 'sec-fetch-site': 'same-origin' } })).status, 200);
});

test('two programs may ask in one browser at once', async () => {
  const jar = new Jar();
  const [one, two] = [program(), program()];
  const pages = [await ask(jar, one), await ask(jar, two)];
  assert.equal((await agree(jar, one, pages[0])).status, 200);
  assert.equal((await agree(jar, two, pages[1])).status, 200);
});

test('the browser’s own session is left alone', async () => {
  const { jar } = await signedIn(door);
  await programSignedIn({ jar });
  assert.equal((await refresh(jar, door)).status, 200);
});

test('who is refused by the provider or the catalog is refused to the program', async () => {
  const denied = await answered(program(), { deny: true });
  assert.equal(denied.error, 'access_denied');
  assert.equal(denied.code, undefined);
  const stranger = await answered(program(), { as: 'stranger' });
  assert.equal(stranger.error, 'access_denied');
  assert.match(stranger.error_description, /unable to resolve user identity/);
});

test('a code is good once, for whom it was made', async () => {
  const asking = program();
  const { code } = await answered(asking);
  for (const change of [
    { code_verifier: base64url(randomBytes(32)) },
    { code_verifier: asking.code_challenge },
    { code_verifier: '' },
    { client_id: 'other.cli' },
    { redirect_uri: 'http://127.0.0.1:49153/callback' },
    { redirect_uri: '' },
    { code: `A${code.slice(1)}` },
    { code: '' },
  ]) assertRefused(await exchange(asking, code, change), 'invalid_grant');
  const tokens = await exchange(asking, code);
  assert.equal(tokens.status, 200, tokens.text);
  assertRefused(await exchange(asking, code), 'invalid_grant');
  assertRefused(await goOn(tokens.json().refresh_token), 'invalid_grant', 400);
});

test('a refresh token is no cookie, a cookie no refresh token, and each is one program’s', async () => {
  const { tokens } = await programSignedIn();
  assertRefused(await goOn(tokens.refresh_token, { client_id: 'other.cli' }), 'invalid_grant');
  const asCookie = await send('GET', `${door.auth}/oidc/refresh?env=development`, { headers: { 'x-requested-with': 'XMLHttpRequest', cookie: `oidc-refresh-token=${tokens.refresh_token}` } });
  assert.equal(asCookie.status, 401);
  const { jar } = await signedIn(door);
  const cookie = jar.cookies.find(({ name }) => name === 'oidc-refresh-token').value;
  assertRefused(await goOn(cookie), 'invalid_grant');
  assert.equal((await post('/v1/revoke', { client_id: 'other.cli', token: tokens.refresh_token })).status, 200);
  assert.equal((await goOn(tokens.refresh_token)).status, 200, 'another program can’t end it');
});

test('the token endpoint takes forms, of programs that are known', async () => {
  const json = { 'content-type': 'application/json' };
  assertRefused(await post('/v1/token', '{}', json), 'invalid_request');
  assertRefused(await post('/v1/token', 'grant_type=refresh_token&grant_type=refresh_token&client_id=test-cli'), 'invalid_request');
  assertRefused(await post('/v1/token', { client_id: 'test-cli' }), 'unsupported_grant_type');
  assertRefused(await post('/v1/token', { client_id: 'test-cli', grant_type: 'password' }), 'unsupported_grant_type');
  assertRefused(await post('/v1/token', { grant_type: 'authorization_code' }), 'invalid_client', 401);
  assertRefused(await post('/v1/token', { grant_type: 'refresh_token', client_id: 'nobody' }), 'invalid_client', 401);
  assertRefused(await post('/v1/revoke', { client_id: 'test-cli' }), 'invalid_request');
  for (const text of ['', 'x', 'sdr1.', `sdr1.${'A'.repeat(5000)}`]) assertRefused(await goOn(text), 'invalid_grant');
});

test('a provider that is away ends no session', async () => {
  const house = await openHouse({ stagedoor: { nativeClients }, provider: { timeout: { seconds: 2 } } });
  try {
    const asking = program({ at: house.door });
    const { code } = await answered(asking);
    const form = { grant_type: 'authorization_code', client_id: 'test-cli', code, redirect_uri: REDIRECT, code_verifier: asking.verifier };
    const tokens = (await post('/v1/token', form, FORM, house.door)).json();
    await house.idp.down();
    const away = await post('/v1/token', { grant_type: 'refresh_token', client_id: 'test-cli', refresh_token: tokens.refresh_token }, FORM, house.door);
    assertRefused(away, 'temporarily_unavailable', 503);
    assert.equal(away.headers['retry-after'], '2');
  } finally {
    await house.close();
  }
});

test('a provider can be named; one without resolvers serves no program', async () => {
  const config = idp => {
    const block = { metadataUrl: idp.metadataUrl, clientId: 'backstage', clientSecret: idp.store.clients.get('backstage').client_secret, prompt: 'auto' };
    const resolvers = [{ resolver: 'emailMatchingUserEntityProfileEmail' }];
    return { oidc: { development: { ...block, signIn: { resolvers } } }, other: { development: { ...block, signIn: { resolvers } } }, third: { development: block } };
  };
  const house = await openHouse({ idp, providers: config, stagedoor: { nativeClients } });
  try {
    const providers = async change => {
      const page = await ask(new Jar(), program({ at: house.door, ...change }));
      return [...page.text.matchAll(/name="provider" value="([^"]*)"/g)].map(([, id]) => id);
    };
    assert.deepEqual(await providers(), ['oidc', 'other']);
    assert.deepEqual(await providers({ provider: 'other' }), ['other']);
    assert.deepEqual(await providers({ provider: 'third' }), []);
    assertError(await send('GET', program({ at: house.door, provider: 'nobody' }).url), 404, 'NotFoundError');
    assertError(await send('GET', program({ at: house.door, provider: 'oidc', env: 'production' }).url), 404, 'NotFoundError');
    const asking = program({ at: house.door });
    const jar = new Jar();
    const page = await ask(jar, asking);
    const form = new URLSearchParams(parseForm(page.text, asking.url).body);
    form.set('provider', 'third');
    const answer = new URL(onward(await agree(jar, asking, page, { body: form.toString() })));
    assert.equal(answer.searchParams.get('error'), 'access_denied');
    assert.equal(answer.searchParams.get('state'), asking.state);
  } finally {
    await house.close();
  }
});

test('over https the binding has a name that no other host can plant', async () => {
  const house = await openHouse({ idp, baseUrl: 'https://auth.example.test', stagedoor: { nativeClients } });
  try {
    const page = await send('GET', `${house.door.local}/api/auth/v1/authorize${new URL(program().url).search}`, { headers: { host: 'auth.example.test' } });
    assert.equal(page.status, 200, page.text);
    assert.match(page.setCookies.join(), /^__Host-stagedoor-client=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const form = parseForm(page.text, `${house.door.local}/api/auth/v1/authorize`);
    const value = page.setCookies[0].split(';')[0].split('=')[1];
    const agreeing = name => send('POST', `${house.door.local}/api/auth/v1/authorize`, { headers: { ...FORM, cookie: `${name}=${value}` }, body: form.body });
    assertError(await agreeing('stagedoor-client'), 403, 'NotAllowedError');
    assert.equal((await agreeing('__Host-stagedoor-client')).status, 200);
  } finally {
    await house.close();
  }
});
