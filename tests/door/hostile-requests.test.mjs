// What anybody can send, whether it has to do with a sign-in or not: origins, sizes, shapes and paths.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertRefused, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { APP, authorize, deliver, refresh, start, startUrl } from '../support/flows.mjs';
import { readFrame } from '../support/frame.mjs';
import { send, sendRaw } from '../support/http.mjs';
import { assertStillOpen, caught, edited, openLiedTo } from '../support/lies.mjs';

const { door, idp, close } = await openLiedTo();
after(close);

const FRAME = `${door.auth}/oidc/handler/frame`;

// ---- origins

test('origin tricks at /start', async () => {
  const tricks = [
    'http://localhost:3000.evil.com', 'http://localhost:3000@evil.com', 'http://localhost:3000:x@evil.com', 'null',
    'http://localhost%3A3000.evil.com', 'http://localhost.evil.com:3000', 'http://evil.com#http://localhost:3000', 'http://evil.com?http://localhost:3000',
    'http://evil.com/http://localhost:3000', 'http://localhost:30000', 'http://localhost:300', 'http://localhost', 'https://localhost:3000', 'http://localhost.:3000',
    'http://127.0.0.1:3000', 'http://[::1]:3000', 'http://xn--lcalhost-7wc:3000', 'http://lоcalhost:3000', 'http://localhost。evil.com:3000', 'ftp://localhost:3000',
    'javascript:alert(1)//http://localhost:3000', 'data:text/html,http://localhost:3000', 'file://localhost:3000', 'blob:http://evil.com/x', '//localhost:3000', 'localhost:3000', 'http://',
    'http://localhost:99999', 'http://a.preview.example.com', 'https://preview.example.com', 'https://a.preview.example.com.evil.com', 'https://a.preview.example.com:8443',
    'https://evil.com/.preview.example.com', 'https://evil.com\\.preview.example.com', 'https://evil.com#.preview.example.com', 'https://evil.com?.preview.example.com', 'https://a.preview.example.com@evil.com',
    'http://localhost:3000 http://evil.com', '*', '',
  ];
  for (const origin of tricks) {
    const response = await send('GET', startUrl(door, { origin }));
    // An empty one is none: the app's is taken. "blob:" and the like have an origin that is not allowed.
    if (origin === '' && response.status === 302) continue;
    assert.ok([400, 403].includes(response.status), `${JSON.stringify(origin)}: ${response.status} ${response.location ?? ''}`);
    assertRefused(response);
  }
});

test('origins that are the app after all, once parsed, lead to the app alone', async () => {
  const spellings = ['HTTP://LOCALHOST:3000', 'http://localhost:3000/', 'http://localhost:3000/deep?x#y', 'http://user:pass@localhost:3000', '\thttp://local\nhost:3000', 'http://ｌｏｃａｌｈｏｓｔ:3000', 'http:\\\\localhost:3000', 'http://localhost:03000', 'http://localhost:3000\\.evil.com', 'http://localhost:3000\\@evil.com'];
  for (const origin of spellings) {
    const jar = new Jar();
    const response = await jar.send('GET', startUrl(door, { origin }), { topLevel: true });
    if (response.status !== 302) {
      assert.ok([400, 403].includes(response.status), `${JSON.stringify(origin)}: ${response.status}`);
      continue;
    }
    const frame = readFrame(await deliver(jar, await authorize(jar, response.location)));
    assert.equal(frame.origin, APP, JSON.stringify(origin));
  }
});

test('origin doubled', async () => {
  for (const origins of [[APP, 'https://evil.example.com'], ['https://evil.example.com', APP]]) {
    const url = new URL(startUrl(door));
    url.searchParams.delete('origin');
    for (const origin of origins) url.searchParams.append('origin', origin);
    const jar = new Jar();
    const response = await jar.send('GET', url.href, { topLevel: true });
    if (response.status === 302) {
      assert.equal(readFrame(await deliver(jar, await authorize(jar, response.location))).origin, APP);
    } else assertRefused(response);
  }
});

test('redirectUrl tricks', async () => {
  const tricks = [
    'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\tscript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'blob:http://localhost:3000/x', '//evil.com', '///evil.com', '\\\\evil.com',
    'http:\\\\evil.com', 'http:/\\evil.com', 'http:evil.com', '/catalog', '', 'http://localhost:3000@evil.com/', 'http://user:pass@evil.com/', 'http://localhost:3000.evil.com/', 'https://localhost:3000/',
    'http://localhost:3001/', 'http://evil.com/?http://localhost:3000', 'http://evil.com/#http://localhost:3000', 'about:blank', 'ws://localhost:3000/', 'http://%6cocalhost:3000%2eevil.com/', 'http://localhost:3000%00.evil.com/',
  ];
  for (const redirectUrl of tricks) {
    const response = await send('GET', startUrl(door, { flow: 'redirect', redirectUrl }));
    assert.ok([400, 403].includes(response.status), `${JSON.stringify(redirectUrl)}: ${response.status}`);
    assertRefused(response);
  }
});

test('a redirectUrl with line breaks or credentials stays on the app and splits nothing', async () => {
  for (const redirectUrl of [`${APP}/a\r\nSet-Cookie: evil=1`, `${APP}/a%0d%0aSet-Cookie:%20evil=1`, 'http://user:pass@localhost:3000/']) {
    const jar = new Jar();
    const response = await jar.send('GET', startUrl(door, { flow: 'redirect', redirectUrl }), { topLevel: true });
    assert.ok(!response.rawHeaders.includes('evil=1'));
    if (response.status !== 302) {
      assertRefused(response);
      continue;
    }
    const end = await deliver(jar, await authorize(jar, response.location));
    assert.equal(new URL(end.location).origin, APP);
    assert.deepEqual(jar.held().filter(({ name }) => name === 'evil'), []);
  }
});

better('an error in redirect flow goes to the app, whatever the state says', async () => {
  const { jar, url } = await caught(door, { flow: 'redirect', redirectUrl: `${APP}/x` });
  const response = await deliver(jar, { url: edited(url, query => query.set('code', 'bogus')).href });
  assertRefused(response);
  assert.equal(response.status, 302);
  assert.ok(new URL(response.location).searchParams.get('error'));
});

// ---- sizes and shapes

better('state, code and cookies of unreasonable size', async () => {
  const { jar, url } = await caught(door);
  for (const name of ['state', 'code', 'iss', 'error']) {
    const lie = edited(url, query => query.set(name, 'A'.repeat(12_000)));
    const response = await send('GET', lie.href, { headers: { cookie: jar.header(url.href) }, tolerateReset: true });
    assertRefused(response);
  }
  const cookie = Array.from({ length: 180 }, (_, index) => `oidc-nonce-${index}=${'x'.repeat(60)}`).join('; ');
  assertRefused(await send('GET', url.href, { headers: { cookie }, tolerateReset: true }));
});

test('headers of unreasonable size', async () => {
  assertRefused(await send('GET', FRAME, { headers: { 'x-huge': 'A'.repeat(200_000) }, tolerateReset: true }));
  const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`x-${index}`, 'y']));
  assertRefused(await send('GET', FRAME, { headers: many, tolerateReset: true }));
});

test('a body of unreasonable size', async () => {
  const { jar, url } = await caught(door);
  const body = `state=${url.searchParams.get('state')}&code=${'A'.repeat(3_000_000)}`;
  for (const target of [FRAME, `${door.auth}/oidc/refresh?env=development`, `${door.auth}/oidc/logout?env=development`]) {
    const response = await send('POST', target, {
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: jar.header(url.href) },
      tolerateReset: true,
    });
    assertRefused(response);
  }
});

better('a body that never ends, and one that never comes, are not waited for for ever', async () => {
  const { status } = await sendRaw(door.port, `POST /api/auth/oidc/handler/frame HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999999999999999\r\nConnection: close\r\n\r\nstate=`, { timeoutMs: 2_000 });
  assert.ok(status < 500, `${status}`);
});

test('requests that are no HTTP', async () => {
  for (const bytes of ['\0\0\0\0\r\n\r\n', 'GET\r\n\r\n', `GET / HTTP/9.9\r\n\r\n`, 'GET http://evil.com/api/auth/oidc/start?env=development HTTP/1.1\r\nHost: evil.com\r\nConnection: close\r\n\r\n']) {
    const { status, text } = await sendRaw(door.port, bytes, { timeoutMs: 1_000 });
    assert.ok(status < 500 || status === 505, `${JSON.stringify(bytes)}: ${status}`);
    assert.ok(!text.includes('evil.com/api/auth'), 'the Host header leads nowhere');
  }
});

test('form_post from a stranger: no cookie, no entry', async () => {
  const victim = new Jar();
  const body = new URLSearchParams({ state: 'x', code: 'y', iss: idp.issuer }).toString();
  const response = await deliver(victim, { url: FRAME, method: 'POST', body }, { initiator: 'https://evil.example.com' });
  assertRefused(response);
});

better("form_post of the attacker's own callback to a victim", async () => {
  const attacker = new Jar();
  const callback = await authorize(attacker, await start(attacker, door, { env: 'formpost' }), { as: 'grace' });
  const victim = new Jar();
  await start(victim, door, { env: 'formpost' });
  assertRefused(await deliver(victim, callback, { initiator: 'https://evil.example.com' }));
});

better('form_post with markup in its fields: the re-posting page shows none of it', async () => {
  const body = new URLSearchParams({ state: '"><script>alert(1)</script>', code: "'><img src=x onerror=alert(1)>", '"><b>': 'x' }).toString();
  const response = await send('POST', FRAME, { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assertRefused(response);
  assert.ok(!/<script>alert|<img|"><b>/.test(response.text), response.text);
});

test('wrong content types', async () => {
  for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain', '', 'application/x-www-form-urlencoded; charset=utf-7']) {
    assertRefused(await send('POST', FRAME, { body: '{"state":"x"}', headers: { 'content-type': type } }));
  }
});

test('bytes that are no UTF-8', async () => {
  for (const path of ['?state=%ff%fe&code=%c3%28', '?%ff=%ff', '?state=%', '?state=%zz&code=%']) {
    assertRefused(await send('GET', FRAME, { path: `/api/auth/oidc/handler/frame${path}` }));
  }
});

// ---- the path

test('header injection in env, scope, origin and provider', async () => {
  for (const path of [
    '/api/auth/oidc/start?env=development%0d%0aSet-Cookie:%20evil=1',
    '/api/auth/oidc/start?env=development&scope=openid%0d%0aSet-Cookie:%20evil=1',
    '/api/auth/oidc/start?env=development&origin=http://localhost:3000%0d%0aSet-Cookie:%20evil=1',
    '/api/auth/oidc%0d%0aSet-Cookie:%20evil=1/start?env=development',
    '/api/auth/oidc/refresh?env=%0d%0aevil:%201',
    '/api/auth/oidc/handler/frame?state=%0d%0aSet-Cookie:%20evil=1',
  ]) {
    const response = await send('GET', door.baseUrl, { path });
    assert.ok(response.status < 500, `${path}: ${response.status}`);
    assert.ok(!response.setCookies.some(line => line.startsWith('evil')), path);
    assert.equal(response.headers.evil, undefined);
    assert.ok(!/[\r\n]/.test(response.location ?? ''));
  }
});

test('path traversal in the provider id', async () => {
  for (const path of [
    '/api/auth/../../etc/passwd', '/api/auth/..%2f..%2fetc%2fpasswd/start', '/api/auth/%2e%2e/start?env=development', '/api/auth/oidc/../other/start', '/api/auth/oidc%00/start?env=development',
    '/api/auth/./oidc/start', '/api/auth//start?env=development', '/api/auth/__proto__/start?env=development', '/api/auth/constructor/start?env=development', '/api/auth/%6f%69%64%63%2fstart',
    '/api/auth/oidc/start/../../../../etc/passwd', '/static/..%2f..%2fCargo.toml', '/assets/../../../../etc/passwd',
  ]) {
    const response = await send('GET', door.baseUrl, { path });
    assert.ok(response.status < 500, `${path}: ${response.status}`);
    assert.ok(!/root:|\[package\]/.test(response.text), path);
    if (response.status === 302) assert.equal(new URL(response.location, door.baseUrl).origin, idp.issuer, path);
  }
});

test('env names that are properties of everything', async () => {
  for (const env of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '../development', 'Development', ' development', 'development\0']) {
    const response = await send('GET', startUrl(door, { env }));
    assert.ok([400, 404].includes(response.status), `${JSON.stringify(env)}: ${response.status}`);
  }
});

test('an unknown provider with markup in its name', async () => {
  const response = await send('GET', door.baseUrl, { path: '/api/auth/%3Cscript%3Ealert(1)%3C%2Fscript%3E/start?env=development' });
  assert.equal(response.status, 404);
  assert.match(response.headers['content-type'], /^application\/json/);
  assert.equal(response.headers['x-content-type-options'], 'nosniff');
});

test('and after all that, an honest browser gets in', () => assertStillOpen(door));

better('nothing of it made the server stumble', () => {
  assert.doesNotMatch(door.log, /panicked/);
});
