// A PostgreSQL server of the tests' own, in a directory that goes with it.

import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { freePort, until } from '../../support/wait.mjs';

const VERSIONS = '/usr/lib/postgresql';

/** Where its programs are: POSTGRES_BIN, else Debian's newest; undefined where it is not installed. */
export function installedPostgres() {
  const newest = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => b - a)[0] : undefined;
  return process.env.POSTGRES_BIN ?? (newest && join(VERSIONS, newest, 'bin'));
}

/** Starts a server; returns `{connection, close}`, the first as `backend.database` takes it. */
export async function startPostgres(bin = installedPostgres()) {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-pg-'));
  const as = asItsUser(directory);
  const port = await freePort();
  execFileSync(join(bin, 'initdb'), ['--pgdata', join(directory, 'data'), '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], { ...as, stdio: 'ignore' });
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', join(directory, 'data'), '-p', port, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', `unix_socket_directories=${directory}`],
    { ...as, stdio: 'ignore' },
  );
  const exit = new Promise(ended => server.on('close', ended));
  const forget = onProcessEnd(() => {
    server.kill('SIGQUIT');
    rmSync(directory, { recursive: true, force: true });
  });
  const close = async () => {
    server.kill('SIGINT');
    await exit;
    forget();
    rmSync(directory, { recursive: true, force: true });
  };
  const ready = () => spawnedWell(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
  await until(ready, { what: 'PostgreSQL to be ready' }).catch(async error => {
    await close();
    throw error;
  });
  return { connection: { host: '127.0.0.1', port, user: 'postgres', password: 'trusted' }, close };
}

/** It refuses to run as root: then it is the user its package made. */
function asItsUser(directory) {
  if (process.getuid() !== 0) return { cwd: directory };
  const [uid, gid] = ['-u', '-g'].map(what => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' })));
  chownSync(directory, uid, gid);
  return { cwd: directory, uid, gid };
}

function spawnedWell(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
