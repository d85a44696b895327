/**
 * What a session may do.
 * @module
 */
/** @param {Set<string>} have @param {Iterable<string>} want */
export const covers = (have, want) => [...want].every(scope => have.has(scope));
