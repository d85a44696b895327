// A person in front of Dex's pages.

import assert from 'node:assert/strict';
import { Jar } from '../../support/browser-jar.mjs';
import { APP, deliver, parseForm, start } from '../../support/flows.mjs';
import { readFrame } from '../../support/frame.mjs';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Where a walk ends: `{form, text, url}` of Dex's page; or `{callback}`, where it sent the browser back. */
async function walk(jar, door, url, options) {
  const page = await jar.navigate(url, { ...options, stopAt: next => next.startsWith(`${door.auth}/`) });
  if (page.stopped) return { callback: page.url };
  const { status, text } = page.response;
  // A wrong password is a page of status 401.
  assert.ok(status === 200 || status === 401, `Dex answered ${status} at ${page.url}: ${text.replace(/\s+/g, ' ').slice(0, 2_000)}`);
  return { form: parseForm(text, page.url), text, url: page.url };
}

/** Opens `/start` and follows to Dex. */
export const atDex = async (jar, door, options) => walk(jar, door, await start(jar, door, options), { initiator: APP });

/** Fills in the login form. */
export function fillIn(jar, door, { form, url }, { as, password = 'password' }) {
  const fields = new URLSearchParams({ login: `${as}@example.com`, password }).toString();
  return walk(jar, door, form.action, { method: 'POST', body: fields, headers: FORM, initiator: new URL(url).origin });
}

/** A whole popup sign-in: `{session, error, asked}`, where `asked` tells whether there was a login form. */
export async function signIn(jar, door, { as = 'ada', ...options } = {}) {
  const page = await atDex(jar, door, options);
  const back = page.callback ? page : await fillIn(jar, door, page, { as });
  assert.ok(back.callback, `Dex lets ${as} in: ${back.text?.replace(/\s+/g, ' ').slice(0, 2_000)}`);
  const response = await deliver(jar, { url: back.callback }, { initiator: 'http://localhost' });
  assert.equal(response.status, 200, response.text.slice(0, 500));
  return { ...readFrame(response), asked: !page.callback };
}

/** A sign-in that must succeed, in a new jar unless one is given. */
export async function signedIn(door, { jar = new Jar(), ...options } = {}) {
  const result = await signIn(jar, door, options);
  assert.equal(result.error, undefined, `sign-in succeeds: ${JSON.stringify(result.error)}`);
  return { jar, ...result };
}
