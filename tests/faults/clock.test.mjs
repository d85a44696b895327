// The clock jumps by an hour, forth and back, while the world's goes on as before

import assert from 'node:assert/strict';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { refresh, signIn, signedIn } from '../support/flows.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { openHouse } from '../support/house.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { publishedKeys } from '../support/tokens.mjs';
import { until } from '../support/wait.mjs';
import { send } from '../support/http.mjs';
import { goOn, readiness } from './support/signs.mjs';

const LIBRARY = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].map(place => `${place}/faketime/libfaketimeMT.so.1`).find(existsSync);
const skip = !LIBRARY && !process.env.CI && 'libfaketime is not installed (Debian: faketime)';

/** A clock of the process under test; monotonic time, as timers use it, does not jump, as on a real machine. */
function clock() {
  const file = join(temporaryDirectory(), 'offset');
  const set = offset => {
    writeFileSync(`${file}.new`, `${offset}\n`);
    renameSync(`${file}.new`, file);
  };
  set('+0');
  return { set, env: { LD_PRELOAD: LIBRARY, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' } };
}

/** What the process takes the time to be: the `Date` of its answers would be the server's, so its log is asked. */
const shows = (door, hours) => until(async () => {
  await signIn(new Jar(), door);
  const last = door.log.trim().split('\n').at(-1).split(' ')[0];
  return Math.abs(Date.parse(last) - Date.now() - hours * 3_600_000) < 60_000;
}, { what: `the clock to be ${hours} h off` });

for (const [name, offset, hours] of [['forth', '+1h', 1], ['back', '-1h', -1]]) {
  test(`an hour ${name}: nothing is lost, and all is well when it is right again`, { skip }, async t => {
    const { set, env } = clock();
    const { door, close } = await openHouse({ env, backend: { database: { client: 'better-sqlite3', connection: { directory: join(temporaryDirectory(), 'db') } } } });
    t.after(close);
    const people = ['ada', 'grace', 'alan'];
    const signed = [];
    for (const as of people) signed.push(await signedIn(door, { as }));
    const jars = signed.map(({ jar }) => jar);
    const { token } = signed[0].session.backstageIdentity;

    set(offset);
    await shows(door, hours);
    assert.equal((await readiness(door)).status, 200);
    // A provider's tokens are of another time: they are not believed, and yet not lost.
    for (const jar of jars) for (let turn = 0; turn < 2; turn += 1) {
      const answer = await refresh(jar, door);
      assert.ok([200, 401].includes(answer.status), answer.text);
      assert.ok(!answer.setCookies.some(line => /-refresh-token=;/.test(line)), 'the cookie is not taken away');
    }
    await jwtVerify(token, createLocalJWKSet(await publishedKeys(door)), { issuer: door.auth });

    set('+0');
    await shows(door, 0);
    await goOn(door, jars);
    const { session } = await signedIn(door);
    await jwtVerify(session.backstageIdentity.token, createLocalJWKSet(await publishedKeys(door)), { issuer: door.auth, audience: 'backstage' });
    const known = await send('GET', `${door.auth}/v1/userinfo`, { headers: { authorization: `Bearer ${session.backstageIdentity.token}` } });
    assert.equal(known.status, 200, known.text);
    await door.kill();
    await door.open();
    await goOn(door, jars);
  });
}
