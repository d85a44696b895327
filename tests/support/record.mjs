// What a run of the suite leaves behind for the last question: did anything that was written hold anything that was secret?
// Only where STAGEDOOR_TEST_RECORD names a directory, which `leaks.mjs` does.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.env.STAGEDOOR_TEST_RECORD;

/** Shorter ones are in every text. */
const SHORTEST = 12;

/** Whether this run is recorded. */
export const recording = directory !== undefined;

let runs = 0;

/** Keeps what a process writes; returns what to call with each piece. */
export function outputOf(name) {
  if (!recording) return () => {};
  const file = join(directory, `${process.pid}-${(runs += 1)}-${name}.log`);
  return text => appendFileSync(file, text);
}

const known = new Set();

/** Remembers a secret that is in use, and what it is. */
export function isSecret(what, value) {
  if (!recording || typeof value !== 'string' || value.length < SHORTEST || known.has(value)) return;
  known.add(value);
  appendFileSync(join(directory, `${process.pid}.secrets`), `${JSON.stringify({ what, value, test: process.argv[1] })}\n`);
}

const SECRET_KEY = /secret|password|token$|^key$/i;

/** Remembers the secrets of a configuration. */
export function secretsOfConfig(config, key = '') {
  if (typeof config === 'string') {
    if (SECRET_KEY.test(key) && !config.includes('${')) isSecret(`${key} of the configuration`, config);
  } else if (typeof config === 'object' && config !== null) {
    for (const [name, value] of Object.entries(config)) secretsOfConfig(value, Array.isArray(config) ? key : name);
  }
}

/** Remembers the tokens of an answer that holds a session. */
export function secretsOfAnswer(text) {
  if (!recording || !text.includes('oken')) return;
  for (const [, what, value] of text.matchAll(/"(idToken|accessToken|token|access_token|refresh_token|id_token)":"([^"]+)"/g)) isSecret(what, value);
}

/** Remembers what the cookies of an answer hold, but for flags. */
export function secretsOfCookie(name, value) {
  if (/-nonce|-refresh-token|-session/.test(name)) {
    isSecret(`cookie ${name}`, value);
    if (/^(%[\da-f]{2}|[^%])*$/i.test(value)) isSecret(`cookie ${name}`, unescape(value));
  }
}
