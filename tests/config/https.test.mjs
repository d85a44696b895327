// TLS at our own door (backend.https), and at a trusted proxy's before it

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { assertSession } from '../support/asserts.mjs';
import { logout, refresh, signedIn } from '../support/flows.mjs';
import { send } from '../support/http.mjs';
import { appConfig, providerBlock } from '../support/house.mjs';
import { startIdp } from '../support/provider.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';
import { cookieAttributes, houseFor, refusedBy } from './support/house.mjs';
import { hasNginx, nginx } from './support/proxies.mjs';
import { TlsJar, certificateAuthority, sendAnyhow } from './support/tls.mjs';

const idp = await startIdp();
after(() => idp.down());
const directory = temporaryDirectory();
const authority = certificateAuthority(directory);

/** The app; over https too, for to a browser another scheme is another site. */
const SECURE_APP = 'https://localhost:3000';
const app = { baseUrl: SECURE_APP };

/** A door that speaks TLS itself. */
async function tlsDoor(t, https, { ca = authority.pem } = {}) {
  const port = await freePort();
  const baseUrl = `https://localhost:${port}`;
  idp.client('backstage', `${baseUrl}/api/auth/oidc/handler/frame`);
  const config = appConfig({ port, providers: { oidc: { development: providerBlock(idp) } }, app, backend: { baseUrl, https } });
  const home = temporaryDirectory();
  const run = new Run(['serve', '--config', writeConfig(home, config)], { cwd: home });
  t.after(() => run.stop());
  await run.until(async () => (await sendAnyhow('GET', `${baseUrl}/.backstage/health/v1/liveness`, { ca })).status === 200, 'stagedoor to be alive');
  return { run, baseUrl, auth: `${baseUrl}/api/auth`, port };
}

/** A session's whole life over TLS, and cookies that never leave it. */
async function livesSecurely(door, jar) {
  const { session, response } = await signedIn(door, { jar, origin: SECURE_APP });
  assertSession(session);
  const cookies = Object.entries(cookieAttributes(response));
  for (const [name, attributes] of cookies) {
    assert.equal(attributes.secure, true, `${name} is Secure`);
    assert.equal(attributes.samesite, 'Lax', 'the app is on the same host');
    assert.equal(attributes.path, name.startsWith('__Host-') ? '/' : `${new URL(door.auth).pathname}/oidc`);
  }
  assert.ok(cookies.some(([name]) => name.startsWith('__Host-oidc-session')), 'no other host can plant the session');
  const from = SECURE_APP;
  assert.equal((await refresh(jar, door, { from })).status, 200);
  assert.equal((await logout(jar, door, { from })).status, 200);
  assert.equal((await refresh(jar, door, { from })).status, 401);
}

describe('backend.https', () => {
  test('a certificate that is given is served', async t => {
    const { cert, key } = authority.issue(['localhost']);
    const door = await tlsDoor(t, { certificate: { cert, key } });
    await livesSecurely(door, new TlsJar(authority.pem));
    await assert.rejects(send('GET', `http://localhost:${door.port}/`), 'and nothing else is spoken there');
  });

  test('a certificate from files, by $file', async t => {
    const { certFile, keyFile } = authority.issue(['localhost']);
    await tlsDoor(t, { certificate: { cert: { $file: certFile }, key: { $file: keyFile } } });
  });

  test('true: one made on the spot for the host of baseUrl, with a warning', async t => {
    const door = await tlsDoor(t, true, { ca: null });
    const { certificate } = await sendAnyhow('GET', `${door.baseUrl}/`, { ca: null });
    assert.equal(certificate.subjectaltname, 'DNS:localhost');
    assert.match(door.run.stderr, /WARN.*backend\.https/);
    await livesSecurely(door, new TlsJar(null));
  });

  test('false is plain HTTP', async t => {
    const { door } = await houseFor(t, idp, { backend: { https: false } });
    await signedIn(door);
  });

  test('a certificate that is none, a key that is none, a key of another: code 2, the key in the file, and no secret', async () => {
    const [one, two] = [authority.issue(['localhost']), authority.issue(['localhost'])];
    for (const [certificate, says] of [
      [{ cert: 'no certificate', key: one.key }, /backend\.https\.certificate\.cert/],
      [{ cert: one.cert, key: 'no key' }, /backend\.https\.certificate\.key/],
      [{ cert: one.cert, key: two.key }, /backend\.https\.certificate/],
      [{ cert: one.cert }, /backend\.https\.certificate\.key|key/],
    ]) {
      const stderr = await refusedBy(appConfig({ port: 1, providers: {}, backend: { https: { certificate } } }));
      assert.match(stderr, says);
      assert.ok(!stderr.includes('PRIVATE KEY') && !stderr.includes(one.key.split('\n')[1]));
    }
  });
});

describe('a trusted reverse proxy', { skip: !hasNginx() && 'nginx is not installed' }, () => {
  const certificate = authority.issue(['localhost']);

  /** nginx with TLS before a door with none. */
  async function behindNginx(t, { path = '', strip = false } = {}) {
    const port = await freePort();
    const { door } = await houseFor(t, idp, { app, baseUrl: `https://localhost:${port}${path}` });
    const home = join(directory, `nginx-${port}`);
    mkdirSync(home);
    const proxy = await nginx({ directory: home, port, certificate, ca: authority.pem, to: strip ? `${door.local}/` : door.local, location: path ? `${path}/` : '/' });
    t.after(proxy.close);
    return door;
  }

  test('TLS at nginx, HTTP behind: the callback is https, cookies are Secure', async t => {
    const door = await behindNginx(t);
    const jar = new TlsJar(authority.pem);
    const { location } = await jar.send('GET', `${door.auth}/oidc/start?env=development`);
    assert.equal(new URL(location).searchParams.get('redirect_uri'), `${door.auth}/oidc/handler/frame`);
    assert.ok(door.auth.startsWith('https:'));
    await livesSecurely(door, new TlsJar(authority.pem));
  });

  test('and with a path that nginx takes off', async t => {
    await livesSecurely(await behindNginx(t, { path: '/portal', strip: true }), new TlsJar(authority.pem));
  });

  test('and with a path that nginx leaves', async t => {
    await livesSecurely(await behindNginx(t, { path: '/portal' }), new TlsJar(authority.pem));
  });
});
