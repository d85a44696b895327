/**
 * API refs name interfaces, factories build them, and a registry holds both.
 * @module
 */
/** @template T @typedef {import('./types.js').ApiRef<T>} ApiRef */
/** @template T @typedef {import('./types.js').ApiFactory<T>} ApiFactory */
/** @typedef {import('./types.js').ApiScope} ApiScope */

const STRENGTH = { default: 0, app: 1, static: 2 };

/**
 * Names an interface. Without a configuration, returns what takes it: `createApiRef().with({ id })`.
 * @param {{ id: string }} [config] @returns {any}
 */
export function createApiRef(config) {
  if (!config) return { with: createApiRef };
  const { id } = config;
  if (!id.split('.').every(part => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/i.test(part))) {
    throw new Error(
      `API id must contain period-separated components that each match the plugin ID format (letters, digits, and dashes, starting with a letter), got '${id}'`,
    );
  }
  return Object.freeze({ id, T: null, toString: () => `apiRef{${id}}` });
}

/**
 * Says how to build what a ref names: a factory with its dependencies, or a ready instance.
 * @template T
 * @param {ApiRef<T> | { api: ApiRef<T>, deps?: Record<string, ApiRef<any>>, factory(deps: any): T }} apiOrFactory
 * @param {T} [instance]
 * @returns {ApiFactory<T>}
 */
export function createApiFactory(apiOrFactory, instance) {
  if ('factory' in apiOrFactory) return /** @type {any} */ ({ ...apiOrFactory, deps: apiOrFactory.deps ?? {} });
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

  /** @returns {Set<ApiRef<any>>} what there is a factory for */
  getAllApis() {
    return new Set([...this.#entries.values()].map(({ factory }) => factory.api));
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
