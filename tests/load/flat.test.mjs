// A short load: nobody is lost, and memory is flat (the long one is in crates/load/README.md)

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { loadBinary, requests } from '../nodes/support/load.mjs';
import { binary, temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';

const run = promisify(execFile);

/** What everyone's sessions may add to the server's memory: caches that have an end, and no session. */
const BYTES_PER_SESSION = 4_096;
/** How much memory may grow while people go on refreshing. */
const GROWTH_MIB = 8;

test('2,000 people sign in and refresh, and nothing grows', async () => {
  const directory = temporaryDirectory();
  const report = join(directory, 'report.json');
  const args = {
    server: binary(), directory, report, people: 2_000, concurrency: 16, provider: `127.0.0.1:${await freePort()}`,
    hour: 0, duration: 30, anew: 5, 'max-growth': GROWTH_MIB, 'max-bytes-per-session': BYTES_PER_SESSION,
  };
  const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await run(loadBinary(), ['run', ...flags], { timeout: 600_000 }).catch(error => error);
  const { problems, memory, ...rest } = JSON.parse(readFileSync(report, 'utf8'));
  assert.deepEqual(problems, [], stdout);
  assert.ok(requests(rest, 'refresh').succeeded > 2_000 + 500, stdout);
  assert.ok(memory.samples.length > 50, 'it was looked at');
  console.log(stdout);
});
