/**
 * Requests to sign in, collected into prompts.
 * @module
 */
import { named } from './named-error.js';
import { Observable } from './observable.js';
import { covers } from './scopes.js';

/** @typedef {import('./types.js').PendingOAuthRequest} PendingOAuthRequest */
/** @typedef {import('./types.js').Provider} Provider */

/** The pending sign-in requests of all providers; those of one provider join their scopes into one prompt. */
export class OAuthRequestManager {
  /** In the order in which the providers came. @type {Map<object, PendingOAuthRequest | undefined>} */
  #pending = new Map();
  /** @type {Observable<PendingOAuthRequest[]>} */
  #requests = new Observable(/** @type {PendingOAuthRequest[]} */ ([]));

  /**
   * @template T @param {{ provider: Provider, onAuthRequest(scopes: Set<string>): Promise<T> }} options
   * @returns {(scopes: Set<string>) => Promise<T>}
   */
  createAuthRequester({ provider, onAuthRequest }) {
    const key = {};
    this.#pending.set(key, undefined);
    /** @type {{ scopes: Set<string>, resolve(session: T): void, reject(error: Error): void }[]} */
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
      this.#pending.set(key, waiting.length ? { provider, trigger, reject } : undefined);
      this.#requests.next([...this.#pending.values()].filter(request => request !== undefined));
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
