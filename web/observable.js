/**
 * A value that changes.
 * @module
 */
/** What libraries of observables look for: a symbol where one is agreed upon, else this name. */
const INTEROP = /** @type {any} */ (Symbol).observable ?? '@@observable';

/** The latest value, for everyone who listens; told only when it changes. @template T */
export class Observable {
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
    const listener = value => {
      try {
        if (typeof observer === 'function') observer(value);
        else observer.next?.(value);
      } catch (error) {
        // A listener's mistake is its own: the others are told, and nobody's sign-in fails.
        setTimeout(() => {
          throw error;
        });
      }
    };
    listeners.add(listener);
    listener(this.#value);
    return {
      unsubscribe: () => void listeners.delete(listener),
      get closed() {
        return !listeners.has(listener);
      },
    };
  }

  [INTEROP]() {
    return this;
  }
}
