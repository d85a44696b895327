/**
 * Backstage's `OAuth2`: sign-in with one provider.
 * @module
 */
import { AuthConnector } from './connector.js';
import { SessionManager } from './sessions.js';

/** @typedef {import('./types.js').AuthOptions} AuthOptions */
/** @typedef {import('./types.js').BackstageIdentity} BackstageIdentity */
/** @typedef {import('./types.js').OAuth2Options} OAuth2Options */
/** @typedef {import('./types.js').Profile} Profile */

/** One provider's tokens, profile, identity and session. */
export class OAuth2 {
  #sessions;
  #parseScope;

  /** @param {OAuth2Options} options */
  static create(options) {
    return new OAuth2(options);
  }

  /** @param {OAuth2Options} options use {@link OAuth2.create} */
  constructor(options) {
    const { defaultScopes = [], environment = 'development', scopeTransform = x => x } = options;
    const { provider = { id: 'oauth2', title: 'Your Identity Provider' } } = options;
    /** @param {string | string[] | null} [scope] */
    this.#parseScope = scope =>
      new Set(scopeTransform(Array.isArray(scope) ? scope : (scope ?? '').split(/[\s|,]/).filter(Boolean)));
    const connector = new AuthConnector({ ...options, provider, environment }, this.#parseScope);
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
