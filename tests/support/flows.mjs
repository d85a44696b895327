// The walk of a sign-in, step by step, so that a test can interfere between any two steps.

import assert from 'node:assert/strict';
import { Jar } from './browser-jar.mjs';
import { readFrame } from './frame.mjs';

/** The app's origin in every test that does not say otherwise; nothing listens there. */
export const APP = 'http://localhost:3000';

/** The URL of `/start`. A parameter of null is left out. */
export function startUrl(door, { provider = 'oidc', env = 'development', scope = '', origin = APP, flow = 'popup', ...rest } = {}) {
  const url = new URL(`${door.auth}/${provider}/start`);
  for (const [key, value] of Object.entries({ env, scope, origin, flow, ...rest })) {
    if (value !== null && value !== undefined) url.searchParams.set(key, value);
  }
  return url.href;
}

/** Opens `/start` from the app's page; returns the redirect to the provider. */
export async function start(jar, door, options) {
  const response = await jar.send('GET', startUrl(door, options), { initiator: APP, topLevel: true });
  assert.equal(response.status, 302, `/start redirects: ${response.status} ${response.text.slice(0, 500)}`);
  return response.location;
}

/**
 * Walks through the provider as `as` (or refuses, with `deny`) and stops before the callback, which is returned unsent:
 * `{url}`, or `{url, method: 'POST', body}` when the provider answers with a form.
 */
export async function authorize(jar, location, { as = 'ada', deny, why } = {}) {
  let request = { url: location, initiator: 'http://localhost' };
  const isCallback = url => /\/handler\/frame(\?|$)/.test(url) || /[?&]state=/.test(url) && /[?&](code|error)=/.test(url) && !url.startsWith(new URL(location).origin);
  for (let page = 0; page < 8; page += 1) {
    const { url, response, stopped } = await jar.navigate(request.url, { ...request, stopAt: isCallback });
    if (stopped) return { url };
    const form = parseForm(response.text, url);
    if (response.status !== 200 || !form) throw new Error(`the provider answered ${response.status} at ${url}: ${response.text.slice(0, 600)}`);
    if (isCallback(form.action)) return { url: form.action, method: 'POST', body: form.body };
    const body = url.includes('/interaction/')
      ? new URLSearchParams(deny ? { deny: '1', ...(why && { why }) } : { account: as }).toString()
      : form.body;
    request = { url: form.action, method: 'POST', body, headers: FORM, initiator: new URL(url).origin };
  }
  throw new Error('the provider asked for too many pages');
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The first form of a page with its hidden fields, as an auto-submitting page would send it. */
export function parseForm(html, base) {
  const form = /<form[^>]*>[\s\S]*?<\/form>/i.exec(html)?.[0];
  if (!form) return undefined;
  const action = unescape(/action="([^"]*)"/i.exec(form)?.[1] ?? base);
  const fields = [...form.matchAll(/<input[^>]*>/gi)].map(([input]) => [
    unescape(/name="([^"]*)"/i.exec(input)?.[1] ?? ''),
    unescape(/value="([^"]*)"/i.exec(input)?.[1] ?? ''),
  ]);
  return { action: new URL(action, base).href, method: /method="?(\w+)/i.exec(form)?.[1]?.toUpperCase() ?? 'GET', fields, body: new URLSearchParams(fields.filter(([name]) => name)).toString() };
}

const unescape = text =>
  text
    .replace(/&#x([\da-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, dec) => String.fromCodePoint(Number(dec)))
    .replace(/&(quot|apos|lt|gt|amp);/g, (_, name) => ({ quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' })[name]);

/** Delivers a callback as the browser coming from the provider would; re-posts once when our own page asks for it. */
export async function deliver(jar, { url, method = 'GET', body }, { initiator = 'http://127.0.0.1', headers = {} } = {}) {
  const response = await jar.send(method, url, { initiator, topLevel: true, body, headers: { ...(body !== undefined && FORM), ...headers } });
  const again = method === 'POST' && response.status === 200 && parseForm(response.text, url);
  if (!again) return response;
  return jar.send(again.method, again.method === 'GET' ? `${again.action}?${again.body}` : again.action, {
    initiator: new URL(url).origin,
    topLevel: true,
    ...(again.method === 'POST' && { body: again.body, headers: FORM }),
  });
}

/** A whole popup sign-in. Returns `{response, session, error, origin}`. */
export async function signIn(jar, door, { as, deny, why, ...options } = {}) {
  const callback = await authorize(jar, await start(jar, door, options), { as, deny, why });
  const response = await deliver(jar, callback);
  assert.equal(response.status, 200, `the frame handler answers 200: ${response.status} ${response.text.slice(0, 500)}`);
  return { response, callback, ...readFrame(response) };
}

/** A sign-in that must succeed, in a new jar unless one is given. */
export async function signedIn(door, { jar = new Jar(), ...options } = {}) {
  const result = await signIn(jar, door, options);
  assert.equal(result.error, undefined, `sign-in succeeds: ${JSON.stringify(result.error)}`);
  assert.deepEqual(jar.rejected, [], 'a browser keeps every cookie it is given');
  return { jar, ...result };
}

/** Signs out at the provider, saying yes where it asks, from its `end_session_endpoint` on; where that leaves the browser. */
export async function endProviderSession(jar, url, options = {}) {
  const page = await jar.navigate(url, { initiator: APP, ...options });
  const form = page.response && parseForm(page.response.text, page.url);
  assert.ok(form, `the provider asks: ${page.response?.status} ${page.response?.text.slice(0, 300)}`);
  return jar.navigate(form.action, { method: 'POST', body: `${form.body}&logout=yes`, headers: FORM, initiator: new URL(page.url).origin, stopAt: next => !next.startsWith(new URL(page.url).origin) });
}

export const XHR = { 'x-requested-with': 'XMLHttpRequest' };

/** `/refresh` as the frontend calls it. */
export function refresh(jar, door, { provider = 'oidc', env = 'development', scope, from = APP, method = 'GET', headers = XHR, ...rest } = {}) {
  const query = new URLSearchParams({ optional: '', ...(scope !== undefined && { scope }), ...(env !== undefined && { env }) });
  return jar.fetch(method, `${door.auth}/${provider}/refresh?${query}`, { from, headers, ...rest });
}

/** `/logout` as the frontend calls it. */
export function logout(jar, door, { provider = 'oidc', env = 'development', from = APP, headers = XHR } = {}) {
  return jar.fetch('POST', `${door.auth}/${provider}/logout?env=${env}`, { from, headers });
}
