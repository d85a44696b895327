/**
 * One provider's routes of the auth backend, as Backstage's own frontend calls them.
 * @module
 */
import { named } from './named-error.js';
import { openLoginPopup } from './popup.js';

/** @typedef {import('./types.js').OAuth2Options} OAuth2Options */
/** @typedef {import('./types.js').Session} Session */

const ANY = { id: 'oauth2', title: 'Your Identity Provider', icon: () => null };
const POPUP = { width: 450, height: 730 };
const HEADERS = { 'X-Requested-With': 'XMLHttpRequest' };

/** A promise for when the page is about to be left. @returns {Promise<never>} */
const leaving = () => new Promise(() => {});

/** Talks to one provider's routes of the auth backend. */
export class AuthConnector {
  #options;
  #request;

  /** @param {OAuth2Options} options @param {(scope?: string) => Set<string>} parseScope */
  constructor({ provider = ANY, environment = 'development', ...options }, parseScope) {
    this.#options = { ...options, provider, environment };
    this.parseScope = parseScope;
    this.#request = options.oauthRequestApi?.createAuthRequester({
      provider,
      onAuthRequest: scopes => this.#prompt(scopes),
    });
  }

  /** @param {{ scopes: Set<string>, instantPopup?: boolean }} options @returns {Promise<Session>} */
  createSession({ scopes, instantPopup }) {
    return instantPopup || !this.#request ? this.#prompt(scopes) : this.#request(scopes);
  }

  /** @param {{ scopes: Set<string> }} options */
  async refreshSession({ scopes }) {
    const url = await this.#url('/refresh', { optional: true, scope: [...scopes].join(' ') });
    const request = () =>
      fetch(url, { headers: HEADERS, credentials: 'include' }).catch(cause => {
        throw named('AuthConnectionError', `Auth refresh request failed, ${cause}`, { cause });
      });
    // Backstage's own name for the lock, so that its tabs and ours take turns.
    const { origin, pathname } = new URL(url, window.location.href);
    const locks = globalThis.navigator?.locks;
    const response = await (locks ? locks.request(`backstage-auth-refresh:${origin}${pathname}`, request) : request());
    const { status } = response;
    if (!response.ok) {
      const body = await response.json().catch(() => undefined);
      const message = `Auth refresh request failed, ${body?.error?.message ?? response.statusText}`;
      // A backend that is down or busy has not refused anyone: the session stays.
      const down = status >= 500 || status === 429;
      throw named(down ? 'AuthConnectionError' : (body?.error?.name ?? 'Error'), message, { status });
    }
    const body = await response.json();
    if (body.error) throw named(body.error.name ?? 'Error', body.error.message);
    return this.#session(body);
  }

  async removeSession() {
    const response = await fetch(await this.#url('/logout'), {
      method: 'POST',
      headers: HEADERS,
      credentials: 'include',
    }).catch(cause => {
      throw named('Error', `Logout request failed, ${cause}`, { cause });
    });
    const { status, statusText } = response;
    if (!response.ok) throw named('Error', `Logout request failed, ${statusText || status}`, { status });
    if (!response.headers.get('content-type')?.includes('application/json')) return;
    const body = await response.json().catch(() => undefined);
    if (!URL.canParse(body?.logoutUrl)) return;
    const { protocol, hostname, href } = new URL(body.logoutUrl);
    // Not any scheme on localhost: `javascript://localhost/…` parses too.
    if (protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost')) {
      window.location.href = href;
      await leaving();
    }
  }

  /** @param {Set<string>} scopes */
  async #prompt(scopes) {
    const { configApi, popupOptions, provider } = this.#options;
    const { origin, href } = window.location;
    const scope = [...scopes].join(' ');
    if (configApi?.getOptionalBoolean('enableExperimentalRedirectFlow')) {
      window.location.href = await this.#url('/start', { scope, origin, redirectUrl: href, flow: 'redirect' });
      return leaving();
    }
    const url = await this.#url('/start', { scope, origin, flow: 'popup' });
    const size = popupOptions?.size;
    const { width, height } = size?.fullscreen ? window.screen : { width: size?.width, height: size?.height };
    const name = `${provider.title} Login`;
    return this.#session(await openLoginPopup({ url, name, width: width || POPUP.width, height: height || POPUP.height }));
  }

  /** @param {string} path @param {Record<string, string | true>} [query] */
  async #url(path, query) {
    const { discoveryApi, environment, provider } = this.#options;
    /** @type {Record<string, string | true>} */
    const all = { ...query, env: environment };
    const parts = Object.entries(all).map(([key, value]) =>
      value === true ? key : `${key}=${encodeURIComponent(value)}`,
    );
    return `${await discoveryApi.getBaseUrl('auth')}/${provider.id}${path}?${parts.join('&')}`;
  }

  /** The backend's answer with lifetimes turned into times. @param {any} wire @returns {Session} */
  #session({ providerInfo, backstageIdentity, ...rest }) {
    /** @param {number | undefined} seconds */
    const at = seconds => (seconds ? new Date(Date.now() + seconds * 1000) : undefined);
    const { idToken, accessToken, scope, expiresInSeconds } = providerInfo;
    const session = {
      ...rest,
      providerInfo: { idToken, accessToken, scopes: this.parseScope(scope), expiresAt: at(expiresInSeconds) },
    };
    if (backstageIdentity) {
      const { token, identity } = backstageIdentity;
      session.backstageIdentity = { token, identity, expiresAt: at(backstageIdentity.expiresInSeconds) };
    }
    return session;
  }
}
