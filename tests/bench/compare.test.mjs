// The comparison with Backstage still runs to its end, and says what it says (bench/README.md). How fast Stagedoor is, it
// tells when nothing else runs; here the bounds are such that other tests beside it don't break them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadBinary } from '../nodes/support/load.mjs';
import { binary, temporaryDirectory } from '../support/stagedoor.mjs';

const run = promisify(execFile);
const compare = fileURLToPath(new URL('../../bench/compare/compare.mjs', import.meta.url));

/** What Stagedoor's CPU time of a request may be of Backstage's, at most. */
const CPU = { refresh: 1 / 5, 'sign-in': 1 / 4, start: 1 / 4, jwks: 1 / 4, userinfo: 1 / 2 };
const MEMORY = 1 / 3;

test('Stagedoor and Backstage answer the same load, and Stagedoor for less', async () => {
  const directory = temporaryDirectory();
  const [json, page] = [join(directory, 'figures.json'), join(directory, 'figures.md')];
  const env = { ...process.env, STAGEDOOR_BIN: binary(), STAGEDOOR_LOAD_BIN: loadBinary() };
  // It ends well only when no request failed.
  const { stdout } = await run(process.execPath, [compare, '--quick', '--json', json, '--markdown', page], { env, timeout: 900_000 });
  const { medians, rounds } = JSON.parse(readFileSync(json, 'utf8'));

  for (const side of ['backstage', 'stagedoor']) {
    assert.equal(rounds[side].length, 1);
    for (const { work, connections, requests } of rounds[side][0].phases) assert.ok(requests > 0, `${side}: ${work} at ${connections}`);
  }
  assert.deepEqual(medians.requests.map(({ work, connections }) => [work, connections]), [
    ['refresh', 64], ['refresh', 16], ['refresh', 1], ['sign-in', 16], ['start', 16], ['jwks', 16], ['userinfo', 16],
  ]);
  for (const { work, cpu_ms_per_request: { ratio } } of medians.requests) assert.ok(ratio < CPU[work], `${work}: ${ratio.toFixed(3)}\n${stdout}`);
  const { ratio } = medians.process['memory under load, MiB'];
  assert.ok(ratio < MEMORY, `memory: ${ratio.toFixed(3)}\n${stdout}`);
  assert.ok(stdout.includes(readFileSync(page, 'utf8')), 'the page is what was printed');
});
