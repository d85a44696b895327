// A real OpenID provider (panva's certified `oidc-provider`) on loopback, in the test's process, with
// the knobs a test needs: short lives, rotation, refusal, downtime. It is at 127.0.0.1, Stagedoor at
// localhost: different sites to a browser, so that SameSite means what it means in production.

import http from 'node:http';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import Provider, { interactionPolicy } from 'oidc-provider';
import { accounts } from './accounts.mjs';
import { onProcessEnd } from './cleanup.mjs';
import { IdpStore } from './idp-store.mjs';
import { isSecret } from './record.mjs';
import { freePort } from './wait.mjs';

/** RSA for ID tokens, as most providers have; made once per process, for it is slow. */
const signingKeys = [];
export const signingJwk = (number = 1) => {
  signingKeys[number] ??= createPrivateKey(newRsaKey()).export({ format: 'jwk' });
  return { ...signingKeys[number], use: 'sig', alg: 'RS256', kid: `idp-${number}` };
};

// By way of PEM: Node 20 can wait for ever for itself when it exports a key object whose generation is collected meanwhile.
const newRsaKey = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;

export class Idp {
  /** Every request that arrived: `{method, path, query}`. */
  requests = [];
  /** Path → what to do instead of answering: a status, or a function of (request, response). */
  faults = new Map();
  /** Names of the provider's own events, with their time: `refresh_token.consumed`, `grant.revoked`, … */
  events = [];
  accounts = accounts();
  store = new IdpStore();

  constructor({
    port,
    rotate = true,
    refreshTokens = true,
    ttl = {},
    revocation = true,
    endSession = true,
    host = '127.0.0.1',
    subject = account => account,
  }) {
    this.port = port;
    this.issuer = `http://${host}:${port}`;
    this.metadataUrl = `${this.issuer}/.well-known/openid-configuration`;
    this.subject = subject;
    this.refreshTokens = refreshTokens;
    this.options = { rotate, ttl, revocation, endSession };
    this.useKeys([signingJwk()]);
  }

  /** Signs with the first of these from now on, and publishes all; what is signed in stays so. */
  useKeys(keys) {
    this.provider = new Provider(this.issuer, this.#configuration({ ...this.options, keys }));
    for (const event of [
      'authorization.accepted', 'authorization.error', 'grant.success', 'grant.error', 'grant.revoked', 'revocation.success', 'revocation.error',
      'refresh_token.saved', 'refresh_token.consumed', 'refresh_token.destroyed', 'access_token.saved', 'userinfo.error', 'server_error', 'end_session.success', 'backchannel.success', 'backchannel.error',
    ]) {
      this.provider.on(event, (...args) => this.events.push({ event, at: Date.now(), error: args.find(arg => arg instanceof Error)?.message }));
    }
    this.provider.on('grant.success', ctx => {
      for (const name of ['code_verifier', 'client_assertion', 'refresh_token']) isSecret(name, ctx.oidc.params[name]);
    });
    this.callback = this.provider.callback();
  }

  #configuration({ rotate, ttl, revocation, endSession, keys }) {
    const policy = interactionPolicy.base();
    policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }));
    return {
      adapter: this.store.adapter(),
      jwks: { keys },
      cookies: { keys: ['not a secret: only for tests'] },
      scopes: ['openid', 'profile', 'email', 'offline_access', 'calendar', 'photos'],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture', 'preferred_username'] },
      features: {
        devInteractions: { enabled: false },
        revocation: { enabled: revocation, allowedPolicy: () => true },
        rpInitiatedLogout: { enabled: endSession },
        backchannelLogout: { enabled: endSession },
      },
      // Without its guard against loopback addresses: that is where Stagedoor is.
      fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
      interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_ctx, sub) => this.#account(sub),
      // Consent is not what is under test: whatever a known client asks for is granted.
      loadExistingGrant: async ctx => {
        const { session, client } = ctx.oidc;
        const known = session.grantIdFor(client.clientId);
        const grant = (known && (await this.provider.Grant.find(known))) || new this.provider.Grant({ accountId: session.accountId, clientId: client.clientId });
        grant.addOIDCScope([...ctx.oidc.requestParamScopes].join(' '));
        await grant.save();
        return grant;
      },
      issueRefreshToken: async () => this.refreshTokens,
      rotateRefreshToken: rotate,
      ttl: { AccessToken: 3600, IdToken: 3600, RefreshToken: 86_400, Session: 86_400, Interaction: 600, Grant: 86_400, AuthorizationCode: 60, ...ttl },
      renderError: (ctx, out) => {
        ctx.type = 'html';
        ctx.body = `<h1>identity provider: ${out.error}</h1><p>${escape(out.error_description ?? '')}</p>`;
      },
    };
  }

  #account(sub) {
    const name = Object.keys(this.accounts).find(key => this.subject(key) === sub);
    if (!name) return undefined;
    return { accountId: sub, claims: async () => ({ sub, ...this.accounts[name] }) };
  }

  /** Its private key, for tests that speak in its name. */
  get signingJwk() {
    return signingJwk();
  }

  /** Registers a client that may come back to `redirectUris`, beside those it already may. */
  client(id, redirectUris, rest = {}) {
    const client = {
      client_id: id,
      client_secret: `${id}-secret`,
      redirect_uris: [...new Set([...(this.store.clients.get(id)?.redirect_uris ?? []), ...[redirectUris].flat()])],
      post_logout_redirect_uris: rest.post_logout_redirect_uris ?? [],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
      ...rest,
    };
    this.store.clients.set(id, client);
    isSecret('client secret', client.client_secret);
    return { clientId: id, clientSecret: client.client_secret, metadataUrl: this.metadataUrl };
  }

  async up() {
    this.server = http.createServer((request, response) => {
      // One connection a request: a provider that goes down takes none of its clients' pooled sockets with it. And it says so:
      // one that closes them by itself, after a while, may do so just when the next request comes.
      response.shouldKeepAlive = false;
      return this.#serve(request, response);
    });
    await new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, '127.0.0.1', resolve);
    });
    this.withdraw = onProcessEnd(() => this.server.closeAllConnections());
    return this;
  }

  /** Stops answering; the records stay, so that `up` continues where it was. */
  async down() {
    if (!this.server?.listening) return;
    this.withdraw();
    await new Promise(resolve => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  /** How many requests went to a path. */
  count(path) {
    return this.requests.filter(request => request.path === path).length;
  }

  /** How often the provider said something. */
  happened(event) {
    return this.events.filter(entry => entry.event === event).length;
  }

  async #serve(request, response) {
    const url = new URL(request.url, this.issuer);
    this.requests.push({ method: request.method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers });
    const fault = this.faults.get(url.pathname);
    if (typeof fault === 'number') {
      response.writeHead(fault, { 'content-type': 'application/json' }).end('{"error":"temporarily_unavailable"}');
    } else if (fault) {
      await fault(request, response, () => this.callback(request, response));
    } else if (url.pathname === '/favicon.ico') {
      response.writeHead(204).end();
    } else if (url.pathname.startsWith('/interaction/')) {
      await this.#interact(request, response).catch(error => response.writeHead(500).end(String(error)));
    } else {
      this.callback(request, response);
    }
  }

  /** The whole user interface: say who you are, or refuse. A `login_hint` answers without asking. */
  async #interact(request, response) {
    const { params, prompt } = await this.provider.interactionDetails(request, response);
    const form = request.method === 'POST' ? new URLSearchParams(await readBody(request)) : new URLSearchParams();
    const name = form.get('account') ?? (prompt.name === 'login' ? params.login_hint : undefined);
    const deny = form.has('deny');
    if (deny) {
      const result = { error: 'access_denied', error_description: form.get('why') ?? 'the user said no' };
      return this.provider.interactionFinished(request, response, result);
    }
    if (name && this.accounts[name]) {
      const result = { login: { accountId: this.subject(name) }, select_account: {} };
      return this.provider.interactionFinished(request, response, result);
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><html lang="en"><title>Sign in</title>
      <h1>Test identity provider</h1>
      <form method="post" action="${request.url}"><label>Account <input name="account" autofocus></label><button id="in">Sign in</button></form>
      <form method="post" action="${request.url}"><input type="hidden" name="deny" value="1"><button id="deny">Deny</button></form>`);
  }
}

/** Starts a provider on a free port. */
export async function startIdp(options = {}) {
  return new Idp({ port: options.port ?? (await freePort()), ...options }).up();
}

async function readBody(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

const escape = text => text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
