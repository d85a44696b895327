// Nodes come, go and are killed under a load of sign-ins and refreshes: nothing is lost, and nobody is signed out

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { skip } from '../postgres/support/cluster.mjs';
import { Nodes } from './support/cluster.mjs';
import { Load, assertNothingLost, requests } from './support/load.mjs';

/** How long the load goes on between two events: some hundred requests. */
const A_WHILE = 1_500;

/** Nodes, and the load on them, that end with the test. */
async function underLoad(t, rotation, options) {
  const all = await Nodes.start({ people: 240, rotation });
  t.after(() => all.close());
  const load = new Load(all.load, { 'provider-runs': true, concurrency: 8, ...options });
  t.after(() => load.close());
  await load.phase('SignIns');
  await pause(500);
  return { all, load };
}

test('all nodes are replaced, one after the other: no request fails, with a provider that forgives nothing', { skip }, async t => {
  const { all, load } = await underLoad(t, 'strict');
  for (const old of all.nodes.slice()) {
    await all.add();
    await pause(A_WHILE);
    await all.remove(old);
    await pause(A_WHILE);
  }
  await load.phase('Hours');
  await all.refreshed(350);
  const report = await load.ended();
  report.output += all.complaints();
  assertNothingLost(report);
  for (const kind of ['start', 'callback', 'refresh']) assert.deepEqual(requests(report, kind).failures, {}, report.output);
  assert.ok(requests(report, 'refresh').succeeded > 300, report.output);
});

test('nodes are killed and come back: who was killed in the middle is answered by another', { skip }, async t => {
  const { all, load } = await underLoad(t, 'grace', { faults: true });
  for (const turn of [0, 1, 2, 0]) {
    const node = all.nodes[turn];
    await all.kill(node);
    await pause(A_WHILE);
    await node.open();
    if (turn === 0) await load.phase('Hours');
    await pause(A_WHILE);
  }
  const newcomer = await all.add();
  await all.kill(all.nodes[1]);
  await pause(A_WHILE);
  await all.remove(newcomer);
  await all.refreshed(350);
  const report = await load.ended();
  report.output += all.complaints();
  assertNothingLost(report);
  // To the frontend, an answer other than 200 is the end of the session.
  assert.deepEqual(requests(report, 'refresh').failures, {}, report.output);
  assert.ok(requests(report, 'refresh').succeeded > 300, report.output);
});
