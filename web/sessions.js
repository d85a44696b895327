/**
 * When a session is refreshed, and when someone is asked.
 * @module
 */
import { named } from './named-error.js';
import { Observable } from './observable.js';
import { covers } from './scopes.js';

/** @typedef {import('./types.js').AuthOptions} AuthOptions */
/** @typedef {import('./types.js').Connector} Connector */
/** @typedef {import('./types.js').Session} Session */

/** What `sessionState$` tells. */
export const SessionState = Object.freeze({
  SignedIn: /** @type {const} */ ('SignedIn'),
  SignedOut: /** @type {const} */ ('SignedOut'),
});

const REFRESH_AHEAD_MS = 3 * 60 * 1000;

const isConnectionError = (/** @type {unknown} */ error) =>
  error instanceof Error && error.name === 'AuthConnectionError';

/** Keeps one session, in memory only, and knows when to refresh it and when to ask. */
export class SessionManager {
  #connector;
  #defaultScopes;
  /** @type {Session | undefined} */
  #session;
  /** @type {Promise<Session> | undefined} */
  #refreshing;
  #signOuts = 0;
  state = new Observable(/** @type {'SignedIn' | 'SignedOut'} */ (SessionState.SignedOut));

  /** @param {Connector} connector @param {string[]} defaultScopes */
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
      this.state.next(SessionState.SignedOut);
    }
    return optional ? undefined : this.#keep(await this.#connector.createSession({ scopes: wanted, instantPopup }));
  }

  async removeSession() {
    this.#signOuts += 1;
    this.#session = undefined;
    await this.#connector.removeSession();
    this.state.next(SessionState.SignedOut);
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
    const session = await this.#connector.refreshSession({ scopes: wanted });
    if (signOuts !== this.#signOuts) throw named('RejectedError', 'Signed out meanwhile');
    const current = this.#session;
    const narrower = current && !covers(session.providerInfo.scopes, current.providerInfo.scopes);
    // A session that may do more is worth more, until it ends.
    return narrower && !isStale(current) ? session : this.#keep(session);
  }

  /** @param {Session} session */
  #keep(session) {
    this.#session = session;
    this.state.next(SessionState.SignedIn);
    return session;
  }
}

/** @param {Session} session */
const isStale = ({ providerInfo, backstageIdentity }) =>
  [providerInfo.expiresAt, backstageIdentity?.expiresAt].some(
    expiresAt => expiresAt && expiresAt.getTime() - Date.now() < REFRESH_AHEAD_MS,
  );
