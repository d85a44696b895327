// The disk that SQLite is on is full

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { onProcessEnd } from '../support/cleanup.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signIn, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { assertPasses, assertSignInPasses, becomes, goOn } from './support/signs.mjs';

const mayMount = process.getuid() === 0;
const skip = !mayMount && !process.env.CI && 'mounting a small file system takes root';

/** A file system of four megabytes. */
function smallDisk(t) {
  const directory = temporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory]);
  const unmount = () => execFileSync('umount', ['--lazy', directory]);
  const forget = onProcessEnd(unmount);
  t.after(() => {
    unmount();
    forget();
  });
  return directory;
}

/** Takes all the room there is; returns what gives it back. */
function fill(directory) {
  const ballast = join(directory, 'ballast');
  const file = openSync(ballast, 'w');
  for (const size of [65_536, 4_096, 512, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
  }
  closeSync(file);
  return () => rmSync(ballast);
}

test('sessions are neither made nor lost, and all goes on when there is room', { skip }, async t => {
  const disk = smallDisk(t);
  const { door, idp, close } = await openHouse({ backend: { database: { client: 'better-sqlite3', connection: { directory: join(disk, 'db') } } } });
  t.after(close);
  const jars = [];
  for (const as of ['ada', 'grace', 'alan']) jars.push((await signedIn(door, { as })).jar);

  const empty = fill(disk);
  // There may be a little room left in the database's own files.
  let failed;
  for (let turn = 0; turn < 200 && !failed; turn += 1) {
    const { session, error } = await signIn(new Jar(), door);
    if (session) continue;
    failed = error;
  }
  assertSignInPasses({ error: failed });
  const asked = idp.count('/token');
  for (const jar of jars) assertPasses(await refresh(jar, door));
  assert.equal(idp.count('/token'), asked, 'the provider’s one-time tokens were not spent in vain');
  assert.equal((await becomes(door, 503)).database, 'unavailable');
  assert.equal((await send('GET', `${door.auth}/.well-known/jwks.json`)).status, 200);
  await door.says(/full/);

  empty();
  await becomes(door, 200);
  await goOn(door, jars);
  await signedIn(door);
});
