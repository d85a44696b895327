// Programs in Go, built from their source by way of the Go module proxy, with every version as go.mod and go.sum have it.

import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = /^go\.(mod|sum)$|\.go$/;

/** The path of the program that `what`, a package, is in the module at `directory`; built when it is not in `.cache` there yet. `variables` are set at linking. */
export async function goProgram({ directory, name, what, cgo = false, variables = {} }) {
  const cache = join(directory, '.cache');
  const source = createHash('sha256');
  for (const file of readdirSync(directory).filter(each => SOURCE.test(each)).sort()) source.update(readFileSync(join(directory, file)));
  const program = join(cache, `${name}-${source.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  // Under a name of its own until it is whole: another run may build, too.
  const growing = `${program}.${randomUUID()}`;
  try {
    const linking = Object.entries(variables).map(([variable, value]) => `-X ${variable}=${value}`).join(' ');
    await run('go', ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', `-ldflags=${linking}`, '-o', growing, what], {
      cwd: directory,
      env: { ...process.env, CGO_ENABLED: cgo ? '1' : '0', GOFLAGS: '', GOWORK: 'off' },
      timeout: 900_000,
      maxBuffer: 16_000_000,
    });
    renameSync(growing, program);
  } finally {
    rmSync(growing, { force: true });
  }
  return program;
}
