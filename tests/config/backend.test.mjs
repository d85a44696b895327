// app.baseUrl, app.title, backend.baseUrl, backend.listen (contract §1, §12)

import assert from 'node:assert/strict';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { assertError, assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { readFrame } from '../support/frame.mjs';
import { authorize, deliver, logout, refresh, signIn, signedIn, start, startUrl } from '../support/flows.mjs';
import { send, sendRaw } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { verifyUserToken } from '../support/tokens.mjs';
import { freePort, until } from '../support/wait.mjs';
import { configFor, cookieAttributes, houseFor, signInPage } from './support/house.mjs';
import { pathProxy } from './support/proxies.mjs';

const idp = await startIdp();
after(() => idp.down());

describe('app', () => {
  test('baseUrl: its origin may start, and is where answers go that name no other', async t => {
    const { door } = await houseFor(t, idp, { app: { baseUrl: 'https://Portal.example.com:8443/backstage' } });
    const { origin } = await signedIn(door, { origin: null });
    assert.equal(origin, 'https://portal.example.com:8443');
    await start(new Jar(), door, { origin: 'https://portal.example.com:8443' });
    assertError(await send('GET', startUrl(door, { origin: 'https://portal.example.com' })), 403, 'NotAllowedError');
  });

  test('baseUrl: its path is kept when a redirect flow ends in an error', async t => {
    const { door } = await houseFor(t, idp, { app: { baseUrl: 'http://localhost:3000/backstage?x=1#y' } });
    const jar = new Jar();
    const response = await deliver(jar, await authorize(jar, await start(jar, door, { flow: 'redirect', redirectUrl: 'http://localhost:3000/backstage/catalog' }), { as: 'stranger' }));
    assert.equal(response.status, 302);
    const { origin, pathname, searchParams, hash } = new URL(response.location);
    assert.equal(origin + pathname + hash, 'http://localhost:3000/backstage');
    assert.deepEqual([...searchParams.keys()], ['error']);
  });

  test('title: on the page; Backstage when there is none', async t => {
    const { door } = await houseFor(t, idp, { app: { title: 'Acme <Portal> & "more"' } });
    assert.equal((await signInPage(door)).title, 'Acme &#60;Portal&#62; &#38; &#34;more&#34;');
    const untitled = await houseFor(t, idp, { app: { title: undefined } });
    assert.equal((await signInPage(untitled.door)).title, 'Backstage');
  });
});

/** A whole life of a session: in, on, out. */
async function lives(door, jar = new Jar()) {
  const { session, response } = await signedIn(door, { jar });
  assertSession(session);
  assert.equal(decodeJwt(session.backstageIdentity.token).iss, door.auth);
  assert.equal((await send('GET', `${door.auth}/v1/userinfo`, { headers: { authorization: `Bearer ${session.backstageIdentity.token}` } })).status, 200);
  assert.equal((await refresh(jar, door)).status, 200);
  const path = `${new URL(door.auth).pathname}/oidc`;
  assert.equal(cookieAttributes(response)['oidc-refresh-token'].path, path);
  assert.equal((await logout(jar, door)).status, 200);
  assert.equal((await refresh(jar, door)).status, 401);
}

describe('backend.baseUrl', () => {
  test('is the issuer, the base of the callback and of the discovery document', async t => {
    const { door } = await houseFor(t, idp);
    await lives(door);
    const document = (await send('GET', `${door.auth}/.well-known/openid-configuration`)).json();
    assert.deepEqual([document.issuer, document.jwks_uri], [door.auth, `${door.auth}/.well-known/jwks.json`]);
  });

  test('with a trailing slash it is the same', async t => {
    const { door } = await houseFor(t, idp);
    await door.close();
    door.config.backend.baseUrl += '/';
    await door.open();
    await lives(door);
  });

  test('with a path, reached directly', async t => {
    const { door } = await houseFor(t, idp, { open: false });
    const baseUrl = `${door.local}/tools/backstage`;
    Object.assign(door, { baseUrl, auth: `${baseUrl}/api/auth` });
    door.config.backend.baseUrl = baseUrl;
    idp.client('backstage', `${door.auth}/oidc/handler/frame`);
    await door.open();
    await lives(door);
  });

  test('with a path, through a proxy that takes it off', async t => {
    const outside = await freePort();
    const { door } = await houseFor(t, idp, { baseUrl: `http://localhost:${outside}/tools/backstage` });
    const proxy = await pathProxy({ port: outside, to: door.local, path: url => (url.startsWith('/tools/backstage/') ? url.slice('/tools/backstage'.length) : undefined) });
    t.after(proxy.close);
    await lives(door);
    assert.ok(proxy.seen.some(url => url.startsWith('/tools/backstage/api/auth/oidc/handler/frame')), 'the callback came through it');
  });

  test('with a path, through a proxy that leaves it', async t => {
    const outside = await freePort();
    const { door } = await houseFor(t, idp, { baseUrl: `http://localhost:${outside}/tools/backstage` });
    const proxy = await pathProxy({ port: outside, to: door.local, path: url => url });
    t.after(proxy.close);
    await lives(door);
  });

  test('on another host: tokens and callback name it, whatever the process listens on', async t => {
    const { door } = await houseFor(t, idp, { baseUrl: 'https://auth.example.com', provider: { callbackUrl: undefined } });
    const location = new URL((await send('GET', startUrl({ auth: `${door.local}/api/auth` }))).location);
    assert.equal(location.searchParams.get('redirect_uri'), 'https://auth.example.com/api/auth/oidc/handler/frame');
  });
});

describe('backend.listen', () => {
  const reaches = (port, host) =>
    send('GET', `http://${host}:${port}/.backstage/health/v1/liveness`).then(({ status }) => status === 200, () => false);
  const hasIpv6 = Object.values(networkInterfaces()).flat().some(({ address }) => address === '::1');
  const overIpv6 = port =>
    new Promise(resolve => {
      const socket = net.connect(port, '::1', () => resolve(socket.destroy() && true));
      socket.on('error', () => resolve(false));
    });

  /** Serves with `listen(port)`; which of the two loopback addresses answer. */
  async function listening(t, listen) {
    const config = await configFor(idp);
    const { port } = config.backend.listen;
    config.backend.listen = listen(port);
    const directory = temporaryDirectory();
    const run = new Run(['serve', '--config', writeConfig(directory, config)], { cwd: directory });
    t.after(() => run.stop());
    await run.until(() => /listening/.test(run.stderr), 'the server to listen');
    return [await reaches(port, '127.0.0.1'), await overIpv6(port)];
  }

  for (const [form, listen, expected] of [
    ['":port"', port => `:${port}`, [true, true]],
    ['"port"', port => `${port}`, [true, true]],
    ['port', port => port, [true, true]],
    ['{port}', port => ({ port }), [true, true]],
    ['{host: "", port}', port => ({ host: '', port }), [true, true]],
    ['"127.0.0.1:port"', port => `127.0.0.1:${port}`, [true, false]],
    ['"0.0.0.0:port"', port => `0.0.0.0:${port}`, [true, false]],
    ['"[::1]:port"', port => `[::1]:${port}`, [false, true]],
    ['{host: "::1", port}', port => ({ host: '::1', port }), [false, true]],
    ['{host, port as text}', port => ({ host: '127.0.0.1', port: `${port}` }), [true, false]],
  ]) {
    test(form, { skip: !hasIpv6 && !expected[0] && 'this machine has no IPv6' }, async t =>
      assert.deepEqual(await listening(t, listen), [expected[0], expected[1] && hasIpv6]));
  }

  test('"localhost:port"', async t => assert.ok((await listening(t, port => `localhost:${port}`)).includes(true)));

  test('absent: port 7007, on every address', async t => {
    const config = await configFor(idp, it => delete it.backend.listen);
    const directory = temporaryDirectory();
    const run = new Run(['serve', '--config', writeConfig(directory, config)], { cwd: directory });
    t.after(() => run.stop());
    // Another Backstage may be running on this machine: then it says that 7007 is taken.
    await until(() => /(address=|listen on )\S*:7007/.test(run.stderr), { what: '7007 to be named' });
  });

  test('an address that is not ours: code 1, and the address', async () => {
    const config = await configFor(idp, it => (it.backend.listen = '192.0.2.1:7007'));
    const run = new Run(['serve', '--config', writeConfig(temporaryDirectory(), config)]);
    assert.equal((await run.ended()).code, 1, run.tail());
    assert.match(run.stderr, /192\.0\.2\.1/);
  });
});

test('what the browser is sent to is never made of the Host header', async t => {
  const { door } = await houseFor(t, idp);
  const raw = await sendRaw(door.port, `GET /api/auth/oidc/start?env=development&scope= HTTP/1.1\r\nHost: evil.example.com\r\nX-Forwarded-Host: evil.example.com\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n`);
  assert.equal(raw.status, 302);
  assert.ok(!raw.text.includes('evil.example.com'));
  const { error } = readFrame(await send('GET', `${door.auth}/oidc/handler/frame?error=access_denied&state=${new URL(/location: (\S+)/i.exec(raw.text)[1]).searchParams.get('state')}`));
  assert.ok(error);
  await signIn(new Jar(), door).then(({ session }) => verifyUserToken(door, session.backstageIdentity.token));
});
