// Every secret that a sign-in and its refreshes bring about, and a search for them in bytes, however they are written.

import assert from 'node:assert/strict';
import { Jar } from './browser-jar.mjs';
import { SESSION_SECRET } from './house.mjs';
import { authorize, deliver, logout, refresh, start } from './flows.mjs';
import { readFrame } from './frame.mjs';

/** Signs people in at `door`, refreshes often, signs one out; all secrets that came by, by name, each with the bytes it stands for. */
export async function walkThrough(door, idp) {
  const secrets = new Map();
  const note = (name, text) => text && secrets.set(`${name} ${secrets.size}`, text);
  const noteTokens = ({ providerInfo: { accessToken, idToken }, backstageIdentity }) => {
    note('access token', accessToken);
    for (const part of idToken.split('.').slice(1)) note('part of an ID token', part);
    note('Backstage token', backstageIdentity?.token.split('.')[2]);
  };
  const noteCookies = jar => {
    for (const { name, value } of jar.held()) {
      const plain = decodeURIComponent(value);
      if (name.endsWith('-refresh-token')) {
        note('session cookie', plain);
        note('secret half of a session cookie', Buffer.from(plain.slice('sd1.'.length), 'base64url').subarray(16).toString('base64url'));
      } else if (name.includes('-nonce')) note('flow cookie', plain);
    }
  };
  const noteProvider = () => {
    for (const { payload } of idp.store.of('RefreshToken')) note('refresh token', payload.jti);
  };

  const jars = [];
  for (const as of ['ada', 'grace', 'ada']) {
    const jar = new Jar();
    const location = await start(jar, door);
    noteCookies(jar);
    note('nonce', new URL(location).searchParams.get('nonce'));
    note('state', new URL(location).searchParams.get('state'));
    const callback = await authorize(jar, location, { as });
    note('code', new URL(callback.url).searchParams.get('code'));
    noteTokens(readFrame(await deliver(jar, callback)).session);
    for (let turn = 0; turn < 3; turn += 1) {
      noteCookies(jar);
      noteProvider();
      const response = await refresh(jar, door);
      assert.equal(response.status, 200, response.text);
      noteTokens(response.json());
    }
    noteCookies(jar);
    noteProvider();
    jars.push(jar);
  }
  assert.equal((await logout(jars[2], door)).status, 200);
  note('client secret', idp.store.clients.get('backstage').client_secret);
  note('session secret', SESSION_SECRET);
  assert.ok(secrets.size > 40, `there are secrets to look for: ${secrets.size}`);
  return { secrets, jars };
}

/** Every way in which a text may be written down. */
function forms(text) {
  const bytes = [Buffer.from(text)];
  // What is base64 in itself may lie there as the bytes it stands for.
  if (/^[\w-]{20,}$/.test(text)) bytes.push(Buffer.from(text, 'base64url'));
  const encoded = bytes.flatMap(each => [
    ...base64Within(each),
    each.toString('hex'),
    each.toString('hex').toUpperCase(),
  ]);
  return [...bytes, ...[encodeURIComponent(text), ...encoded].map(form => Buffer.from(form))];
}

/** What stays the same of `bytes` in base64, wherever in a longer text they begin, in both alphabets. */
function base64Within(bytes) {
  return [0, 1, 2].flatMap(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
    const kept = text.slice(Math.ceil((shift * 8) / 6), -1);
    return [kept, kept.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Fails if any of `secrets` is in `bytes` in any form. */
export function assertNoneIn(bytes, secrets, where) {
  for (const [name, text] of secrets) {
    for (const form of forms(text)) assert.ok(!bytes.includes(form), `${where} holds a secret: ${name}`);
  }
}

/** That the search finds what is there: each secret, in each form, within other bytes. */
export function assertSearchWorks(secrets) {
  for (const [name, text] of secrets) {
    for (const form of forms(text)) {
      const bytes = Buffer.concat([Buffer.from('before'), form, Buffer.from('after')]);
      assert.throws(() => assertNoneIn(bytes, [[name, text]], 'a haystack'), /a haystack holds a secret/, name);
    }
    const json = Buffer.from(JSON.stringify({ token: text })).toString('base64');
    assert.throws(() => assertNoneIn(Buffer.from(json), [[name, text]], 'JSON in base64'), name);
  }
}
