// The usual identity provider with more to offer: ID tokens signed with any algorithm a client may ask for, claims of any
// name and shape, public clients.

import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import { startIdp } from '../../support/provider.mjs';

const ALGORITHMS = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES384: ['ec', { namedCurve: 'P-384' }],
  ES512: ['ec', { namedCurve: 'P-521' }],
  EdDSA: ['ed25519', undefined],
};

const signingJwk = alg => {
  const [type, options] = ALGORITHMS[alg];
  // By way of PEM, as the usual provider's key, and for its reason.
  const { privateKey } = generateKeyPairSync(type, { ...options, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  return { ...createPrivateKey(privateKey).export({ format: 'jwk' }), kid: `idp-${alg}`, alg, use: 'sig' };
};

/**
 * Starts a provider that signs with `algorithms`, and tells the `claims` (scope → names) of an account. `features` and
 * `configuration` go into its own.
 */
export async function startVersatileIdp({ algorithms = ['RS256'], claims = {}, features = {}, configuration = {}, ...options } = {}) {
  const idp = await startIdp(options);
  const { accounts, store } = idp;
  const nameOf = sub => Object.keys(accounts).find(name => idp.subject(name) === sub);
  idp.provider = new Provider(idp.issuer, {
    adapter: store.adapter(),
    jwks: { keys: algorithms.map(signingJwk) },
    cookies: { keys: ['not a secret: only for tests'] },
    scopes: ['openid', 'profile', 'email', 'offline_access', 'calendar', 'photos'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture', 'preferred_username', ...(claims.profile ?? [])] },
    enabledJWA: { idTokenSigningAlgValues: algorithms, userinfoSigningAlgValues: algorithms },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'none'],
    features: { devInteractions: { enabled: false }, revocation: { enabled: true, allowedPolicy: () => true }, ...features },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => nameOf(sub) && { accountId: sub, claims: async () => ({ sub, ...accounts[nameOf(sub)] }) },
    loadExistingGrant: async ctx => {
      const { session, client } = ctx.oidc;
      const known = session.grantIdFor(client.clientId);
      const grant = (known && (await idp.provider.Grant.find(known))) || new idp.provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope([...ctx.oidc.requestParamScopes].join(' '));
      await grant.save();
      return grant;
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    ttl: { AccessToken: 3600, IdToken: 3600, RefreshToken: 86_400, Session: 86_400, Interaction: 600, Grant: 86_400, AuthorizationCode: 300 },
    renderError: (ctx, out) => {
      ctx.body = `${out.error}: ${out.error_description}`;
    },
    ...configuration,
  });
  idp.callback = idp.provider.callback();
  return idp;
}

/** Runs `work` while the provider's clock is `seconds` ahead of everyone else's. */
export async function withClockAhead(idp, seconds, work) {
  const { now } = Date;
  idp.faults.set('/token', (_request, response, proceed) => {
    Date.now = () => now() + seconds * 1000;
    response.on('close', () => (Date.now = now));
    proceed();
  });
  try {
    return await work();
  } finally {
    idp.faults.delete('/token');
    Date.now = now;
  }
}
