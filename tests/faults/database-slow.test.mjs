// The database is slow

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refresh, signIn, signedIn } from '../support/flows.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { openHouse } from '../support/house.mjs';
import { Cluster, skip } from '../postgres/support/cluster.mjs';
import { assertPasses, assertSignInPasses, becomes, goOn, readiness } from './support/signs.mjs';
import { slowLink } from './support/slow-link.mjs';

test('a little, and everyone waits; much, and everyone is told; and it heals', { skip }, async t => {
  const cluster = await Cluster.start();
  t.after(() => cluster.close());
  const link = await slowLink(cluster.port);
  t.after(() => link.close());
  const { door, idp, close } = await openHouse({ backend: { database: cluster.database({ connection: { ...cluster.connection, port: link.port } }) } });
  t.after(close);
  const [{ jar }, { jar: other }] = [await signedIn(door), await signedIn(door, { as: 'grace' })];

  link.delayMs = 300;
  assert.equal((await readiness(door)).status, 200);
  await signedIn(door);
  assert.equal((await refresh(jar, door)).status, 200);

  link.delayMs = 20_000;
  const { database } = await becomes(door, 503);
  assert.equal(database, 'unavailable');
  const asked = idp.count('/token');
  const [answer, result] = await Promise.all([refresh(jar, door), signIn(new Jar(), door)]);
  assertPasses(answer);
  assertSignInPasses(result);
  assert.equal(idp.count('/token'), asked, 'the provider’s one-time tokens were not spent in vain');

  link.delayMs = 0;
  await becomes(door, 200);
  await goOn(door, [jar, other]);
  await signedIn(door);
});
