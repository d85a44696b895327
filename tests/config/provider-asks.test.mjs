// The keys of auth.providers.<id>.<env> for what providers ask of a client beyond Backstage's own

import assert from 'node:assert/strict';
import https from 'node:https';
import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeJwt } from 'jose';
import { Jar } from '../support/browser-jar.mjs';
import { authorize, deliver, logout, refresh, signIn, signedIn, start } from '../support/flows.mjs';
import { providerBlock } from '../support/house.mjs';
import { readFrame } from '../support/frame.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';
import { configFor, houseFor, refusedBy } from './support/house.mjs';
import { startVersatileIdp } from './support/idp.mjs';
import { certificateAuthority } from './support/tls.mjs';

const directory = temporaryDirectory();
const authority = certificateAuthority(directory);
const mutual = { port: await freePort() };

const ALGORITHMS = ['RS256', 'ES512', 'PS256'];

const idp = await startVersatileIdp({
  algorithms: ALGORITHMS,
  configuration: {
    acrValues: ['urn:acr:mfa'],
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS, userinfoSigningAlgValues: ALGORITHMS, clientAuthSigningAlgValues: ['RS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] },
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'],
    conformIdTokenClaims: false,
    discovery: { mtls_endpoint_aliases: Object.fromEntries(['token', 'revocation', 'userinfo'].map(name => [`${name}_endpoint`, `https://localhost:${mutual.port}/${{ token: 'token', revocation: 'token/revocation', userinfo: 'me' }[name]}`])) },
  },
  features: {
    claimsParameter: { enabled: true },
    jwtUserinfo: { enabled: true },
    mTLS: {
      enabled: true,
      tlsClientAuth: true,
      selfSignedTlsClientAuth: true,
      getCertificate: ctx => certificateOf(ctx)?.toString(),
      certificateAuthorized: ctx => ctx.socket.authorized,
      certificateSubjectMatches: (ctx, property, expected) => property === 'tls_client_auth_san_dns' && certificateOf(ctx)?.subjectAltName === `DNS:${expected}`,
    },
    pushedAuthorizationRequests: { enabled: true },
  },
});
after(() => idp.down());

const certificateOf = ctx => {
  const { raw } = ctx.socket.getPeerCertificate?.() ?? {};
  return raw && new X509Certificate(raw);
};

/** A house with an environment for each of `clients`: `[what is registered, what is configured]`. */
async function houseOf(t, clients, rest = {}) {
  for (const [env, [registration]] of Object.entries(clients)) idp.client(env, [], registration);
  const providers = () => ({ oidc: Object.fromEntries(Object.entries(clients).map(([env, [, block]]) => [env, providerBlock(idp, { client: env, ...block })])) });
  const { door } = await houseFor(t, idp, { providers, open: false, ...rest });
  for (const [env, [registration]] of Object.entries(clients)) idp.client(env, `${door.auth}/oidc/handler/frame`, registration);
  await door.open();
  return door;
}

const query = async (door, env) => Object.fromEntries(new URL(await start(new Jar(), door, { env })).searchParams);
const requestsTo = (path, since = 0) => idp.requests.slice(since).filter(request => request.path === path);

const KINDS = {
  rsa: ['rsa', { modulusLength: 2048 }],
  p256: ['ec', { namedCurve: 'P-256' }],
  p384: ['ec', { namedCurve: 'P-384' }],
  p521: ['ec', { namedCurve: 'P-521' }],
  ed25519: ['ed25519', {}],
};

/** A private key in a file, and the public half as the provider is told it. */
function clientKey(name, [type, options] = KINDS.p256, format = 'pkcs8') {
  const pem = generateKeyPairSync(type, { ...options, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: format, format: 'pem' } });
  const file = join(directory, `${name}.pem`);
  writeFileSync(file, pem.privateKey);
  return { file, jwk: (more = {}) => ({ ...createPublicKey(createPrivateKey(pem.privateKey)).export({ format: 'jwk' }), use: 'sig', ...more }) };
}

const byKey = (key, { registered = {}, jwk, ...assertion } = {}) => [
  { token_endpoint_auth_method: 'private_key_jwt', client_secret: undefined, jwks: { keys: [key.jwk(jwk)] }, ...registered },
  { tokenEndpointAuthMethod: 'private_key_jwt', clientSecret: undefined, clientAssertion: { key: { $file: key.file }, ...assertion } },
];

test('private_key_jwt: with a key of any kind from a file, revoked and refreshed with too', async t => {
  const clients = Object.fromEntries(Object.entries(KINDS).map(([name, kind]) => [name, byKey(clientKey(name, kind))]));
  clients.pkcs1 = byKey(clientKey('pkcs1', KINDS.rsa, 'pkcs1'));
  clients.sec1 = byKey(clientKey('sec1', KINDS.p256, 'sec1'));
  const door = await houseOf(t, clients);
  for (const env of Object.keys(clients)) {
    const { jar } = await signedIn(door, { env });
    assert.equal((await refresh(jar, door, { env })).status, 200, env);
    const revoked = once(idp.provider, 'grant.revoked');
    assert.equal((await logout(jar, door, { env })).status, 200, env);
    await revoked;
  }
  const another = await houseOf(t, { another: [byKey(clientKey('registered'))[0], byKey(clientKey('own'))[1]] });
  assert.ok((await signIn(new Jar(), another, { env: 'another' })).error);
});

test('private_key_jwt: without a key it starts, and says what is missing', async t => {
  const door = await houseOf(t, { keyless: [{ ...byKey(clientKey('keyless'))[0] }, { tokenEndpointAuthMethod: 'private_key_jwt' }] });
  await door.says(/\b(WARN|ERROR)\b.*clientAssertion/);
  assert.ok((await signIn(new Jar(), door, { env: 'keyless' })).error);
});

test('clientAssertion.key: what is no key is refused at the start, and not shown', async () => {
  const refused = clientAssertion => configFor(idp, () => {}, { tokenEndpointAuthMethod: 'private_key_jwt', clientAssertion }).then(refusedBy);
  const path = await refused({ key: './client.pem' });
  assert.match(path, /clientAssertion\.key/);
  assert.match(path, /\$file/);
  const damaged = await refused({ key: '-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----' });
  assert.match(damaged, /auth\.providers\.oidc\.development\.clientAssertion\.key/);
  assert.ok(!damaged.includes('bm90IGEga2V5'), damaged);
});

test('clientAssertion.keyId: the key that the provider looks for', async t => {
  const key = clientKey('named');
  const door = await houseOf(t, { named: byKey(key, { keyId: 'k-2026', jwk: { kid: 'k-2026' } }), misnamed: byKey(key, { keyId: 'k-1999', jwk: { kid: 'k-2026' } }) });
  await signedIn(door, { env: 'named' });
  assert.ok((await signIn(new Jar(), door, { env: 'misnamed' })).error);
});

test('clientAssertion.algorithm and audience: what the provider insists on', async t => {
  const registered = { token_endpoint_auth_signing_alg: 'PS512' };
  const key = clientKey('insists', KINDS.rsa);
  const door = await houseOf(t, {
    chosen: byKey(key, { registered, algorithm: 'PS512' }),
    usual: byKey(key, { registered, algorithm: 'RS256' }),
    endpoint: byKey(key, { audience: 'tokenEndpoint' }),
  });
  await signedIn(door, { env: 'chosen' });
  assert.ok((await signIn(new Jar(), door, { env: 'usual' })).error);
  // This provider takes the one as well as the other.
  await signedIn(door, { env: 'endpoint' });
  const unfit = await configFor(idp, () => {}, byKey(clientKey('unfit'), { algorithm: 'RS256' })[1]);
  assert.match(await refusedBy(unfit), /auth\.providers\.oidc\.development\.clientAssertion\.algorithm/);
});

test('tls_client_auth and self_signed_tls_client_auth: by the certificate of the connection', async t => {
  const server = authority.issue(['localhost']);
  const [own, foreign] = [authority.issue(['stagedoor.example']), certificateAuthority(directory, 'unknown').issue(['stagedoor.example'])];
  const front = https.createServer({ cert: server.cert, key: server.key, ca: authority.pem, requestCert: true, rejectUnauthorized: false }, (request, response) => idp.callback(request, response));
  await new Promise(resolve => front.listen(mutual.port, '127.0.0.1', resolve));
  t.after(() => {
    front.close();
    front.closeAllConnections();
  });
  const selfSigned = certificate => ({ token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [{ ...new X509Certificate(certificate).publicKey.export({ format: 'jwk' }), x5c: [new X509Certificate(certificate).raw.toString('base64')] }] } });
  const issued = { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: 'stagedoor.example' };
  const showing = ({ certFile, keyFile }, tokenEndpointAuthMethod) => ({ tokenEndpointAuthMethod, clientSecret: undefined, clientCertificate: { cert: { $file: certFile }, key: { $file: keyFile } } });
  const door = await houseOf(
    t,
    Object.fromEntries(
      Object.entries({
        issued: [issued, showing(own, 'tls_client_auth')],
        foreign: [issued, showing(foreign, 'tls_client_auth')],
        self: [selfSigned(own.cert), showing(own, 'self_signed_tls_client_auth')],
        another: [selfSigned(foreign.cert), showing(own, 'self_signed_tls_client_auth')],
      }).map(([env, [registration, block]]) => [env, [{ client_secret: undefined, ...registration }, block]]),
    ),
    { env: { NODE_EXTRA_CA_CERTS: authority.file } },
  );
  for (const env of ['issued', 'self']) {
    const { jar } = await signedIn(door, { env });
    assert.equal((await refresh(jar, door, { env })).status, 200, env);
    assert.equal((await logout(jar, door, { env })).status, 200, env);
  }
  for (const env of ['foreign', 'another']) assert.ok((await signIn(new Jar(), door, { env })).error, env);
});

test('clientCertificate: a certificate and a key that are not one pair are refused at the start', async () => {
  const [one, two] = [authority.issue(['one']), authority.issue(['two'])];
  const config = await configFor(idp, () => {}, { clientCertificate: { cert: one.cert, key: two.key } });
  assert.match(await refusedBy(config), /auth\.providers\.oidc\.development\.clientCertificate/);
});

test('tokenSignedResponseAlg: ES512', async t => {
  const door = await houseOf(t, { es512: [{ id_token_signed_response_alg: 'ES512' }, { tokenSignedResponseAlg: 'ES512' }] });
  await signedIn(door, { env: 'es512' });
});

test('userinfoSignedResponseAlg: only signed userinfo is taken', async t => {
  const signed = alg => ({ userinfo_signed_response_alg: alg });
  const door = await houseOf(t, {
    signed: [signed('RS256'), { userinfoSignedResponseAlg: 'RS256' }],
    es512: [signed('ES512'), { userinfoSignedResponseAlg: 'ES512' }],
    otherwise: [signed('PS256'), { userinfoSignedResponseAlg: 'RS256' }],
    plain: [{}, { userinfoSignedResponseAlg: 'RS256' }],
    unexpected: [signed('RS256'), {}],
  });
  for (const env of ['signed', 'es512']) {
    const { session, jar } = await signedIn(door, { env });
    assert.equal(session.profile.displayName, 'Ada Lovelace');
    assert.equal((await refresh(jar, door, { env })).status, 200, env);
  }
  for (const env of ['otherwise', 'plain', 'unexpected']) assert.ok((await signIn(new Jar(), door, { env })).error, env);
  for (const reason of ['userinfo_algorithm_not_allowed', 'userinfo_not_signed', 'userinfo_signed']) await door.says(new RegExp(reason));
});

test('claimsFrom: userinfo (the default), idToken, both', async t => {
  const door = await houseOf(t, { userinfo: [{}, {}], idToken: [{}, { claimsFrom: 'idToken' }], both: [{}, { claimsFrom: 'both' }] });
  for (const [env, asks] of [['userinfo', true], ['idToken', false], ['both', true]]) {
    const since = idp.requests.length;
    const { session, jar } = await signedIn(door, { env });
    assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada', env);
    const refreshed = await refresh(jar, door, { env });
    assert.equal(refreshed.json().profile.email, 'ada@example.com', env);
    assert.equal(requestsTo('/me', since).length > 0, asks, env);
  }
});

test('responseMode: form_post, without a code in any URL', async t => {
  const door = await houseOf(t, { form: [{}, { responseMode: 'form_post' }] });
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door, { env: 'form' }));
  assert.equal(callback.method, 'POST');
  assert.ok(!callback.url.includes('code='));
  assert.equal(readFrame(await deliver(jar, callback)).session.profile.email, 'ada@example.com');
});

test('pushedAuthorizationRequests: the browser carries a reference and nothing else', async t => {
  const door = await houseOf(t, { pushed: [{ require_pushed_authorization_requests: true }, { pushedAuthorizationRequests: true }], not: [{ require_pushed_authorization_requests: true }, {}] });
  const parameters = await query(door, 'pushed');
  assert.deepEqual(Object.keys(parameters).sort(), ['client_id', 'request_uri']);
  assert.match(parameters.request_uri, /^urn:ietf:params:oauth:request_uri:/);
  await signedIn(door, { env: 'pushed' });
  assert.ok((await signIn(new Jar(), door, { env: 'not' })).error);
});

test('maxAge, acrValues, loginHint and uiLocales: are asked for', async t => {
  const door = await houseOf(t, { asks: [{}, { maxAge: { hours: 8 }, acrValues: 'urn:acr:mfa', loginHint: 'grace', uiLocales: ['de-AT', 'en'] }], not: [{}, {}] });
  const asked = await query(door, 'asks');
  assert.equal(asked.max_age, '28800');
  assert.equal(asked.acr_values, 'urn:acr:mfa');
  assert.equal(asked.login_hint, 'grace');
  assert.equal(asked.ui_locales, 'de-AT en');
  const { session } = await signedIn(door, { env: 'asks' });
  assert.equal(session.profile.email, 'grace@example.com');
  assert.ok(decodeJwt(session.providerInfo.idToken).auth_time);
  const plain = await query(door, 'not');
  for (const name of ['max_age', 'acr_values', 'login_hint', 'ui_locales', 'response_mode', 'claims']) assert.equal(plain[name], undefined, name);
});

/** A sign-in at a provider that does not hear one parameter of the authorization request. */
async function signInUnheard(t, door, env, name) {
  idp.faults.set('/auth', (request, _response, proceed) => {
    request.url = request.url.replace(new RegExp(`&${name}=[^&]*`), '');
    proceed();
  });
  t.after(() => idp.faults.delete('/auth'));
  return signIn(new Jar(), door, { env });
}

test('maxAge: an answer that does not say when is refused', async t => {
  const door = await houseOf(t, { asks: [{}, { maxAge: 60 }] });
  assert.ok((await signInUnheard(t, door, 'asks', 'max_age')).error);
  await door.says(/auth_time/);
});

test('acrEssential: nobody gets in who did not prove themselves so', async t => {
  const door = await houseOf(t, { must: [{}, { acrValues: ['urn:acr:mfa'], acrEssential: true }] });
  const { acr_values: wish, claims } = await query(door, 'must');
  assert.equal(wish, undefined);
  assert.deepEqual(JSON.parse(claims), { id_token: { acr: { essential: true, values: ['urn:acr:mfa'] } } });
  assert.ok((await signInUnheard(t, door, 'must', 'claims')).error);
  await door.says(/id_token_acr_mismatch/);
  assert.match(await refusedBy(await configFor(idp, () => {}, { acrEssential: true })), /acrValues/);
});

test('issuer: where it is not what metadataUrl says', async t => {
  const metadataUrl = `http://localhost:${idp.port}/.well-known/openid-configuration`;
  const door = await houseOf(t, { told: [{}, { metadataUrl, issuer: idp.issuer }], untold: [{}, { metadataUrl }], otherwise: [{}, { metadataUrl, issuer: `${idp.issuer}/` }] });
  await signedIn(door, { env: 'told' });
  for (const env of ['untold', 'otherwise']) await assert.rejects(start(new Jar(), door, { env }));
});

test('issuer: for every tenant, with unverified emails, is warned of', async t => {
  const issuer = 'https://login.example/{tenantid}/v2.0';
  const door = await houseOf(t, { everybody: [{}, { issuer, dangerouslyTrustUnverifiedEmail: true }] });
  await door.says(/\b(WARN|ERROR)\b.*anybody can set up a tenant/);
});
