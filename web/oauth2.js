/**
 * Backstage's `OAuth2`: sign-in with one provider.
 * @module
 */
import { AuthConnector } from './connector.js';
import { SessionManager } from './sessions.js';

/** @typedef {import('./types.js').AuthOptions} AuthOptions */
/** @typedef {import('./types.js').BackstageIdentity} BackstageIdentity */
/** @typedef {import('./types.js').OAuth2ConnectorOptions} OAuth2ConnectorOptions */
/** @typedef {import('./types.js').OAuth2Options} OAuth2Options */
/** @typedef {import('./types.js').Profile} Profile */

/** One provider's tokens, profile, identity and session. */
export class OAuth2 {
  #sessions;
  #parseScope;

  /** @param {OAuth2Options | OAuth2ConnectorOptions} options */
  static create(options) {
    return new OAuth2(options);
  }

  /** @param {string | string[] | undefined} scopes @param {{ scopeTransform(scopes: string[]): string[] }} [options] */
  static normalizeScopes(scopes, { scopeTransform } = { scopeTransform: list => list }) {
    if (!scopes) return new Set();
    return new Set(scopeTransform(Array.isArray(scopes) ? scopes : scopes.split(/[\s|,]/).filter(Boolean)));
  }

  /** @param {OAuth2Options | OAuth2ConnectorOptions} options use {@link OAuth2.create} */
  constructor(options) {
    const { defaultScopes = [], scopeTransform = list => list } = options;
    /** @param {string | string[]} [scope] */
    this.#parseScope = scope => OAuth2.normalizeScopes(scope, { scopeTransform });
    const connector = 'authConnector' in options ? options.authConnector : new AuthConnector(options, this.#parseScope);
    this.#sessions = new SessionManager(connector, defaultScopes);
  }

  async signIn() {
    await this.getAccessToken();
  }

  async signOut() {
    await this.#sessions.removeSession();
  }

  /** Emits `'SignedIn'` or `'SignedOut'`: now, and at each change. */
  sessionState$() {
    return this.#sessions.state;
  }

  /** @param {string | string[]} [scope] @param {AuthOptions} [options] @returns {Promise<string>} `''` if optional and signed out */
  async getAccessToken(scope, options) {
    const session = await this.#sessions.getSession({ ...options, scopes: this.#parseScope(scope) });
    return session?.providerInfo.accessToken ?? '';
  }

  /** @param {AuthOptions} [options] @returns {Promise<string>} `''` if optional and signed out */
  async getIdToken(options) {
    const session = await this.#sessions.getSession({ ...options, scopes: new Set(['openid']) });
    return session?.providerInfo.idToken ?? '';
  }

  /** @param {AuthOptions} [options] @returns {Promise<BackstageIdentity | undefined>} */
  async getBackstageIdentity(options) {
    return (await this.#sessions.getSession(options))?.backstageIdentity;
  }

  /** @param {AuthOptions} [options] @returns {Promise<Profile | undefined>} */
  async getProfile(options) {
    return (await this.#sessions.getSession(options))?.profile;
  }
}
