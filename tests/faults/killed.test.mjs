// kill -9 in the middle of sign-ins and refreshes: after a restart every session that was answered works

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Load, LoadProvider, assertNothingLost, prepare, requests } from '../nodes/support/load.mjs';
import { Cluster, skip } from '../postgres/support/cluster.mjs';
import { Door, temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';

async function killedUnderLoad(t, database) {
  const port = await freePort();
  const place = await prepare({ people: 150, port, baseUrl: `http://localhost:${port}` });
  place.config.backend.database = database;
  // Between a provider's answer and the disk is a moment in which a process can die with the only copy of a refresh token;
  // a provider that rotates them has to forgive that one.
  const provider = await LoadProvider.start(place, { rotation: 'grace' });
  t.after(() => provider.close());
  const door = await new Door({ port, config: place.config, directory: place.directory }).open();
  t.after(() => door.kill());

  const load = new Load(place, { 'provider-runs': true, faults: true });
  t.after(() => load.close());
  await load.phase('SignIns');
  for (let turn = 0; turn < 3; turn += 1) {
    await pause(1_000);
    await door.kill();
    await door.open();
  }
  await load.phase('Hours');
  for (let turn = 0; turn < 3; turn += 1) {
    await pause(1_000);
    await door.kill();
    await door.open();
  }
  const report = await load.ended();
  assertNothingLost(report);
  assert.ok(Object.keys({ ...requests(report, 'refresh').failures, ...requests(report, 'callback').failures }).length > 0, 'it was killed in the middle');
}

test('SQLite', t => killedUnderLoad(t, { client: 'better-sqlite3', connection: { directory: join(temporaryDirectory(), 'db') } }));

test('PostgreSQL', { skip }, async t => {
  const cluster = await Cluster.start();
  t.after(() => cluster.close());
  await killedUnderLoad(t, cluster.database());
});
