// Cookies that another host of the domain has planted: nobody is signed in as somebody else by them

import assert from 'node:assert/strict';
import { after, describe } from 'node:test';
import { assertError, assertSession, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { APP, XHR, authorize, deliver, logout, refresh, signedIn, start } from '../support/flows.mjs';
import { readFrame } from '../support/frame.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { startIdp } from '../support/provider.mjs';
import { send } from '../support/http.mjs';

const HOST = 'auth.example.com';
const BASE = `https://${HOST}`;
const providers = idp => ({ oidc: { development: providerBlock(idp) }, other: { development: providerBlock(idp) } });

/** A browser that believes in auth.example.com over https, where a proxy ends TLS before the door. */
class Behind extends Jar {
  constructor(door) {
    super();
    this.door = door;
  }

  async send(method, url, options = {}) {
    if (new URL(url).host !== HOST) return super.send(method, url, options);
    const { initiator, topLevel = false, headers = {}, ...rest } = options;
    const cookie = this.header(url, { method, initiator, topLevel });
    const response = await send(method, url.replace(BASE, this.door.local), { ...rest, headers: { ...(cookie && { cookie }), ...headers } });
    this.store(url, response.setCookies);
    return response;
  }

  /** What a page of evil.example.com can do. */
  plant(name, value) {
    this.store('https://evil.example.com/', [`${name}=${value}; Domain=example.com; Path=/api/auth/oidc; Secure; SameSite=None`, `${name}=${value}; Domain=example.com; Path=/; Secure; SameSite=None`]);
    return this;
  }
}

const idp = await startIdp();
after(() => idp.down());
const { door, close } = await openHouse({ idp, baseUrl: BASE, app: { baseUrl: 'https://portal.example.com' }, auth: { experimentalExtraAllowedOrigins: [APP] }, providers });
after(close);

const browser = () => new Behind(door);
const ours = jar => jar.held(HOST).filter(({ name }) => name.startsWith('__Host-'));
const sessionOf = jar => ours(jar).find(({ name }) => name.includes('-session'));

describe('cookies over https', () => {
  better('a planted cookie that is no ASCII hides none of ours, and a space of Unicode makes none of ours', async () => {
    const jar = browser().plant('tracker', 'M\u00fcller');
    readFrame(await deliver(jar, await authorize(jar, await start(jar, door))));
    assert.equal((await refresh(jar, door)).status, 200);
    const thief = (await signedIn(door, { jar: browser(), as: 'grace' })).jar;
    const { name, value } = sessionOf(thief);
    for (const space of ['\u00a0', '\u2000', '\u3000']) {
      const cookie = Buffer.from(`${space}${name}=${value}`).toString('latin1');
      assertError(await send('GET', `${door.local}/api/auth/oidc/refresh?env=development`, { headers: { ...XHR, cookie } }), 401, 'AuthenticationError');
    }
  });

  better('ours are guarded: their names, for the whole host, and for no other', async () => {
    const jar = browser();
    const location = await start(jar, door);
    const [flow] = ours(jar);
    assert.match(flow.name, /^__Host-oidc-nonce\.[\w-]{22}$/);
    readFrame(await deliver(jar, await authorize(jar, location)));
    assert.deepEqual(ours(jar).map(({ name, path, secure, hostOnly }) => ({ name, path, secure, hostOnly })), [{ name: '__Host-oidc-session', path: '/', secure: true, hostOnly: true }]);
    assert.deepEqual(jar.rejected, []);
    assert.equal((await refresh(jar, door)).status, 200);
    assert.equal((await logout(jar, door)).status, 200);
    assert.deepEqual(jar.held(HOST).filter(({ name }) => /session|token|nonce/.test(name)), []);
  });

  better('all that goes to the whole host is small, whatever flows are open', async () => {
    const jar = browser();
    for (let n = 0; n < 12; n += 1) await start(jar, door, { provider: n % 2 ? 'oidc' : 'other' });
    const open = ours(jar).filter(({ name }) => name.includes('-nonce'));
    assert.equal(open.length, 6, 'of both providers together');
    assert.ok(open.reduce((sum, { name, value }) => sum + name.length + value.length, 0) < 6_000);
    const { session } = await signedIn(door, { jar });
    assertSession(session);
  });
});

describe('planted cookies over https', () => {
  better('a session of the attacker’s own is not one of the victim’s', async () => {
    const attacker = browser();
    await signedIn(door, { jar: attacker, as: 'grace' });
    const { value } = sessionOf(attacker);
    for (const name of ['oidc-refresh-token', 'oidc-session', 'oidc-refresh-token-0', '__Host-oidc-session']) {
      const victim = browser().plant(name, value);
      const sent = victim.header(`${door.auth}/oidc/refresh`, { initiator: APP, topLevel: false }) ?? '';
      assert.equal(sent.includes(value), !name.startsWith('__Host-'), 'the browser sends it along');
      assertError(await refresh(victim, door), 401, 'AuthenticationError', /Missing session cookie/);
      assert.equal(victim.rejected.length, name.startsWith('__Host-') ? 2 : 0, 'a browser takes no guarded cookie from another host');
    }
  });

  better('nor does it take the place of the session that the victim has', async () => {
    const attacker = browser();
    await signedIn(door, { jar: attacker, as: 'grace' });
    const { jar: victim } = await signedIn(door, { jar: browser() });
    victim.plant('oidc-refresh-token', sessionOf(attacker).value).plant('oidc-refresh-token-0', 'a-refresh-token-of-the-attacker');
    const session = (await refresh(victim, door)).json();
    assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
    assert.equal((await refresh(attacker, door)).status, 200, 'and nothing happened to the other');
  });

  better('a flow that the attacker began does not end in the victim’s browser', async () => {
    const attacker = browser();
    const callback = await authorize(attacker, await start(attacker, door), { as: 'grace' });
    const [flow] = ours(attacker);
    const victim = browser().plant(flow.name.replace('__Host-', ''), flow.value).plant(flow.name, flow.value);
    const { error, session } = readFrame(await deliver(victim, callback));
    assert.equal(session, undefined);
    assert.match(error.message, /missing cookie nonce/);
    assert.equal(sessionOf(victim), undefined);
  });
});

describe('moving over from Backstage over https', () => {
  /** A refresh token of ada's, in the cookie of Backstage, set by our own host. */
  async function mover(at) {
    const jar = new Behind(at);
    const { jar: before } = await signedIn(door, { jar: browser() });
    assert.ok(sessionOf(before));
    const token = idp.store.of('RefreshToken').map(({ payload }) => payload).filter(({ consumed }) => !consumed).at(-1).jti;
    jar.store(`${BASE}/api/auth/oidc/start`, [`oidc-refresh-token=${token}; Path=/api/auth/oidc; Secure; HttpOnly; SameSite=None`, 'oidc-granted-scope=openid%20profile%20email; Path=/api/auth/oidc; Secure; HttpOnly; SameSite=None']);
    return jar;
  }

  better('its refresh token is a session once, which then has our name, and is gone', async () => {
    const jar = await mover(door);
    assertSession((await refresh(jar, door)).json());
    assert.ok(sessionOf(jar));
    assert.ok(!jar.held(HOST).some(({ name }) => name.includes('refresh-token')));
    assert.equal((await refresh(jar, door)).status, 200);
  });

  better('stagedoor.takeOverSessions: false: once everybody has moved over, nothing of Backstage’s is a session', async t => {
    const late = await openHouse({ idp, baseUrl: BASE, auth: { experimentalExtraAllowedOrigins: [APP] }, providers, stagedoor: { takeOverSessions: false } });
    t.after(late.close);
    const jar = await mover(late.door);
    assertError(await refresh(jar, late.door, { headers: { ...XHR } }), 401, 'AuthenticationError', /Missing session cookie/);
    assertSession((await signedIn(late.door, { jar })).session);
  });
});

better('installations on one host, below paths of their own, do not sign each other out', async t => {
  const house = await openHouse({ idp, baseUrl: `${BASE}/portal`, auth: { experimentalExtraAllowedOrigins: [APP] }, providers });
  t.after(house.close);
  const jar = browser();
  await signedIn(door, { jar });
  jar.door = house.door;
  await signedIn(house.door, { jar });
  assert.equal(ours(jar).length, 2);
  for (const one of [house.door, door]) {
    jar.door = one;
    assert.equal((await refresh(jar, one)).status, 200);
  }
});
