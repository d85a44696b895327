// A browser's memory without the browser: which cookies it keeps, and which it sends along (RFC 6265bis).

import { send } from './http.mjs';
import { secretsOfCookie } from './record.mjs';

const MAX_COOKIE_BYTES = 4096;

/** A cookie jar that makes requests the way a browser would. */
export class Jar {
  cookies = [];
  /** Set-Cookie lines a browser would have thrown away, with the reason. */
  rejected = [];

  /**
   * One request. `initiator` is the origin of the page that causes it (absent: typed into the address bar);
   * `topLevel` tells a navigation from a fetch.
   */
  async send(method, url, { initiator, topLevel = false, headers = {}, ...rest } = {}) {
    const cookie = this.header(url, { method, initiator, topLevel });
    const response = await send(method, url, { ...rest, headers: { ...(cookie && { cookie }), ...headers } });
    this.store(url, response.setCookies);
    return response;
  }

  /** A fetch with `credentials: "include"` from a page of `from`. */
  fetch(method, url, { from, headers = {}, ...rest } = {}) {
    const origin = from && (from !== new URL(url).origin || method !== 'GET') ? { origin: from } : {};
    return this.send(method, url, { initiator: from, headers: { ...origin, ...headers }, ...rest });
  }

  /** A navigation that follows redirects until `stopAt(url)` or an answer that is none. */
  async navigate(url, { initiator, method = 'GET', body, headers, stopAt = () => false } = {}) {
    for (let hop = 0; hop < 20; hop += 1) {
      const response = await this.send(method, url, { initiator, topLevel: true, body, headers });
      if (![301, 302, 303, 307, 308].includes(response.status)) return { url, response };
      const next = new URL(response.location, url).href;
      if (stopAt(next)) return { url: next, stopped: true };
      if (response.status < 307) {
        method = 'GET';
        body = undefined;
        headers = undefined;
      }
      url = next;
    }
    throw new Error(`more than 20 redirects, last to ${url}`);
  }

  /** The `Cookie` header a browser would send, or undefined. */
  header(url, { method = 'GET', initiator, topLevel = true } = {}) {
    const target = new URL(url);
    const crossSite = initiator !== undefined && site(initiator) !== site(target);
    const now = Date.now();
    this.cookies = this.cookies.filter(cookie => cookie.expires > now);
    const matching = this.cookies.filter(
      cookie =>
        domainMatches(cookie, target.hostname) &&
        pathMatches(cookie.path, target.pathname) &&
        (!cookie.secure || trustworthy(target)) &&
        (!crossSite || mayCrossSites(cookie, method, topLevel)),
    );
    matching.sort((a, b) => b.path.length - a.path.length || a.created - b.created);
    return matching.length === 0 ? undefined : matching.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  /** Takes in the `Set-Cookie` lines of an answer from `url`. */
  store(url, lines) {
    for (const line of lines) {
      const cookie = parseSetCookie(line, new URL(url));
      secretsOfCookie(cookie.name, cookie.value);
      if (cookie.reject) {
        this.rejected.push({ line, reason: cookie.reject });
        continue;
      }
      const old = this.cookies.findIndex(
        other => other.name === cookie.name && other.domain === cookie.domain && other.path === cookie.path,
      );
      if (old >= 0) {
        cookie.created = this.cookies[old].created;
        this.cookies.splice(old, 1);
      }
      if (cookie.expires > Date.now()) this.cookies.push(cookie);
    }
  }

  /** The cookies kept for a host, by name. */
  held(host = 'localhost') {
    return this.cookies.filter(cookie => cookie.domain === host);
  }

  /** Another jar with the same content: what a thief, or a second tab's snapshot, would hold. */
  copy() {
    const twin = new Jar();
    twin.cookies = this.cookies.map(cookie => ({ ...cookie }));
    return twin;
  }
}

/** Parses one `Set-Cookie` line as a browser at `url` would; `reject` names the reason it would be thrown away. */
export function parseSetCookie(line, url) {
  const [pair, ...attributes] = line.split(';').map(part => part.trim());
  const equals = pair.indexOf('=');
  const cookie = {
    name: pair.slice(0, equals),
    value: pair.slice(equals + 1),
    domain: url.hostname,
    hostOnly: true,
    path: url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/'))),
    secure: false,
    httpOnly: false,
    sameSite: 'Lax',
    expires: Infinity,
    created: performance.now(),
  };
  let maxAge;
  for (const attribute of attributes) {
    const [key, value = ''] = attribute.split(/=(.*)/s);
    switch (key.toLowerCase()) {
      case 'path':
        if (value.startsWith('/')) cookie.path = value;
        break;
      case 'secure':
        cookie.secure = true;
        break;
      case 'httponly':
        cookie.httpOnly = true;
        break;
      case 'samesite':
        cookie.sameSite = value[0]?.toUpperCase() + value.slice(1).toLowerCase();
        break;
      case 'max-age':
        maxAge = Number(value);
        break;
      case 'expires':
        cookie.expires = Date.parse(value);
        break;
      case 'domain':
        cookie.domain = value.replace(/^\./, '').toLowerCase();
        cookie.hostOnly = false;
        break;
      default:
    }
  }
  if (maxAge !== undefined) {
    cookie.maxAge = maxAge;
    cookie.expires = maxAge <= 0 ? 0 : Date.now() + maxAge * 1000;
  }
  if (equals < 1) cookie.reject = 'no name';
  else if (Buffer.byteLength(pair) > MAX_COOKIE_BYTES) cookie.reject = 'too large';
  else if (cookie.secure && !trustworthy(url)) cookie.reject = 'Secure over http';
  else if (cookie.sameSite === 'None' && !cookie.secure) cookie.reject = 'SameSite=None without Secure';
  else if (cookie.name.startsWith('__Host-') && (!cookie.secure || cookie.path !== '/' || !cookie.hostOnly)) cookie.reject = '__Host- rules';
  else if (cookie.name.startsWith('__Secure-') && !cookie.secure) cookie.reject = '__Secure- rules';
  else if (!domainMatches(cookie, url.hostname)) cookie.reject = 'foreign domain';
  return cookie;
}

const site = url => {
  const { protocol, hostname } = new URL(url);
  const registrable = /^[\d.]+$/.test(hostname) ? hostname : hostname.split('.').slice(-2).join('.');
  return `${protocol}//${registrable}`;
};

const trustworthy = url => url.protocol === 'https:' || ['localhost', '127.0.0.1'].includes(url.hostname);

const domainMatches = ({ domain, hostOnly }, host) => host === domain || (!hostOnly && host.endsWith(`.${domain}`));

const pathMatches = (cookiePath, path) =>
  path === cookiePath || (path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/'));

const mayCrossSites = ({ sameSite }, method, topLevel) =>
  sameSite === 'None' || (sameSite === 'Lax' && topLevel && method === 'GET');
