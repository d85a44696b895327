// Circumstances a case takes place in: a proxy before us, a provider that is away, refuses, or has much to say.

import { Jar, parseSetCookie } from '../../support/browser-jar.mjs';
import { XHR, authorize, startUrl } from '../../support/flows.mjs';
import { send } from '../../support/http.mjs';
import { lengthenRefreshTokens } from './long-tokens.mjs';
import { PROXIED } from './sides.mjs';

/** What a browser that knows us by the name of the proxy sends back of these lines. */
const cookieHeader = lines =>
  lines.map(line => parseSetCookie(line, new URL(PROXIED))).filter(({ value }) => value !== '').map(({ name, value }) => `${name}=${value}`).join('; ');

/** The callback as a proxy passes it on that is known by another name, over https. */
export async function proxiedCallback(side, options) {
  const { location, setCookies } = await send('GET', startUrl(side, { env: 'proxied', ...options }));
  const { url } = await authorize(new Jar(), location);
  return side.get(`/oidc/handler/frame${new URL(url).search}`, { cookie: cookieHeader(setCookies) });
}

/** Signs in through the proxy, then makes one request through it. */
export async function proxied(side, method, path, { origin, from }) {
  const { setCookies } = await proxiedCallback(side, { origin });
  return side.send(method, `/oidc/${path}?env=proxied`, { headers: { ...XHR, ...(from && { origin: from }), cookie: cookieHeader(setCookies) } });
}

/** Runs while the provider issues no refresh tokens. */
export async function withoutRefreshTokens(side, run) {
  side.idp.refreshTokens = false;
  try {
    return await run();
  } finally {
    side.idp.refreshTokens = true;
  }
}

/** Runs while the provider's refresh tokens are long. */
export async function withLongTokens(side, length, run) {
  const end = lengthenRefreshTokens(side.idp, length);
  try {
    return await run();
  } finally {
    end();
  }
}

/** Runs with a path of the provider answering `fault`. */
export async function without(side, path, fault, run) {
  side.idp.faults.set(path, fault);
  try {
    return await run();
  } finally {
    side.idp.faults.delete(path);
  }
}
