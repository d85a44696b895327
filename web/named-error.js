/**
 * Errors are told apart by their names, as in Backstage.
 * @module
 */
/** @param {string} name @param {string} message @param {object} [extra] */
export const named = (name, message, extra) => Object.assign(new Error(message), { name, ...extra });
