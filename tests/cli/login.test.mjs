// stagedoor login, logout, whoami, token: against a running server, with a browser that BROWSER names

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { authorize, deliver, parseForm } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { isSecret } from '../support/record.mjs';
import { Run, temporaryDirectory } from '../support/stagedoor.mjs';
import { verifyUserToken } from '../support/tokens.mjs';

const { door, close, idp } = await openHouse({ stagedoor: { nativeClients: { 'stagedoor-cli': { title: 'The command line' } } } });
after(close);
const off = await openHouse({ idp });
after(off.close);
const base = new URL(door.auth).origin;

/** Somebody's machine: a home of its own, and a browser that writes down what it is to open. */
class Machine {
  home = temporaryDirectory();
  opened = join(this.home, 'opened');
  browser = join(this.home, 'browser.sh');

  constructor() {
    writeFileSync(this.browser, `#!/bin/sh\nprintf '%s' "$1" > '${this.opened}.part' && mv '${this.opened}.part' '${this.opened}'\n`);
    chmodSync(this.browser, 0o755);
  }

  get sessions() {
    return join(this.home, '.local/state/stagedoor/sessions');
  }

  get files() {
    return existsSync(this.sessions) ? readdirSync(this.sessions).filter(name => name.endsWith('.json')) : [];
  }

  get file() {
    assert.equal(this.files.length, 1, this.files.join());
    return join(this.sessions, this.files[0]);
  }

  start(args, env = {}) {
    return new Run(args, { env: { HOME: this.home, BROWSER: this.browser, ...env } });
  }

  async run(args, { code = 0, env } = {}) {
    const run = this.start(args, env);
    const exit = await run.ended();
    assert.equal(exit.code, code, run.tail());
    return run;
  }

  /** Where the browser is sent. */
  async page(run) {
    await run.until(() => existsSync(this.opened), 'the browser');
    return readFileSync(this.opened, 'utf8');
  }

  async login(args = ['--url', base], options) {
    rmSync(this.opened, { force: true });
    const run = this.start(['login', ...args]);
    const last = await inBrowser(await this.page(run), options);
    const exit = await run.ended();
    if (this.files.length) isSecret('refresh token', JSON.parse(readFileSync(this.file, 'utf8')).refresh_token);
    return { run, exit, last };
  }

  /** As if the token had been got long ago. */
  age(file = this.file) {
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...kept, received_at: '2020-01-01T00:00:00Z' }));
  }
}

/** What a person does in the browser, to the last page. */
async function inBrowser(url, { as, deny } = {}) {
  const jar = new Jar();
  const page = await jar.send('GET', url, { topLevel: true });
  const { action, body } = parseForm(page.text, url);
  const agreed = await jar.send('POST', action, { initiator: new URL(url).origin, topLevel: true, body, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  const onward = /content="0;url=([^"]*)"/.exec(agreed.text)[1].replace(/&#(\d+);|&amp;/g, (_, code) => (code ? String.fromCodePoint(code) : '&'));
  const response = await deliver(jar, await authorize(jar, onward, { as, deny }));
  assert.equal(response.status, 302, response.text);
  return send('GET', response.location);
}

test('login, whoami, token, logout', async () => {
  const machine = new Machine();
  const { run, exit, last } = await machine.login();
  assert.equal(exit.code, 0, run.tail());
  assert.match(run.stdout, /^Signed in as user:default\/ada \(Ada Lovelace, ada@example\.com\)\n {2}at http:/);
  assert.match(run.stderr, /Your browser opens/);
  assert.match(run.stderr, /Waiting for you to sign in/);
  assert.doesNotMatch(run.stdout + run.stderr, /\x1b/, 'no colours where no terminal is');
  assert.match(last.text, /You are signed in/);
  assert.match(last.text, /You can close this window\./);
  assert.match(last.headers['content-security-policy'], /default-src 'none'/);

  assert.equal(statSync(machine.file).mode & 0o777, 0o600);
  assert.equal(statSync(machine.sessions).mode & 0o777, 0o700);

  const who = await machine.run(['whoami']);
  assert.match(who.stdout, /^user:default\/ada \(.*\n {2}at .*\n {2}through group:default\//);
  const json = JSON.parse((await machine.run(['whoami', '--json'])).stdout);
  assert.equal(json.userEntityRef, 'user:default/ada');
  assert.equal(json.url, base);
  assert.deepEqual(json.profile.email, 'ada@example.com');
  assert.ok(json.ownershipEntityRefs.includes('group:default/analysts'));
  assert.ok(Date.parse(json.expiresAt) > Date.now());

  const token = (await machine.run(['token'])).stdout;
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const { payload } = await verifyUserToken(door, token.trim());
  assert.equal(payload.sub, 'user:default/ada');
  const info = await send('GET', `${door.auth}/v1/userinfo`, { headers: { authorization: `Bearer ${token.trim()}` } });
  assert.equal(info.status, 200);
  const asJson = JSON.parse((await machine.run(['token', '--json'])).stdout);
  assert.doesNotMatch(who.stdout + who.stderr + run.stdout + run.stderr, /ey[\w-]+\.[\w-]+\./, 'no token where none is asked for');
  assert.equal(asJson.token, token.trim(), 'the one that is kept, as long as it is good');

  const kept = readFileSync(machine.file, 'utf8');
  const file = machine.file;
  assert.match((await machine.run(['logout'])).stderr, /Signed out at http/);
  assert.deepEqual(machine.files, []);
  assert.match((await machine.run(['token', '--url', base], { code: 1 })).stderr, /nobody is signed in at http.*: run stagedoor login --url/);
  writeFileSync(file, kept);
  machine.age();
  await machine.run(['token'], { code: 1 });
  assert.deepEqual(machine.files, [], 'ended at the server too, and what is over is not kept');
});

test('a token that ends is refreshed, by many at once too', async () => {
  const machine = new Machine();
  await machine.login();
  for (let round = 0; round < 3; round += 1) {
    const before = JSON.parse(readFileSync(machine.file, 'utf8')).session.backstageIdentity.token;
    machine.age();
    const runs = await Promise.all(Array.from({ length: 6 }, () => machine.run(['token'])));
    const tokens = new Set(runs.map(run => run.stdout));
    assert.equal(tokens.size, 1, 'one of them asks, the others get the same');
    assert.notEqual([...tokens][0].trim(), before);
  }
  assert.equal(statSync(machine.file).mode & 0o777, 0o600);
});

test('who is refused is told why, in both places', async () => {
  const machine = new Machine();
  const denied = await machine.login(undefined, { deny: true });
  assert.equal(denied.exit.code, 1);
  assert.match(denied.run.stderr, /the auth backend refused: Authentication rejected/);
  assert.match(denied.last.text, /Signing in did not work/);
  const stranger = await machine.login(undefined, { as: 'stranger' });
  assert.equal(stranger.exit.code, 1);
  assert.match(stranger.run.stderr, /unable to resolve user identity/);
  assert.deepEqual(machine.files, []);
});

test('only the answer that is waited for counts', async () => {
  const machine = new Machine();
  const run = machine.start(['login', '--url', base, '--json']);
  const page = await machine.page(run);
  const asked = new URL(page).searchParams;
  const redirect = asked.get('redirect_uri');
  assert.match(redirect, /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  assert.equal(asked.get('code_challenge_method'), 'S256');
  const forged = await send('GET', `${redirect}?code=forged&state=forged&iss=${encodeURIComponent(door.auth)}`);
  assert.equal(forged.status, 400);
  assert.equal((await send('GET', new URL('/favicon.ico', redirect).href)).status, 404);
  assert.equal(run.exited, undefined);
  await inBrowser(page);
  assert.equal((await run.ended()).code, 0, run.tail());
  assert.equal(JSON.parse(run.stdout).userEntityRef, 'user:default/ada');
});

test('an answer of another auth backend is not taken (RFC 9207)', async () => {
  const machine = new Machine();
  const run = machine.start(['login', '--url', base]);
  const asked = new URL(await machine.page(run)).searchParams;
  await send('GET', `${asked.get('redirect_uri')}?code=x&state=${asked.get('state')}&iss=https://evil.example.com`);
  assert.equal((await run.ended()).code, 1);
  assert.match(run.stderr, /another auth backend than was asked/);
});

test('--no-browser prints the link; --provider and --env go into it; --timeout ends the wait', async () => {
  const machine = new Machine();
  const run = await machine.run(['login', '--url', base, '--no-browser', '--provider', 'oidc', '--env', 'development', '--timeout', '1'], { code: 1 });
  assert.ok(!existsSync(machine.opened));
  const link = new URL(/^ {2}(http\S+)$/m.exec(run.stderr)[1]);
  assert.equal(link.searchParams.get('provider'), 'oidc');
  assert.equal(link.searchParams.get('env'), 'development');
  assert.match(run.stderr, /nobody signed in within 1 seconds/);
  assert.equal(run.stdout, '');
});

test('without a browser the link is still there', async () => {
  const machine = new Machine();
  const run = await machine.run(['login', '--url', base, '--timeout', '1'], { code: 1, env: { BROWSER: '/nowhere/browser' } });
  assert.match(run.stderr, /No browser could be started\. Open this link/);
});

test('a server that is off, away, or does not know the program is told of at once', async () => {
  const machine = new Machine();
  const login = async (url, ...more) => (await machine.run(['login', '--url', url, ...more], { code: 1 })).stderr;
  assert.match(await login(new URL(off.door.auth).origin), /stagedoor\.nativeClients/);
  assert.match(await login('http://127.0.0.1:9'), /can't be reached: .*[Cc]onnect/);
  assert.match(await login(base, '--client-id', 'nobody'), /The client is not known here/);
  assert.ok(!existsSync(machine.opened), 'and no browser opens');
  assert.equal((await machine.run(['login', '--url', 'ftp://example.com'], { code: 1 })).stdout, '');
  assert.match((await machine.run(['login'], { code: 1 })).stderr, /not signed in anywhere/);
  await machine.run(['login', '--url', 'not a url'], { code: 2 });
});

test('a server that is away signs nobody out', async () => {
  const machine = new Machine();
  const house = await openHouse({ idp, stagedoor: { nativeClients: { 'stagedoor-cli': {} } } });
  try {
    await machine.login(['--url', `${house.door.auth}/`]);
    machine.age();
    await house.door.close();
    assert.match((await machine.run(['token'], { code: 1 })).stderr, /can't be reached/);
    assert.equal(machine.files.length, 1);
    const logout = await machine.run(['logout'], { code: 1 });
    assert.match(logout.stderr, /signed out on this machine, but the server could not be told/);
    assert.deepEqual(machine.files, []);
  } finally {
    await house.close();
  }
});

test('signed in at two places, one is to be chosen', async () => {
  const machine = new Machine();
  const house = await openHouse({ idp, stagedoor: { nativeClients: { 'stagedoor-cli': {} } } });
  try {
    const other = new URL(house.door.auth).origin;
    await machine.login();
    const encoded = encodeURIComponent(other).replace(/[.\-_]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const copy = join(machine.sessions, `${encoded}.json`);
    writeFileSync(copy, readFileSync(machine.file));
    const both = await machine.run(['whoami'], { code: 1 });
    assert.match(both.stderr, /signed in at several places: choose with --url/);
    for (const place of [base, other]) assert.ok(both.stderr.includes(place), both.stderr);
    await machine.run(['whoami', '--url', base]);
    await machine.run(['whoami'], { env: { STAGEDOOR_URL: base } });
    assert.match((await machine.run(['whoami', '--url', other], { code: 1 })).stderr, /nobody is signed in/, 'a session is good where it was made only');
  } finally {
    await house.close();
  }
});

test('a file that is not as it was written is told of, and shown nothing of', async () => {
  const machine = new Machine();
  await machine.login();
  writeFileSync(machine.file, '{"refresh_token": "very secret"');
  const run = await machine.run(['token'], { code: 1 });
  assert.match(run.stderr, /the session can't be read/);
  assert.doesNotMatch(run.stderr, /very secret/);
});
