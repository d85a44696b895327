// The same requests to a real Backstage auth backend and to Stagedoor: the same answers, but for what differences.mjs lists.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import callback from './cases/callback.mjs';
import { nobodyConfigured, ownershipInTokens } from './cases/other-houses.mjs';
import routes from './cases/routes.mjs';
import session from './cases/session.mjs';
import start from './cases/start.mjs';
import differences from './differences.mjs';
import { Comparison } from './support/compare.mjs';
import { factsOf } from './support/facts.mjs';
import { openSides } from './support/sides.mjs';

const houses = {
  'the usual house': { cases: [...start, ...callback, ...session, ...routes] },
  'ownership in tokens that live long, no CORS': ownershipInTokens,
  'nobody configured': nobodyConfigured,
};
const cases = Object.values(houses).flatMap(house => house.cases);
const comparison = new Comparison(differences);
const ran = new Set();

for (const [title, house] of Object.entries(houses)) {
  describe(title, () => {
    let sides;
    before(async () => (sides = await openSides(house.config)));
    after(() => sides?.close());

    for (const { name, run } of house.cases) {
      test(name, async () => {
        const answers = [];
        // One after the other: a case may tell the provider to misbehave.
        for (const side of [sides.backstage, sides.stagedoor]) answers.push(factsOf(await run(side), side));
        ran.add(name);
        const unlisted = comparison.unlisted(name, ...answers);
        assert.ok(unlisted.length === 0, `not listed in differences.mjs:\n  ${unlisted.join('\n  ')}`);
      });
    }
  });
}

test('every difference that is listed still occurs', context => {
  if (ran.size < cases.length) return context.skip('not every case ran to its end');
  assert.deepEqual(comparison.unseen(), []);
});

test('no two cases, and no two differences, bear one name', () => {
  for (const named of [cases, differences]) assert.equal(new Set(named.map(({ name }) => name)).size, named.length);
});
