// The process has reached its limit of open files

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { refresh, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { until } from '../support/wait.mjs';
import { assertPasses, becomes, goOn, readiness } from './support/signs.mjs';

/** How many more files it may open than it has open at rest. */
const SPARE = 12;

test('reached while it runs: who comes then waits or is told, and everyone has their turn again', async t => {
  const { door, idp, close } = await openHouse({ backend: { database: { client: 'better-sqlite3', connection: { directory: join(temporaryDirectory(), 'db') } } } });
  t.after(close);
  const { jar } = await signedIn(door);
  const { pid } = door.run.child;
  const open = () => readdirSync(`/proc/${pid}/fd`).length;
  // It makes sure at its start that it has enough; so what it has is taken away later.
  const limit = open() + SPARE;
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${limit}:${limit}`]);

  const idle = Array.from({ length: 4 * SPARE }, () => net.connect(door.port, '127.0.0.1').on('error', () => {}));
  t.after(() => idle.forEach(socket => socket.destroy()));
  await until(() => open() >= limit, { what: 'the limit to be reached' });
  const asked = idp.count('/token');
  // Connections that say nothing are ended after ten seconds; whoever waits has their turn then.
  const first = await refresh(jar, door);
  if (first.status !== 200) {
    assertPasses(first);
    assert.equal(idp.count('/token'), asked, 'the provider’s one-time token was not spent in vain');
  }
  await goOn(door, [jar]);

  idle.forEach(socket => socket.destroy());
  await becomes(door, 200);
  await signedIn(door);
  // What it may have stopped watching is watched again.
  if (/files cannot be watched/.test(door.log)) {
    await until(async () => (await readiness(door)).json().configuration.status === 'ok', { what: 'the configuration to be read again', timeoutMs: 60_000, everyMs: 500 });
  }
  await door.says(/can.t be accepted.*(open files|os error 24)/);
  assert.doesNotMatch(door.log, /panicked/);
});
