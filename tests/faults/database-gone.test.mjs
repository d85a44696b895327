// The database crashes under load, is gone for half a minute, and comes back

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Jar } from '../support/browser-jar.mjs';
import { send } from '../support/http.mjs';
import { Door } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';
import { Load, LoadProvider, assertNothingLost, prepare, requests } from '../nodes/support/load.mjs';
import { Cluster, skip } from '../postgres/support/cluster.mjs';
import { becomes } from './support/signs.mjs';
import { startUrl } from '../support/flows.mjs';

const GONE_MS = 30_000;

test('gone for 30 s under load, with a provider that forgives nothing', { skip }, async t => {
  const cluster = await Cluster.start();
  t.after(() => cluster.close());
  const port = await freePort();
  const place = await prepare({ people: 120, port, baseUrl: `http://localhost:${port}` });
  place.config.backend.database = cluster.database();
  const provider = await LoadProvider.start(place, { rotation: 'strict' });
  t.after(() => provider.close());
  const door = await new Door({ port, config: place.config }).open();
  t.after(() => door.kill());
  const load = new Load(place, { 'provider-runs': true, faults: true, anew: 0, hour: 1 });
  t.after(() => load.close());
  await load.phase('Hours');

  await cluster.down({ atOnce: true });
  const gone = pause(GONE_MS);
  const { database } = await becomes(door, 503);
  assert.equal(database, 'unavailable');
  // What needs no database goes on: sign-ins begin, and backends verify tokens.
  const started = await new Jar().send('GET', startUrl(door, { provider: 'load' }));
  assert.equal(started.status, 302, started.text);
  assert.equal((await send('GET', `${door.auth}/.well-known/jwks.json`)).json().keys.length, 1);
  await gone;
  await cluster.up();

  await becomes(door, 200);
  const report = await load.ended();
  assertNothingLost(report);
  const { failures } = requests(report, 'refresh');
  assert.ok(failures['storage_unavailable (passes)'] > 0, report.output);
  assert.ok(!Object.keys(failures).some(why => why.startsWith('refused')), report.output);
});
