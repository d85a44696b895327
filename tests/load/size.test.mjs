// The benchmark of sizes, small: it runs to its end, and what it measures is there (the figures are bench/README.md's)

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
const SIZE = fileURLToPath(new URL('../../bench/size/size.mjs', import.meta.url));

test('2,000 users and 5,000 sessions are measured', async () => {
  const json = join(temporaryDirectory(), 'size.json');
  const env = { ...process.env, STAGEDOOR_BIN: binary(), STAGEDOOR_LOAD_BIN: loadBinary() };
  const { stdout } = await run(process.execPath, [SIZE, '--quick', '--only', 'catalog,sqlite', '--json', json], { env, timeout: 600_000 });
  const { series } = JSON.parse(readFileSync(json, 'utf8'));
  assert.deepEqual(Object.entries(series).map(([what, rows]) => [what, ...rows.map(row => row.size)]), [['catalog', 100, 2_000], ['sqlite', 0, 5_000]]);
  for (const row of Object.values(series).flat()) assert.ok(row.refresh.requests > 10 && row.refresh.cpu_ms_per_request > 0 && row.readyMs > 0, JSON.stringify(row));
  const [, larger] = series.catalog;
  assert.ok(larger.reloadCpuMs > 0, 'it was read again');
  assert.match(stdout, /\| 2,000 \|/);
});
