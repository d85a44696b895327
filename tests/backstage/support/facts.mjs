// An answer, taken apart into facts that two servers can be compared by: what is random or made of secrets becomes a word for
// its kind, everything else stays as it is.

import { readFrame } from '../../support/frame.mjs';

/** Headers of the way an answer takes, and those that are taken apart by themselves. */
const OTHER_HEADERS = ['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'set-cookie', 'location'];

/** Fact → value of one answer of one side. */
export function factsOf(response, side) {
  const facts = new Map([['status', response.status]]);
  const say = (fact, value) => facts.set(fact, typeof value === 'string' ? plain(value, side) : value);
  for (const [name, value] of Object.entries(response.headers)) if (!OTHER_HEADERS.includes(name)) say(`header ${name}`, headerOf(name, value));
  if (response.location !== undefined) sayLocation(response.location, side, say);
  for (const line of response.setCookies) sayCookie(line, side, say);
  sayBody(response, side, say);
  return facts;
}

/** A word for a header value that is random; others without what says nothing: the order and letters of a list, the name of UTF-8, compression on the way. */
function headerOf(name, value) {
  if (['etag', 'x-request-id'].includes(name)) return 'random';
  if (name === 'content-security-policy') return value.replace(/'sha256-[\w+/]+='/, "'sha256-HASH'");
  if (name === 'content-type') return value.replace(/; charset=utf-8$/i, '');
  if (name === 'x-frame-options') return value.toLowerCase();
  if (name === 'vary') return value.toLowerCase().split(/, */).filter(token => token !== 'accept-encoding').sort().join(' ');
  return value;
}

/** Ports are the only thing in the two app-configs that differ. */
const plain = (text, side) => text.replaceAll(`localhost:${side.port}`, 'localhost:PORT');

function sayLocation(location, side, say) {
  const { origin, pathname, searchParams, hash } = new URL(location, side.baseUrl);
  say('location', `${origin}${pathname}${hash}`);
  for (const [name, value] of searchParams) say(`location ${name}`, kindOf(name, value, side));
}

function sayCookie(line, side, say) {
  const [pair, ...attributes] = line.split('; ');
  const [called, value] = pair.split(/=(.*)/s);
  const name = called.replace(/(-refresh-token|-granted-scope)\..+$/, '$1');
  if (name !== called) say('cookies of the environment', 'its own');
  const domain = attributes.find(attribute => attribute.startsWith('Domain='));
  const expires = attributes.some(attribute => attribute.startsWith('Expires='));
  const fact = ['cookie', name.replace(/(-nonce)\..+$/, '$1.FLOW'), ...(domain ? [domain] : [])].join(' ');
  const kind = value === '' ? 'removed' : kindOf(name, decodeURIComponent(value), side);
  say(fact, [kind, ...attributes.filter(attribute => !/^(Domain|Expires)=/.test(attribute)).sort()].join('; '));
  say(`${fact} Expires`, expires);
}

function sayBody(response, side, say) {
  const type = response.headers['content-type'] ?? '';
  if (type.startsWith('application/json') && response.text !== '') {
    flatten('body', response.json(), side, say);
  } else if (type.startsWith('text/html') && response.text.includes('postMessage')) {
    const { origin, session, error } = readFrame(response);
    say('frame origin', origin);
    flatten('frame', { session, error }, side, say);
  } else {
    say('body', response.text.slice(0, 400));
  }
}

function flatten(fact, value, side, say) {
  if (value === null || typeof value !== 'object') {
    if (value !== undefined) say(fact, kindOf(fact.split('.').at(-1), value, side));
  } else if (Array.isArray(value) && value.every(item => typeof item !== 'object')) {
    say(fact, value.toSorted().join(' '));
  } else if (Array.isArray(value)) {
    say(fact, `a list of ${value.length}`);
    value.forEach(item => flatten(`${fact}[]`, item, side, say));
  } else {
    for (const [key, item] of Object.entries(value)) flatten(`${fact}.${key}`, item, side, say);
  }
}

/** A word for what differs from one request to the next; the value itself for what must not. */
function kindOf(name, value, side) {
  if (name === 'expiresInSeconds') return `${Math.ceil(value / 60)} minutes`;
  if (typeof value !== 'string') return value;
  if (name === 'state') return hexForm(value) ?? 'opaque';
  if (/-nonce/.test(name)) return 'a secret of the flow';
  if (/-refresh-token/.test(name)) return side.idp.store.records.has(`RefreshToken:${value.split('.')[0]}`) ? "the provider's refresh token" : /^x+$/.test(value) ? 'the rest of it' : 'opaque';
  if (name === 'url') return value.replace(/\bcode=[\w-]{40,}/, 'code=CODE');
  if (['nonce', 'code_challenge', 'accessToken', 'kid', 'x', 'y', 'requestId'].includes(name)) return `random ${name}`;
  return jwt(value) ?? value;
}

function hexForm(value) {
  if (!/^([0-9a-f]{2})+$/.test(value)) return undefined;
  return `hex of ${[...new URLSearchParams(Buffer.from(value, 'hex').toString()).keys()].sort().join(' ')}`;
}

function jwt(value) {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) return undefined;
  try {
    const [{ kid, ...header }, payload] = value.split('.').slice(0, 2).map(part => JSON.parse(Buffer.from(part, 'base64url')));
    const { iat, exp, nonce, at_hash: hash, uip, ...claims } = payload;
    const times = Object.entries({ iat, exp, nonce, hash, uip }).filter(([, claim]) => claim !== undefined).map(([claim]) => claim);
    return `a JWT ${JSON.stringify(header)} ${JSON.stringify(Object.fromEntries(Object.entries(claims).sort()))} ${exp - iat} ${times}`;
  } catch {
    return undefined;
  }
}
