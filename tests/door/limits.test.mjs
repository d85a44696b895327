// How much one client may ask for, how large it may be, and who a client is

import assert from 'node:assert/strict';
import net from 'node:net';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { assertError, assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { APP, XHR, authorize, deliver, signedIn, start, startUrl } from '../support/flows.mjs';
import { readFrame } from '../support/frame.mjs';
import { openHouse } from '../support/house.mjs';
import { send, sendRaw } from '../support/http.mjs';
import { until } from '../support/wait.mjs';

/** A limit that a test reaches, and that is over soon. */
const few = { perMinute: 60, burst: 4 };
const PROXY = { trustedProxies: ['127.0.0.1'] };
const { door, idp, close } = await openHouse({
  backend: { auth: { externalAccess: [{ type: 'static', options: { token: 'a token of a service that may', subject: 'service' }, accessRestrictions: [{ plugin: 'auth', permission: ['stagedoor.sessions.read'] }] }] } },
  stagedoor: { ...PROXY, rateLimit: { start: few, handler: few, refresh: few, failures: few } },
});
after(close);

/** What one client may ask for once more by now, when it began to ask then. */
const regained = began => 1 + Math.ceil(((performance.now() - began) * few.perMinute) / 60_000);

let clients = 0;
/** Headers of a client that was never here. */
const client = () => ({ 'x-forwarded-for': `203.${(clients += 1) >> 8}.113.${clients & 255}` });

const refusals = (log, limit) => log.split('\n').filter(line => line.includes('event="rate_limited"') && line.includes(`limit="${limit}"`));

async function houseWith(t, stagedoor, rest = {}) {
  const house = await openHouse({ idp, stagedoor, ...rest });
  t.after(house.close);
  return house.door;
}

describe('rate limits', () => {
  const routes = {
    start: ['GET', () => startUrl(door), 302],
    handler: ['GET', () => `${door.auth}/oidc/handler/frame?state=x`, 200],
    refresh: ['GET', () => `${door.auth}/oidc/refresh?env=development`, 401],
  };
  for (const [what, [method, url, usual]] of Object.entries(routes)) {
    test(`a flood of ${what} from one client is cut off, and others notice nothing`, async () => {
      const [flooder, other] = [client(), client()];
      const began = performance.now();
      const asked = await Promise.all(Array.from({ length: 40 }, () => send(method, url(), { headers: { ...XHR, ...flooder } })));
      const let_in = asked.filter(({ status }) => status === usual);
      assert.ok(let_in.length >= few.burst && let_in.length <= few.burst + regained(began), `${let_in.length} of 40`);
      const refused = asked.find(({ status }) => status === 429);
      const body = assertError(refused, 429, 'Error', /Too many requests/);
      assert.equal(body.error.code, 'rate_limited');
      assert.match(refused.headers['retry-after'], /^[1-9]\d?$/);
      assert.equal((await send(method, url(), { headers: { ...XHR, ...other } })).status, usual);
      await until(() => refusals(door.log, what).length > 0, { what: 'the line in the log' });
      // The rest is told of together, some seconds later.
      assert.ok(refusals(door.log, what).length <= 1 + (performance.now() - began) / 9_000, 'one line for all');
      await pause(Number(refused.headers['retry-after']) * 1000);
      assert.equal((await send(method, url(), { headers: { ...XHR, ...flooder } })).status, usual, 'after the wait');
    });
  }

  test('the frontend can read that it is too much', async () => {
    const flooder = client();
    const url = `${door.auth}/oidc/refresh?env=development`;
    const refused = await until(async () => {
      const answer = await send('GET', url, { headers: { ...XHR, ...flooder, origin: APP } });
      return answer.status === 429 && answer;
    });
    assert.equal(refused.headers['access-control-allow-origin'], APP);
  });

  test('a popup that comes back too often waits for its turn, and the sign-in goes on', async () => {
    const from = client();
    const exhaust = () => until(async () => {
      const answer = await send('GET', `${door.auth}/oidc/handler/frame?state=x`, { headers: { accept: 'text/html', ...from } });
      return answer.status === 429 && answer;
    });
    const page = await exhaust();
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.text, /wait a moment/);
    assert.doesNotMatch(page.text, /<script/);
    const { jar, callback, answer } = await until(async () => {
      const jar = new Jar();
      const callback = await authorize(jar, await start(jar, door));
      await exhaust();
      const answer = await deliver(jar, callback, { headers: { accept: 'text/html', ...from } });
      // Whoever was slow to come has a turn again, and is signed in: then it is somebody else's turn to come too often.
      return answer.status === 429 && { jar, callback, answer };
    }, { what: 'a popup that comes too often' });
    await pause(Number(answer.headers.refresh) * 1000);
    assertSession(readFrame(await deliver(jar, callback, { headers: from })).session);
  });

  test('who guesses logout tokens is stopped, and the provider is not', async () => {
    const guess = from => send('POST', `${door.auth}/oidc/backchannel-logout`, { headers: { 'content-type': 'application/x-www-form-urlencoded', ...from }, body: 'logout_token=eyJ.made.up' });
    const [guesser, other] = [client(), client()];
    const began = performance.now();
    const statuses = [];
    while (statuses.at(-1) !== 429) {
      statuses.push((await guess(guesser)).status);
      assert.ok(statuses.filter(status => status === 400).length <= few.burst + regained(began), `${statuses}`);
    }
    assert.equal((await guess(other)).status, 400);
  });

  test('who guesses the token of a service that manages sessions is stopped', async () => {
    const from = client();
    const began = performance.now();
    const statuses = [];
    while (statuses.at(-1) !== 429) {
      statuses.push((await send('GET', `${door.auth}/.stagedoor/sessions`, { headers: { authorization: `Bearer guess-${statuses.length}`, ...from } })).status);
      assert.ok(statuses.filter(status => status !== 429).length <= few.burst + regained(began), `${statuses}`);
    }
    assert.ok([401, 403].includes(statuses[0]), `${statuses}`);
  });

  test('an IPv6 network is one client, however many addresses it has', async () => {
    const ask = address => send('GET', startUrl(door), { headers: { 'x-forwarded-for': address } });
    const asked = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(`2001:db8:1:1::${n.toString(16)}`)));
    assert.ok(asked.some(({ status }) => status === 429));
    assert.equal((await ask('2001:db8:1:2::1')).status, 302);
  });

  test('any number of clients takes no memory', async () => {
    const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${door.run.child.pid}/status`, 'utf8'))[1]);
    const flood = async (from, count) => {
      for (let n = 0; n < count; n += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, k) => send('GET', `${door.auth}/oidc/handler/frame?state=x`, { headers: { 'x-forwarded-for': `10.${from}.${(n + k) >> 8}.${(n + k) & 255}` } })));
      }
    };
    await flood(1, 500);
    const before = resident();
    await flood(2, 1_500);
    assert.ok(resident() - before < 4_000, `${resident() - before} kB more`);
  });

  test('false: no limits', async t => {
    const open = await houseWith(t, { ...PROXY, rateLimit: false });
    const asked = await Promise.all(Array.from({ length: 30 }, () => send('GET', startUrl(open))));
    assert.ok(asked.every(({ status }) => status === 302));
  });

  test('by default an office behind one address gets in', async t => {
    const office = await houseWith(t, {});
    for (let n = 0; n < 1_000; n += 100) {
      const asked = await Promise.all(Array.from({ length: 100 }, () => send('GET', `${office.auth}/oidc/refresh?env=development`, { headers: XHR })));
      assert.deepEqual([...new Set(asked.map(({ status }) => status))], [401]);
    }
    await signedIn(office);
  });
});

describe('who a client is', () => {
  /** The client that a request with these headers is logged as. */
  async function loggedAs(at, headers, ask = send) {
    const id = `request-${Math.random().toString(36).slice(2)}`;
    await ask('GET', `${at.auth}/oidc/refresh?env=development`, { headers: { ...XHR, cookie: 'oidc-refresh-token=sd1.nothing', 'x-request-id': id, ...headers } });
    const line = await until(() => at.log.split('\n').find(it => it.includes(id)), { what: 'the request in the log' });
    return /client=(\S+?)[\s}]/.exec(line)[1];
  }
  const log = { env: { STAGEDOOR_LOG: 'debug' } };

  test('stagedoor.trustedProxies: the last address that is no proxy of ours', async t => {
    const at = await houseWith(t, { trustedProxies: ['loopback', '10.0.0.0/8'] }, log);
    assert.equal(await loggedAs(at, { 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.1.1.1' }), '203.0.113.7');
    assert.equal(await loggedAs(at, { 'x-forwarded-for': '203.0.113.7:5000' }), '203.0.113.7');
    for (const unreadable of ['what?', '203.0.113.7, ', '']) assert.equal(await loggedAs(at, { 'x-forwarded-for': unreadable }), '127.0.0.1');
    assert.equal(await loggedAs(at, {}), '127.0.0.1');
  });

  test('[]: nobody is believed', async t => {
    const at = await houseWith(t, { trustedProxies: [], rateLimit: { refresh: { perMinute: 1, burst: 2 } } }, log);
    assert.equal(await loggedAs(at, { 'x-forwarded-for': '203.0.113.7' }), '127.0.0.1');
    await until(async () => (await send('GET', `${at.auth}/oidc/refresh?env=development`, { headers: { ...XHR, ...client() } })).status === 429);
  });

  test('stagedoor.clientAddressHeader: where the proxy says it', async t => {
    const real = await houseWith(t, { ...PROXY, clientAddressHeader: 'X-Real-IP' }, log);
    assert.equal(await loggedAs(real, { 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '6.6.6.6' }), '203.0.113.7');
    const standard = await houseWith(t, { ...PROXY, clientAddressHeader: 'Forwarded' }, log);
    assert.equal(await loggedAs(standard, { forwarded: 'for=6.6.6.6, for="[2001:db8::7]:4711";proto=https' }), '2001:db8::7');
  });

  for (const [name, trustProxy, expected, warns] of [
    ['a network', 'loopback, 10.0.0.0/8', '203.0.113.7'],
    ['a list', ['127.0.0.1', '10.1.1.1'], '203.0.113.7'],
    ['a number of proxies', 2, '203.0.113.7'],
    ['one proxy', 1, '10.1.1.1'],
    ['true, with a warning', true, '10.1.1.1', /backend\.trustProxy.*trustedProxies/],
    ['false', false, '127.0.0.1'],
    ['everybody, with a warning', '0.0.0.0/0', '6.6.6.6', /WARN.*backend\.trustProxy.*believes whoever connects/],
  ]) {
    test(`backend.trustProxy: ${name}`, async t => {
      const at = await houseWith(t, undefined, { ...log, backend: { trustProxy } });
      assert.equal(await loggedAs(at, { 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.1.1.1' }), expected);
      if (warns) await at.says(warns);
    });
  }

  test('a proxy that nobody named is said to be one, once, and its clients are not cut off together', async t => {
    const at = await houseWith(t, { rateLimit: { refresh: { perMinute: 1, burst: 2 } } });
    for (let n = 0; n < 10; n += 1) {
      const answer = await send('GET', `${at.auth}/oidc/refresh?env=development`, { headers: { ...XHR, ...client() } });
      assert.equal(answer.status, 401);
    }
    await at.says(/WARN.*stagedoor\.trustedProxies/);
    assert.equal(at.log.split('\n').filter(line => /WARN.*stagedoor\.trustedProxies/.test(line)).length, 1);
    await until(async () => (await send('GET', `${at.auth}/oidc/refresh?env=development`, { headers: XHR })).status === 429);
  });
});

describe('sizes', () => {
  const large = 'x'.repeat(40_000);
  const url = () => `${door.auth}/oidc/start`;
  for (const [what, status, code, ask] of [
    ['query', 414, 'query_too_long', () => send('GET', `${url()}?scope=${'x'.repeat(20_000)}`, { headers: client() })],
    ['cookie', 431, 'cookies_too_large', () => send('GET', url(), { headers: { cookie: `a=${large}`, ...client() } })],
    ['number of cookies', 431, 'cookies_too_large', () => send('GET', url(), { headers: { cookie: Array.from({ length: 4_000 }, (_, n) => `a${n}=${n}`).join('; '), ...client() } })],
    ['header', 431, 'headers_too_large', () => send('GET', url(), { headers: { 'x-large': large.slice(0, 20_000), ...client() } })],
    ['body', 413, 'body_too_large', () => send('POST', `${door.auth}/oidc/handler/frame`, { headers: client(), body: `state=${large}${large}`, tolerateReset: true })],
  ]) {
    test(`a ${what} that is too large is refused by its name, however often`, async () => {
      const asked = await Promise.all(Array.from({ length: 100 }, ask));
      for (const answer of asked.filter(answer => answer.status !== 0)) {
        const body = assertError(answer, status, 'InputError');
        assert.equal(body.error.code, code);
      }
      assert.ok(asked.some(answer => answer.status === status));
    });
  }

  test('what is larger than any request ends the connection', async () => {
    for (const bytes of [`GET / HTTP/1.1\r\nx: ${large}${large}\r\n\r\n`, `GET /?${large}${large} HTTP/1.1\r\n\r\n`, `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(200)}\r\n`]) {
      const { status } = await sendRaw(door.port, bytes, { timeoutMs: 1_500 });
      assert.ok([0, 414, 431].includes(status), `${status}`);
    }
    assert.equal((await send('GET', `${door.local}/.backstage/health/v1/liveness`)).status, 200);
  });

  test('a chunked body without an announced length is cut off, too', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const head = `POST /api/auth/oidc/handler/frame HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: ${client()['x-forwarded-for']}\r\ntransfer-encoding: chunked\r\n\r\n`;
    const { status } = await sendRaw(door.port, head + chunk.repeat(6));
    assert.equal(status, 413);
  });

  test('flow cookies of one browser do not pile up', async t => {
    const at = await houseWith(t, {});
    const jar = new Jar();
    for (let n = 0; n < 30; n += 1) await start(jar, at);
    assert.ok(jar.held().filter(({ name }) => name.includes('-nonce.')).length <= 6, jar.header(`${at.auth}/oidc/start`));
  });
});

describe('slow clients', () => {
  /** How long until the server ends a connection over which `bytes` came, in milliseconds. */
  const endOf = bytes =>
    new Promise(resolve => {
      const began = performance.now();
      const socket = net.connect(door.port, '127.0.0.1', () => socket.write(bytes));
      socket.on('error', () => {});
      socket.on('data', () => {});
      socket.on('close', () => resolve(performance.now() - began));
    });

  test('who says nothing, half a header or half a body is cut off, and nobody waits for them', async () => {
    const slow = [
      '',
      'GET / HTTP/1.1\r\nhost: loc',
      `POST /api/auth/oidc/handler/frame HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: ${client()['x-forwarded-for']}\r\ncontent-length: 1000\r\n\r\nstate=`,
    ];
    const ends = slow.map(endOf);
    assertSession((await signedIn(door, { jar: new Jar() })).session);
    for (const [n, end] of ends.entries()) {
      const took = await end;
      // They have ten seconds; a proxy would have a minute.
      assert.ok(took > 5_000 && took < 45_000, `${slow[n].slice(0, 30)}: ${took} ms`);
    }
  });
});
