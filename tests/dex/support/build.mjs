// Dex's own program, built from its source by way of the Go module proxy, with every version as go.mod and go.sum have it.

import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What go.mod's pseudo-version is. */
export const VERSION = '2.41.1';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('..', import.meta.url));
const PINS = ['go.mod', 'go.sum'].map(name => readFileSync(join(HERE, name)));

/** The program; built when it is not in `.cache` yet. Its SQLite takes a C compiler. */
export async function dexProgram() {
  const cache = join(HERE, '.cache');
  const program = join(cache, `dex-${createHash('sha256').update(Buffer.concat(PINS)).digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  // Under a name of its own until it is whole: another run may build, too.
  const growing = `${program}.${randomUUID()}`;
  try {
    await run('go', ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', growing, 'github.com/dexidp/dex/cmd/dex'], {
      cwd: HERE,
      env: { ...process.env, CGO_ENABLED: '1', GOFLAGS: '', GOWORK: 'off' },
      timeout: 900_000,
      maxBuffer: 16_000_000,
    });
    renameSync(growing, program);
  } finally {
    rmSync(growing, { force: true });
  }
  return program;
}
