/**
 * Stagedoor in the browser: API refs and factories, OAuth2 sessions, the login popup.
 * Speaks to the auth backend exactly as Backstage's own frontend does. No build, no dependencies.
 * @module
 */

/** @template T @typedef {{ id: string, toString(): string, T?: T }} ApiRef */
/** @template T @typedef {{ api: ApiRef<T>, deps: Record<string, ApiRef<any>>, factory(deps: any): T }} ApiFactory */
/** @typedef {'default' | 'app' | 'static'} ApiScope */
/** @typedef {{ id: string, title: string, icon?: unknown }} Provider */
/** @typedef {{ email?: string, displayName?: string, picture?: string }} Profile */
/** @typedef {{ type: 'user', userEntityRef: string, ownershipEntityRefs: string[] }} UserIdentity */
/** @typedef {{ token: string, expiresAt?: Date, identity: UserIdentity }} BackstageIdentity */
/** @typedef {{ idToken: string, accessToken: string, scopes: Set<string>, expiresAt?: Date }} ProviderInfo */
/** @typedef {{ profile: Profile, providerInfo: ProviderInfo, backstageIdentity?: BackstageIdentity }} Session */
/** @typedef {{ optional?: boolean, instantPopup?: boolean }} AuthOptions */
/** @typedef {{ size?: { fullscreen?: boolean, width?: number, height?: number } }} PopupOptions */
/** @typedef {{ getBaseUrl(pluginId: string): Promise<string> }} DiscoveryApi */
/** @typedef {{ getOptionalBoolean(key: string): boolean | undefined }} ConfigApi */
/** @typedef {(scopes: Set<string>) => Promise<any>} AuthRequester */
/** @typedef {{ createAuthRequester(options: { provider: Provider, onAuthRequest: AuthRequester }): AuthRequester }} OAuthRequestApi */
/** @typedef {{ provider: Provider, trigger(): Promise<void>, reject(): void }} PendingOAuthRequest */
/**
 * @typedef {object} OAuth2Options
 * @property {DiscoveryApi} discoveryApi where the auth backend is
 * @property {OAuthRequestApi} [oauthRequestApi] collects requests into one prompt; without it the popup opens at once
 * @property {ConfigApi} [configApi] read for `enableExperimentalRedirectFlow`
 * @property {Provider} [provider]
 * @property {string} [environment]
 * @property {string[]} [defaultScopes]
 * @property {PopupOptions} [popupOptions]
 * @property {(scopes: string[]) => string[]} [scopeTransform]
 */

const STRENGTH = { default: 0, app: 1, static: 2 };
const POPUP = { width: 450, height: 730, pollMs: 100 };
const REFRESH_AHEAD_MS = 3 * 60 * 1000;
const HEADERS = { 'X-Requested-With': 'XMLHttpRequest' };

/** @param {string} name @param {string} message @param {object} [extra] */
const named = (name, message, extra) => Object.assign(new Error(message), { name }, extra);
/** @param {Set<string>} have @param {Iterable<string>} want */
const covers = (have, want) => [...want].every(scope => have.has(scope));
const isConnectionError = (/** @type {unknown} */ error) =>
  error instanceof Error && error.name === 'AuthConnectionError';
/** A promise for when the page is about to be left. @returns {Promise<never>} */
const leaving = () => new Promise(() => {});

/**
 * Names an interface.
 * @template [T=unknown] @param {{ id: string }} config @returns {ApiRef<T>}
 */
export function createApiRef({ id }) {
  if (!id.split('.').every(part => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/i.test(part))) {
    throw new Error(`API id must be period-separated words of letters, digits and dashes, got '${id}'`);
  }
  return Object.freeze({ id, toString: () => `apiRef{${id}}` });
}

/**
 * Says how to build what a ref names: a factory with its dependencies, or a ready instance.
 * @template T
 * @param {ApiRef<T> | { api: ApiRef<T>, deps?: Record<string, ApiRef<any>>, factory(deps: any): T }} apiOrFactory
 * @param {T} [instance]
 * @returns {ApiFactory<T>}
 */
export function createApiFactory(apiOrFactory, instance) {
  if ('factory' in apiOrFactory) return { ...apiOrFactory, deps: apiOrFactory.deps ?? {} };
  return { api: apiOrFactory, deps: {}, factory: () => /** @type {T} */ (instance) };
}

/** Holds factories and builds each API once, on first use. */
export class ApiRegistry {
  /** @type {Map<string, { scope: ApiScope, factory: ApiFactory<any> }>} */
  #entries = new Map();
  /** @type {Map<string, unknown>} */
  #instances = new Map();

  /**
   * Adds a factory. A stronger scope (default < app < static) replaces a weaker one, unless that is already in use.
   * @param {ApiScope} scope @param {ApiFactory<any>} factory
   * @returns {boolean} whether it was taken
   * @throws when the factory would depend on itself
   */
  register(scope, factory) {
    const { id } = factory.api;
    const existing = this.#entries.get(id);
    if (this.#instances.has(id) || (existing && STRENGTH[existing.scope] >= STRENGTH[scope])) return false;
    const cycle = this.#pathTo(id, factory, []);
    if (cycle) {
      const chain = [factory.api, ...cycle].join(' → ');
      throw new Error(`Circular dependency of api factory for ${factory.api}: ${chain}`);
    }
    this.#entries.set(id, { scope, factory });
    return true;
  }

  /** @template T @param {ApiRef<T>} api @returns {T | undefined} undefined when nothing is registered */
  get(api) {
    return this.#entries.has(api.id) ? this.#load(api, []) : undefined;
  }

  /** @param {ApiRef<any>} api @param {ApiRef<any>[]} dependents @returns {any} */
  #load(api, dependents) {
    if (this.#instances.has(api.id)) return this.#instances.get(api.id);
    const chain = [...dependents, api];
    const factory = this.#entries.get(api.id)?.factory;
    if (!factory) {
      throw new Error(
        `No API factory available for dependency ${api} of dependent ${dependents.at(-1)} (${chain.join(' → ')})`,
      );
    }
    const deps = Object.entries(factory.deps).map(([key, dep]) => [key, this.#load(dep, chain)]);
    const instance = factory.factory(Object.fromEntries(deps));
    this.#instances.set(api.id, instance);
    return instance;
  }

  /**
   * @param {string} goal @param {ApiFactory<any>} from @param {string[]} seen
   * @returns {ApiRef<any>[] | undefined} the dependencies that lead from a factory to `goal`
   */
  #pathTo(goal, from, seen) {
    for (const dep of Object.values(from.deps)) {
      if (dep.id === goal) return [dep];
      if (seen.includes(dep.id)) continue;
      seen.push(dep.id);
      const next = this.#entries.get(dep.id)?.factory;
      const rest = next && this.#pathTo(goal, next, seen);
      if (rest) return [dep, ...rest];
    }
    return undefined;
  }
}

/** The latest value, for everyone who listens; told only when it changes. @template T */
class Observable {
  /** @type {Set<(value: T) => void>} */
  #listeners = new Set();
  #value;

  /** @param {T} value */
  constructor(value) {
    this.#value = value;
  }

  /** @param {T} value */
  next(value) {
    if (Object.is(this.#value, value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  /** @param {((value: T) => void) | { next?(value: T): void }} observer */
  subscribe(observer) {
    const listeners = this.#listeners;
    /** @param {T} value */
    const listener = value => (typeof observer === 'function' ? observer(value) : observer.next?.(value));
    listeners.add(listener);
    listener(this.#value);
    return {
      unsubscribe: () => void listeners.delete(listener),
      get closed() {
        return !listeners.has(listener);
      },
    };
  }
}

/** The pending sign-in requests of all providers; those of one provider join their scopes into one prompt. */
export class OAuthRequestManager {
  /** @type {Map<object, PendingOAuthRequest>} */
  #pending = new Map();
  /** @type {Observable<PendingOAuthRequest[]>} */
  #requests = new Observable(/** @type {PendingOAuthRequest[]} */ ([]));

  /** @param {{ provider: Provider, onAuthRequest: AuthRequester }} options @returns {AuthRequester} */
  createAuthRequester({ provider, onAuthRequest }) {
    const key = {};
    /** @type {{ scopes: Set<string>, resolve(session: any): void, reject(error: Error): void }[]} */
    let waiting = [];
    const publish = () => {
      const scopes = new Set(waiting.flatMap(request => [...request.scopes]));
      const trigger = async () => {
        const session = await onAuthRequest(scopes);
        const served = waiting.filter(request => covers(scopes, request.scopes));
        waiting = waiting.filter(request => !served.includes(request));
        served.forEach(request => request.resolve(session));
        publish();
      };
      const reject = () => {
        waiting.forEach(request => request.reject(named('RejectedError', 'Login failed, rejected by user')));
        waiting = [];
        publish();
      };
      if (waiting.length) this.#pending.set(key, { provider, trigger, reject });
      else this.#pending.delete(key);
      this.#requests.next([...this.#pending.values()]);
    };
    return scopes =>
      new Promise((resolve, reject) => {
        waiting.push({ scopes, resolve, reject });
        publish();
      });
  }

  authRequest$() {
    return this.#requests;
  }
}

/**
 * Opens a sign-in window and waits for its answer. Only messages from that window and from the origin of `url` count.
 * @param {{ url: string, name: string, width?: number, height?: number }} options
 * @returns {Promise<any>} rejects with `PopupRejectedError` (blocked), `PopupClosedError`, or the backend's error
 */
export function openLoginPopup({ url, name, width = 500, height = 700 }) {
  const { origin } = new URL(url, window.location.href);
  const left = window.screen.width / 2 - width / 2;
  const top = window.screen.height / 2 - height / 2;
  const popup = window.open(
    url,
    name,
    `menubar=no,location=no,resizable=no,scrollbars=no,status=no,width=${width},height=${height},top=${top},left=${left}`,
  );
  if (!popup || popup.closed !== false) {
    return Promise.reject(named('PopupRejectedError', 'Failed to open auth popup.'));
  }
  return new Promise((resolve, reject) => {
    let expected = '';
    /** @param {MessageEvent} event */
    const onMessage = event => {
      if (event.source !== popup || event.origin !== origin) return;
      const { data } = event;
      if (data?.type === 'config_info') expected = String(data.targetOrigin);
      if (data?.type !== 'authorization_response') return;
      stop();
      if (data.error) reject(named(data.error.name ?? 'Error', data.error.message));
      else resolve(data.response);
    };
    const poll = setInterval(() => {
      if (!popup.closed) return;
      stop();
      const wrongOrigin = expected && expected !== window.location.origin;
      const reason = wrongOrigin ? `Incorrect app origin, expected ${expected}` : 'popup was closed';
      reject(named('PopupClosedError', `Login failed, ${reason}`));
    }, POPUP.pollMs);
    const stop = () => {
      clearInterval(poll);
      window.removeEventListener('message', onMessage);
    };
    window.addEventListener('message', onMessage);
  });
}

/** Talks to one provider's routes of the auth backend. */
class AuthConnector {
  #options;
  #request;

  /** @param {OAuth2Options & { provider: Provider, environment: string }} options @param {(scope: string) => Set<string>} parseScope */
  constructor(options, parseScope) {
    this.#options = options;
    this.parseScope = parseScope;
    this.#request = options.oauthRequestApi?.createAuthRequester({
      provider: options.provider,
      onAuthRequest: scopes => this.#prompt(scopes),
    });
  }

  /** @param {Set<string>} scopes @param {boolean} instantPopup @returns {Promise<Session>} */
  createSession(scopes, instantPopup) {
    return instantPopup || !this.#request ? this.#prompt(scopes) : this.#request(scopes);
  }

  /** @param {Set<string>} scopes */
  async refreshSession(scopes) {
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
      throw named('AuthConnectionError', `Logout request failed, ${cause}`, { cause });
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
    const { width = POPUP.width, height = POPUP.height } = size?.fullscreen ? window.screen : (size ?? {});
    return this.#session(await openLoginPopup({ url, name: `${provider.title} Login`, width, height }));
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

/** Keeps one session, in memory only, and knows when to refresh it and when to ask. */
class SessionManager {
  #connector;
  #defaultScopes;
  /** @type {Session | undefined} */
  #session;
  /** @type {Promise<Session> | undefined} */
  #refreshing;
  #signOuts = 0;
  state = new Observable(/** @type {'SignedIn' | 'SignedOut'} */ ('SignedOut'));

  /** @param {AuthConnector} connector @param {string[]} defaultScopes */
  constructor(connector, defaultScopes) {
    this.#connector = connector;
    this.#defaultScopes = defaultScopes;
  }

  /**
   * @param {AuthOptions & { scopes?: Set<string> }} [options]
   * @returns {Promise<Session | undefined>} undefined only when `optional`
   */
  async getSession({ scopes = new Set(), optional = false, instantPopup = false } = {}) {
    const current = this.#session;
    if (current && covers(current.providerInfo.scopes, scopes) && !isStale(current)) return current;
    const wanted = new Set([...this.#defaultScopes, ...(current?.providerInfo.scopes ?? []), ...scopes]);
    const signOuts = this.#signOuts;
    try {
      const session = await this.#refresh(wanted, scopes);
      if (covers(session.providerInfo.scopes, scopes)) return session;
    } catch (error) {
      if (isConnectionError(error) || signOuts !== this.#signOuts) {
        if (optional) return undefined;
        throw error;
      }
      this.#session = undefined;
      this.state.next('SignedOut');
    }
    return optional ? undefined : this.#keep(await this.#connector.createSession(wanted, instantPopup));
  }

  async removeSession() {
    this.#signOuts += 1;
    this.#session = undefined;
    await this.#connector.removeSession();
    this.state.next('SignedOut');
  }

  /**
   * One refresh at a time: callers share it, and one whose scopes it did not bring starts the next.
   * @param {Set<string>} wanted @param {Set<string>} needed @returns {Promise<Session>}
   */
  async #refresh(wanted, needed) {
    while (this.#refreshing) {
      const session = await this.#refreshing;
      if (covers(session.providerInfo.scopes, needed)) return session;
    }
    this.#refreshing = this.#renew(wanted).finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** @param {Set<string>} wanted */
  async #renew(wanted) {
    const signOuts = this.#signOuts;
    const session = await this.#connector.refreshSession(wanted);
    if (signOuts !== this.#signOuts) throw named('RejectedError', 'Signed out meanwhile');
    const current = this.#session;
    const narrower = current && !covers(session.providerInfo.scopes, current.providerInfo.scopes);
    // A session that may do more is worth more, until it ends.
    return narrower && !isStale(current) ? session : this.#keep(session);
  }

  /** @param {Session} session */
  #keep(session) {
    this.#session = session;
    this.state.next('SignedIn');
    return session;
  }
}

/** @param {Session} session */
const isStale = ({ providerInfo, backstageIdentity }) =>
  [providerInfo.expiresAt, backstageIdentity?.expiresAt].some(
    expiresAt => expiresAt && expiresAt.getTime() - Date.now() < REFRESH_AHEAD_MS,
  );

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
