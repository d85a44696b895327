// What comes back from the provider is whatever somebody put into a URL. Each test is one way to lie.
//
// An expired state is not tested here: it takes ten minutes, and the crate below, which is given its clock, tests it.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertRefused, assertSession, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { authorize, deliver, refresh, signedIn, start } from '../support/flows.mjs';
import { readFrame } from '../support/frame.mjs';
import { assertNoEntry, assertStillOpen, caught, edited, openLiedTo, reference } from '../support/lies.mjs';

const { door, idp, close } = await openLiedTo();
after(close);

const FRAME = `${door.auth}/oidc/handler/frame`;

// ---- state

test('state missing', async () => {
  const { jar, url } = await caught(door);
  await assertNoEntry(jar, edited(url, query => query.delete('state')));
});

test('state empty', async () => {
  const { jar, url } = await caught(door);
  await assertNoEntry(jar, edited(url, query => query.set('state', '')));
});

test('state of nonsense', async () => {
  const { jar, url } = await caught(door);
  for (const nonsense of ['x', '00', 'ff'.repeat(64), 'null', '{"env":"development"}', '%00', '../..', 'é', 'A'.repeat(300)]) {
    await assertNoEntry(jar, edited(url, query => query.set('state', nonsense)));
  }
});

better("state as Backstage itself would write it, which anybody can", async () => {
  const { jar, url } = await caught(door);
  const form = new URLSearchParams({ nonce: 'mine', env: 'development', origin: 'https://evil.example.com', flow: 'redirect', redirectUrl: 'https://evil.example.com' });
  const state = Buffer.from(form.toString()).toString('hex');
  await assertNoEntry(jar, edited(url, query => query.set('state', state)), { headers: { cookie: 'oidc-nonce=mine' } });
});

test('state of another flow of the same browser, with this code', async () => {
  const jar = new Jar();
  const first = await authorize(jar, await start(jar, door));
  const second = await authorize(jar, await start(jar, door));
  const state = new URL(first.url).searchParams.get('state');
  await assertNoEntry(jar, edited(second.url, query => query.set('state', state)));
});

test('state of another browser (login CSRF): the attacker sends their own callback', async () => {
  const attacker = await caught(door, { as: 'grace' });
  const victim = new Jar();
  await assertNoEntry(victim, attacker.url);
  await start(victim, door);
  await assertNoEntry(victim, attacker.url);
  assert.equal((await refresh(victim, door)).status, 401, 'the victim is not signed in as the attacker');
});

better('state replayed: the callback works once', async () => {
  const { jar, url } = await caught(door);
  const before = jar.copy();
  assertSession(readFrame(await deliver(jar, { url: url.href })).session);
  await assertNoEntry(jar, url);
  await assertNoEntry(before, url);
});

test('state tampered with, region by region', async () => {
  const { jar, url } = await caught(door);
  const state = url.searchParams.get('state');
  const step = Math.max(1, Math.floor(state.length / 32));
  for (let at = 0; at < state.length; at += step) {
    const bent = state.slice(0, at) + (state[at] === '7' ? '6' : '7') + state.slice(at + 1);
    const copy = jar.copy();
    const response = await deliver(copy, { url: edited(url, query => query.set('state', bent)).href });
    // Backstage's state has no seal: there a bent scope or origin passes.
    if (!reference) assertRefused(response);
    assert.ok(response.status < 500, `byte ${at}: ${response.status}`);
  }
  for (const bent of [state.slice(1), state.slice(0, -1), state + 'A', state + state, state.toUpperCase() === state ? state.toLowerCase() : state.toUpperCase()]) {
    if (!reference) await assertNoEntry(jar.copy(), edited(url, query => query.set('state', bent)));
  }
});

better('state of another provider', async () => {
  const { jar, url } = await caught(door);
  const other = new URL(url.href.replace('/oidc/handler', '/other/handler'));
  const cookie = jar.header(url.href);
  const error = await assertNoEntry(new Jar(), other, { headers: { cookie: cookie.replaceAll('oidc-', 'other-') } });
  if (error) assert.ok(error.name);
  await assertNoEntry(new Jar(), other, { headers: { cookie } });
});

better('env in the query does not override the sealed one', async () => {
  const { jar, url } = await caught(door);
  const response = await deliver(jar, { url: edited(url, query => query.set('env', 'staging')).href });
  if (response.status === 200 && readFrame(response).session) {
    assert.equal((await refresh(jar, door, { env: 'staging' })).status, 401, 'the session is one of the environment that was started');
  } else assertRefused(response);
});

test('state doubled', async () => {
  const { jar, url } = await caught(door);
  for (const extra of ['x', '']) {
    const doubled = edited(url, query => query.append('state', extra));
    const response = await deliver(jar.copy(), { url: doubled.href });
    assertRefused(response);
  }
  const first = new URL(url);
  first.search = `?state=x&${url.searchParams}`;
  assertRefused(await deliver(jar.copy(), { url: first.href }));
});

// ---- the cookie

test('no cookie at all', async () => {
  const { url } = await caught(door);
  const error = await assertNoEntry(new Jar(), url);
  assert.equal(error?.name, 'NotAllowedError');
  assert.match(error.message, /missing cookie nonce/);
});

test("another browser's cookie", async () => {
  const [one, two] = [await caught(door), await caught(door, { as: 'grace' })];
  await assertNoEntry(two.jar, one.url);
});

better('the cookie of another flow, under the name of this one', async () => {
  const [one, two] = [await caught(door), await caught(door)];
  const mine = one.jar.held().find(({ name }) => name.startsWith('oidc-nonce'));
  const theirs = two.jar.held().find(({ name }) => name.startsWith('oidc-nonce'));
  mine.value = theirs.value;
  await assertNoEntry(one.jar, one.url);
});

better('the cookie tampered with, region by region', async () => {
  const { jar, url } = await caught(door);
  const { name, value } = jar.held().find(cookie => cookie.name.startsWith('oidc-nonce'));
  for (let at = 0; at < value.length; at += Math.max(1, Math.floor(value.length / 24))) {
    const bent = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
    await assertNoEntry(new Jar(), url, { headers: { cookie: `${name}=${bent}` } });
  }
  await assertNoEntry(new Jar(), url, { headers: { cookie: `${name}=` } });
});

test('cookies of every kind of rubbish', async () => {
  const { url } = await caught(door);
  for (const cookie of ['oidc-nonce', '=;=;=', ';;;', 'oidc-nonce=%', 'oidc-nonce="', 'oidc-refresh-token-0=a; oidc-refresh-token-1=b', 'oidc-nonce=\u00e9', `oidc-nonce=${'%00'.repeat(9)}`]) {
    await assertNoEntry(new Jar(), url, { headers: { cookie } });
  }
});

// ---- what the provider says

better('iss of another provider (mix-up)', async () => {
  const { jar, url } = await caught(door);
  const before = idp.count('/token');
  await assertNoEntry(jar, edited(url, query => query.set('iss', 'https://evil.example.com')));
  assert.equal(idp.count('/token'), before, 'the code is not given away');
});

better('iss missing although the provider promises it', async () => {
  const { jar, url } = await caught(door);
  await assertNoEntry(jar, edited(url, query => query.delete('iss')));
});

better('iss doubled', async () => {
  const { jar, url } = await caught(door);
  await assertNoEntry(jar, edited(url, query => query.append('iss', 'https://evil.example.com')));
});

test('code wrong', async () => {
  const { jar, url } = await caught(door);
  await assertNoEntry(jar, edited(url, query => query.set('code', 'bogus')));
});

test('code missing, and no error either', async () => {
  const { jar, url } = await caught(door);
  await assertNoEntry(jar, edited(url, query => query.delete('code')));
});

better('code of somebody else in my flow (code injection)', async () => {
  const [mine, theirs] = [await caught(door), await caught(door, { as: 'grace' })];
  await assertNoEntry(mine.jar, edited(mine.url, query => query.set('code', theirs.url.searchParams.get('code'))));
});

better('code doubled', async () => {
  const { jar, url } = await caught(door);
  await assertNoEntry(jar, edited(url, query => query.append('code', 'x')));
});

better('code and error together', async () => {
  const { jar, url } = await caught(door);
  await assertNoEntry(jar, edited(url, query => query.set('error', 'access_denied')));
});

test('markup in error and error_description is text', async () => {
  for (const text of [`</script><script>alert(1)</script>`, `'-alert(1)-'`, '\u2028alert(1)//\u2029', '"><img src=x onerror=alert(1)>', '<!--<script>', '${alert(1)}', '\\u0027', '%27%3balert(1)']) {
    const { jar, url } = await caught(door);
    const lie = edited(url, query => {
      query.delete('code');
      query.set('error', 'access_denied');
      query.set('error_description', text);
    });
    const response = await deliver(jar, { url: lie.href });
    assertRefused(response);
    assert.ok(!/<script>alert|<img|<!--<script/.test(response.text), response.text);
    assert.ok(!/[\u2028\u2029]/.test(response.text));
    assert.equal(readFrame(response).session, undefined);
    assert.equal(readFrame(response).messages.length, 2);
  }
});

better('a very long error_description is cut', async () => {
  const { jar, url } = await caught(door);
  const lie = edited(url, query => {
    query.delete('code');
    query.set('error', 'access_denied');
    query.set('error_description', 'x'.repeat(6_000));
  });
  const response = await deliver(jar, { url: lie.href });
  assertRefused(response);
  assert.ok(response.text.length < 5_000, `${response.text.length}`);
});

better('an ID token in the URL (implicit, hybrid) is not even looked at', async () => {
  const { session } = await signedIn(door, { as: 'grace' });
  const { jar, url } = await caught(door);
  const lie = edited(url, query => {
    query.delete('code');
    query.set('id_token', session.providerInfo.idToken);
    query.set('access_token', session.providerInfo.accessToken);
  });
  await assertNoEntry(jar, lie);
});

test('and after all that, an honest browser gets in', () => assertStillOpen(door));

better('nothing of it made the server stumble', () => {
  assert.doesNotMatch(door.log, /panicked/);
});
