// A person in front of Keycloak's login page.

import assert from 'node:assert/strict';
import { Jar } from '../../support/browser-jar.mjs';
import { APP, deliver, parseForm, start } from '../../support/flows.mjs';
import { readFrame } from '../../support/frame.mjs';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The page that Keycloak shows at the end of a walk: `{form, text, url}`; or `{callback}`, where it sent the browser back. */
async function walk(jar, door, url, options) {
  const page = await jar.navigate(url, { ...options, stopAt: next => next.startsWith(`${door.auth}/`) });
  if (page.stopped) return { callback: page.url };
  const { status, text } = page.response;
  assert.equal(status, 200, `Keycloak answered ${status} at ${page.url}: ${text.replace(/\s+/g, ' ').slice(0, 2_000)}`);
  return { form: parseForm(text, page.url), text, url: page.url };
}

/** Opens `/start` and follows to Keycloak: its login form, or straight back by single sign-on. */
export const atKeycloak = async (jar, door, options) => walk(jar, door, await start(jar, door, options), { initiator: APP });

/** Signs in at another application of the realm, so that the session at Keycloak is not of ours alone. */
export async function signInElsewhere(jar, keycloak, { client, redirectUri, as }) {
  const query = new URLSearchParams({ client_id: client, redirect_uri: redirectUri, response_type: 'code', scope: 'openid' });
  const page = await jar.navigate(`${keycloak.issuer}/protocol/openid-connect/auth?${query}`);
  const form = parseForm(page.response.text, page.url);
  const fields = new URLSearchParams({ username: as, password: `${as}-password` }).toString();
  const back = await jar.navigate(form.action, { method: 'POST', body: fields, headers: FORM, initiator: keycloak.url, stopAt: next => next.startsWith(redirectUri) });
  assert.ok(back.stopped, `Keycloak lets ${as} in: ${back.response?.text.slice(0, 2_000)}`);
}

/** Fills in the login form. */
export function fillIn(jar, door, { form, url }, { as, password = `${as}-password` }) {
  const fields = new URLSearchParams(form.fields.filter(([name]) => name));
  if (fields.has('username')) fields.set('username', as);
  fields.set('password', password);
  return walk(jar, door, form.action, { method: 'POST', body: fields.toString(), headers: FORM, initiator: new URL(url).origin });
}

/** Keycloak's "Restart login" beside the name of whoever it knows, which is its way to another account. */
export function restartLogin(jar, door, { text, url }) {
  const path = /location\.href='([^']*\/login-actions\/restart[^']*)'/.exec(text)?.[1];
  assert.ok(path, `the page offers it: ${text.replace(/\s+/g, ' ').slice(0, 2_000)}`);
  return walk(jar, door, new URL(path.replaceAll('&amp;', '&'), url).href, { initiator: new URL(url).origin });
}

/** Brings the answer home: what the popup says to the app. */
export async function comeBack(jar, { callback }) {
  const response = await deliver(jar, { url: callback }, { initiator: 'http://localhost' });
  assert.equal(response.status, 200, response.text.slice(0, 500));
  return readFrame(response);
}

/** A whole popup sign-in: `{session, error, asked}`, where `asked` tells whether there was a login form. */
export async function signIn(jar, door, { as = 'ada', ...options } = {}) {
  const page = await atKeycloak(jar, door, options);
  const back = page.callback ? page : await fillIn(jar, door, page, { as });
  assert.ok(back.callback, `Keycloak lets ${as} in: ${back.text?.replace(/\s+/g, ' ').slice(0, 2_000)}`);
  return { ...(await comeBack(jar, back)), asked: !page.callback };
}

/** A sign-in that must succeed, in a new jar unless one is given. */
export async function signedIn(door, { jar = new Jar(), ...options } = {}) {
  const result = await signIn(jar, door, options);
  assert.equal(result.error, undefined, `sign-in succeeds: ${JSON.stringify(result.error)}`);
  assert.deepEqual(jar.rejected.filter(({ line }) => line.startsWith('oidc-')), [], 'a browser keeps every cookie it is given');
  return { jar, ...result };
}
