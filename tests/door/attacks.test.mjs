// What an attacker would look for: secrets in logs and files, and what costs us more than it costs them

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Jar } from '../support/browser-jar.mjs';
import { authorize, deliver, logout, refresh, start } from '../support/flows.mjs';
import { readFrame } from '../support/frame.mjs';
import { openHouse, SESSION_SECRET } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { until } from '../support/wait.mjs';

const directory = temporaryDirectory();
const database = join(directory, 'database');
const { door, idp, close } = await openHouse({
  directory,
  env: { STAGEDOOR_LOG: 'trace' },
  backend: { database: { client: 'better-sqlite3', connection: { directory: database } } },
});
after(close);

const cookieNamed = (jar, part) => jar.held().find(cookie => cookie.name.includes(part)).value;

test('no secret of a sign-in, a refresh, a take-over or a logout is in the log at trace level, nor plain in the database', async () => {
  const jar = new Jar();
  const location = await start(jar, door);
  const asked = new URL(location).searchParams;
  const secrets = { nonce: asked.get('nonce'), state: asked.get('state'), flow: cookieNamed(jar, '-nonce.') };
  const callback = await authorize(jar, location);
  secrets.code = new URL(callback.url).searchParams.get('code');
  const { session } = readFrame(await deliver(jar, callback));
  const cookie = cookieNamed(jar, '-refresh-token');
  const again = (await refresh(jar, door)).json();
  for (const [when, { providerInfo, backstageIdentity }] of Object.entries({ first: session, again })) {
    secrets[`${when} access token`] = providerInfo.accessToken;
    secrets[`${when} id token`] = providerInfo.idToken;
    secrets[`${when} backstage token`] = backstageIdentity.token;
  }
  secrets['made-up refresh token'] = `made-up-${randomBytes(24).toString('hex')}`;
  const mover = new Jar();
  mover.store(`${door.auth}/oidc/start`, [`oidc-refresh-token=${secrets['made-up refresh token']}; Path=/api/auth/oidc`]);
  assert.equal((await refresh(mover, door)).status, 401);
  assert.equal((await logout(jar, door)).status, 200);
  const client = idp.store.clients.get('backstage');
  Object.assign(secrets, {
    'session secret': SESSION_SECRET,
    'client secret': client.client_secret,
    'client credentials': Buffer.from(`backstage:${client.client_secret}`).toString('base64'),
    cookie,
    // The id is in the first 16 bytes; the rest is the secret, in base64url.
    "cookie's secret": cookie.slice(-40),
    'code verifier': 'code_verifier',
  });
  await door.run.until(() => /signed out/.test(door.log), 'the logout in the log');
  await door.says(/TRACE/);
  const files = readdirSync(database).map(name => join(database, name));
  assert.ok(files.length > 0);
  const stored = files.map(file => readFileSync(file, 'latin1')).join('\n');
  for (const [what, secret] of Object.entries(secrets)) {
    assert.ok(typeof secret === 'string' && secret.length > 8, what);
    assert.ok(!door.log.includes(secret), `the ${what} is in the log`);
    assert.ok(!stored.includes(secret), `the ${what} is in the database`);
  }
  for (const file of files) assert.equal(statSync(file).mode & 0o077, 0, `${file} is its owner's alone`);
});

test('what a request names can not write a line of its own into the log', async () => {
  const mark = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  const forged = encodeURIComponent(`x\n2026-01-01T00:00:00Z  INFO stagedoor::audit: signed in ${mark}`);
  for (const path of [`/${forged}/start?env=development`, `/oidc/start?env=${forged}`, `/oidc/start?env=development&origin=${forged}`, `/oidc/handler/frame?state=${forged}&error=${forged}`]) {
    await fetch(`${door.local}/api/auth${path}`, { headers: { 'x-request-id': `forged-${mark} INFO` } });
  }
  await fetch(`${door.local}/.backstage/health/v1/liveness`);
  for (const line of door.log.split('\n')) assert.ok(!line.startsWith('2026-01-01T00:00:00Z'), line);
  assert.doesNotMatch(door.log, new RegExp(`id="forged-${mark}`));
});

test('made-up session cookies are asked about a few at a time, whoever waits for the answer or not', async () => {
  let asking = 0;
  let most = 0;
  const held = [];
  idp.faults.set('/token', (request, response) => {
    asking += 1;
    most = Math.max(most, asking);
    held.push(response);
    response.on('close', () => (asking -= 1));
  });
  try {
    const sendAndLeave = n =>
      new Promise(resolve => {
        const socket = net.connect(door.port, '127.0.0.1', () =>
          socket.write(`GET /api/auth/oidc/refresh?env=development HTTP/1.1\r\nHost: localhost\r\nX-Requested-With: XMLHttpRequest\r\nCookie: oidc-refresh-token=made-up-${n}\r\n\r\n`),
        );
        socket.on('error', () => {});
        // Most leave soon; the first wait until somebody was asked about, which may take longer.
        socket.on('connect', () => (n < 8 ? until(() => asking > 0, { what: 'the provider to be asked' }) : pause(300)).finally(() => resolve(socket.destroy())));
      });
    await Promise.all(Array.from({ length: 200 }, (_, n) => sendAndLeave(n)));
    assert.ok(most > 0, 'the provider was asked');
    assert.ok(most <= 64, `${most} calls at once`);
  } finally {
    idp.faults.delete('/token');
    for (const response of held) response.destroy();
  }
});

test('a host that is https to the outside stays so in browsers', async t => {
  const outside = await openHouse({ idp, baseUrl: 'https://auth.example.com' });
  t.after(outside.close);
  for (const path of ['/', '/api/auth/nobody/start', '/.backstage/health/v1/liveness']) {
    const { headers } = await send('GET', `${outside.door.local}${path}`);
    assert.match(headers['strict-transport-security'], /^max-age=\d{7,}$/, path);
  }
  const { headers } = await send('GET', `${door.local}/`);
  assert.equal(headers['strict-transport-security'], undefined);
});

test('a session secret that can be guessed from what a sign-in sends is said to be one, in production', async t => {
  const [weak, strong] = ['hunter2-hunter2', randomBytes(32).toString('base64')];
  const said = async (auth, env) => {
    const { door: other, close: leave } = await openHouse({ idp, auth, env });
    t.after(leave);
    return other.log.split('\n').filter(line => line.includes('auth.session.secret'));
  };
  const production = { NODE_ENV: 'production' };
  const warned = await said({ session: { secret: [weak, strong] } }, production);
  assert.equal(warned.length, 1, warned.join('\n'));
  assert.match(warned[0], /WARN.*too short/);
  assert.ok(!warned[0].includes(weak));
  assert.deepEqual(await said({ session: { secret: strong } }, production), []);
  assert.deepEqual(await said({ session: { secret: weak } }, {}), []);
});
