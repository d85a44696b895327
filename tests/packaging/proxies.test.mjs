// docs/production/nginx-portal.conf: a portal and Stagedoor on one host, behind a real nginx with TLS

import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { hasNginx } from '../config/support/proxies.mjs';
import { TlsJar, certificateAuthority, sendAnyhow } from '../config/support/tls.mjs';
import { prepareNginx, startNginx } from '../docs/support/nginx.mjs';
import { assertSession } from '../support/asserts.mjs';
import { logout, refresh, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort, until } from '../support/wait.mjs';

const PAGE = new URL('../../docs/production/nginx-portal.conf', import.meta.url);

describe('nginx before a portal and Stagedoor on one host', { skip: !hasNginx() && 'nginx is not installed' }, () => {
  let port, plain, portal, house, proxy, ca;
  const asked = [];
  const origin = () => `https://localhost:${port}`;

  /** The page's file with the addresses, names and certificate of here. */
  function site(certificate) {
    let text = readFileSync(PAGE, 'utf8');
    const replace = (from, to) => {
      assert.ok(text.includes(from), `the page says ${from}`);
      text = text.replaceAll(from, to);
    };
    replace('server_name backstage.example.com', 'server_name localhost');
    replace('server 127.0.0.1:7007', `server 127.0.0.1:${portal.address().port}`);
    replace('server 127.0.0.1:7008', `server 127.0.0.1:${house.door.port}`);
    replace('listen 80;', `listen 127.0.0.1:${plain};`);
    replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`);
    replace('/etc/nginx/tls/fullchain.pem', certificate.certFile);
    replace('/etc/nginx/tls/privkey.pem', certificate.keyFile);
    return text;
  }

  before(async () => {
    [port, plain] = await Promise.all([freePort(), freePort()]);
    portal = http.createServer((request, response) => {
      asked.push(request.url);
      request.resume().on('end', () => response.end('the portal'));
    });
    await once(portal.listen(0, '127.0.0.1'), 'listening');
    house = await openHouse({ baseUrl: origin(), app: { baseUrl: origin() }, stagedoor: { trustedProxies: ['loopback'] } });
    const directory = temporaryDirectory();
    const authority = certificateAuthority(directory);
    ca = authority.pem;
    const nginx = prepareNginx(directory);
    writeFileSync(join(nginx.sites, 'portal.conf'), site(authority.issue(['localhost'])));
    proxy = await startNginx(nginx, plain);
  });
  after(async () => {
    await proxy?.close();
    await house?.close();
    portal?.close();
  });

  test('a session lives and ends through it, and Backstage hears nothing of that', async () => {
    const jar = new TlsJar(ca);
    const { session, response } = await signedIn(house.door, { jar, origin: origin() });
    assertSession(session);
    assert.ok(response.setCookies.some(line => /^__Host-oidc-session.*; Secure/.test(line)), 'no other host can plant the session');
    assert.equal((await refresh(jar, house.door, { from: origin() })).status, 200);
    assert.equal((await logout(jar, house.door, { from: origin() })).status, 200);
    assert.equal((await refresh(jar, house.door, { from: origin() })).status, 401);
    assert.deepEqual(asked.filter(url => url.startsWith('/api/auth/')), []);
  });

  test('all else is the portal’s', async () => {
    for (const path of ['/', '/catalog', '/api/catalog/entities', '/api/authors/ada', '/.backstage/health/v1/readiness']) {
      assert.equal((await sendAnyhow('GET', `${origin()}${path}`, { ca })).text, 'the portal', path);
    }
    assert.equal((await sendAnyhow('GET', `${house.door.auth}/.well-known/openid-configuration`, { ca })).json().issuer, house.door.auth);
  });

  test('connections that nobody uses are ended at the proxy, before the server does after 10 seconds', async () => {
    for (const name of ['nginx-portal.conf', 'nginx.conf']) {
      const upstreams = readFileSync(new URL(name, PAGE), 'utf8').match(/^upstream [^]*?^}/gm);
      assert.ok(upstreams.length > 0);
      for (const upstream of upstreams) assert.ok(Number(/keepalive_timeout (\d+)s;/.exec(upstream)[1]) < 10, upstream);
    }
    // The server's word on it.
    const socket = net.connect(house.door.port, '127.0.0.1');
    socket.write('GET /.backstage/health/v1/liveness HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
    const began = performance.now();
    await once(socket.resume(), 'close');
    assert.ok(performance.now() - began > 9_500, 'it keeps them for as long as that');
  });

  test('http leads to https', async () => {
    const { status, location } = await send('GET', `http://localhost:${plain}/api/auth/oidc/start?env=development`);
    assert.deepEqual({ status, location }, { status: 308, location: 'https://localhost/api/auth/oidc/start?env=development' });
  });

  test('a client does not say who it is, the proxy does', async () => {
    const id = 'of-a-client-that-lies';
    await sendAnyhow('GET', `${house.door.auth}/oidc/handler/frame?state=${id}`, { ca, headers: { 'x-forwarded-for': '203.0.113.66', forwarded: 'for=203.0.113.66' } });
    const log = await until(() => /client=\S*127\.0\.0\.1.*\/oidc\/handler\/frame/.test(house.door.log) && house.door.log, { what: 'the request in the log' });
    assert.doesNotMatch(log, /203\.0\.113\.66/);
  });

  test('long cookies come through, and bodies that are too large do not', async () => {
    // A refresh token that Backstage left can be this long; of it nothing is known here.
    const long = `oidc-refresh-token=${'a'.repeat(12_000)}`;
    const kept = await sendAnyhow('GET', `${house.door.auth}/oidc/refresh?env=development`, { ca, headers: { cookie: long, 'x-requested-with': 'XMLHttpRequest', origin: origin() } });
    assert.equal(kept.status, 401, kept.text);
    const large = await sendAnyhow('POST', `${house.door.auth}/oidc/handler/frame`, { ca, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `state=${'a'.repeat(70_000)}` });
    assert.equal(large.status, 413);
    assert.match(large.text, /nginx/, 'at the proxy already');
  });
});
