// A PostgreSQL server of the tests' own, that can be taken away and brought back.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, copyFileSync, chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { freePort, until } from '../../support/wait.mjs';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

/** Where its programs are: POSTGRES_BIN, else Debian's newest; undefined where it is not installed. */
export function installedPostgres() {
  const newest = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => b - a)[0] : undefined;
  return process.env.POSTGRES_BIN ?? (newest && join(VERSIONS, newest, 'bin'));
}

/** For `describe` and `test`: says why they are skipped, where PostgreSQL is not installed. */
export const skip = installedPostgres() === undefined && 'PostgreSQL is not installed (Debian: postgresql)';

/** The user `backstage` may make databases, and needs a password; `postgres` is trusted on the socket. */
export class Cluster {
  user = 'backstage';
  password = 'p4ss:w/rd @&%';
  #bin = installedPostgres();
  #as;
  #settings;
  #server;
  #forget;

  /** `tls` is a certificate with its files: `{certFile, keyFile}`; `clientCa` the file that client certificates are checked with. */
  static async start({ tls, clientCa } = {}) {
    const cluster = new Cluster();
    cluster.directory = mkdtempSync(join(tmpdir(), 'stagedoor-pg-'));
    onProcessEnd(() => rmSync(cluster.directory, { recursive: true, force: true }));
    cluster.port = await freePort();
    cluster.#prepare(tls, clientCa);
    await cluster.up();
    await cluster.query(`CREATE ROLE ${cluster.user} LOGIN CREATEDB PASSWORD '${cluster.password}'`);
    return cluster;
  }

  get data() {
    return join(this.directory, 'data');
  }

  /** `backend.database.connection`, as an object. */
  get connection() {
    const { port, user, password } = this;
    return { host: '127.0.0.1', port, user, password };
  }

  /** The same as a URL; `database` and `query` where they are given. */
  url({ database = '', query = '' } = {}) {
    return `postgres://${this.user}:${encodeURIComponent(this.password)}@127.0.0.1:${this.port}/${database}${query}`;
  }

  /** `backend.database`; what is given goes over it. */
  database(rest = {}) {
    return { client: 'pg', connection: this.connection, ...rest };
  }

  #prepare(tls, clientCa) {
    this.#as = asItsUser(this.directory);
    execFileSync(join(this.#bin, 'initdb'), ['--pgdata', this.data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], { ...this.#as, stdio: 'ignore' });
    const settings = [`port=${this.port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${this.directory}`, 'fsync=off', 'max_connections=80', 'log_connections=on'];
    const own = (file, name) => {
      copyFileSync(file, join(this.data, name));
      if (this.#as.uid !== undefined) chownSync(join(this.data, name), this.#as.uid, this.#as.gid);
      chmodSync(join(this.data, name), 0o600);
    };
    let host = 'host all all 127.0.0.1/32 scram-sha-256';
    if (tls) {
      own(tls.certFile, 'server.crt');
      own(tls.keyFile, 'server.key');
      settings.push('ssl=on');
      host = 'hostssl all all 127.0.0.1/32 scram-sha-256';
    }
    if (clientCa) {
      own(clientCa, 'root.crt');
      settings.push('ssl_ca_file=root.crt');
      host = `hostssl all certified 127.0.0.1/32 cert\n${host}`;
    }
    writeFileSync(join(this.data, 'pg_hba.conf'), `local all postgres trust\n${host}\n`);
    this.#settings = settings.flatMap(setting => ['-c', setting]);
  }

  /** Starts, or starts again with the same data. */
  async up() {
    this.log = '';
    this.#server = spawn(join(this.#bin, 'postgres'), ['-D', this.data, ...this.#settings], { ...this.#as, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#server.stderr.setEncoding('utf8').on('data', text => (this.log += text));
    const server = this.#server;
    server.gone = new Promise(resolve => server.on('close', resolve));
    this.#forget = onProcessEnd(() => server.kill('SIGQUIT'));
    await until(() => {
      if (server.exitCode !== null) throw new Error(`PostgreSQL ended: ${this.log}`);
      return this.query('SELECT 1').then(() => true, () => false);
    }, { what: 'PostgreSQL to be ready', everyMs: 50 });
    return this;
  }

  /** Takes it away, cutting every connection; `atOnce` without a farewell, as a crash does. */
  async down({ atOnce = false } = {}) {
    if (this.#server.exitCode !== null) return;
    this.#server.kill(atOnce ? 'SIGQUIT' : 'SIGINT');
    await this.#server.gone;
    this.#forget();
  }

  /** Stops it as a machine that froze: connections stay open and nothing answers. */
  freeze() {
    for (const pid of this.#processes()) process.kill(pid, 'SIGSTOP');
  }

  thaw() {
    for (const pid of this.#processes()) process.kill(pid, 'SIGCONT');
  }

  #processes() {
    const { pid } = this.#server;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
    return [pid, ...children];
  }

  async close() {
    await this.down();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The rows of a statement run as the superuser, each a list of texts. */
  async query(sql, { database = 'postgres' } = {}) {
    const { stdout } = await run(join(this.#bin, 'psql'), ['-X', '-A', '-t', '-q', '-F', '\x1f', '-v', 'ON_ERROR_STOP=1', '-h', this.directory, '-p', String(this.port), '-U', 'postgres', '-d', database, '-c', sql]);
    return stdout.split('\n').filter(Boolean).map(row => row.split('\x1f'));
  }

  /** The names of all databases that a test may have made. */
  async databases() {
    return (await this.query("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1")).flat();
  }

  /** `schema.table` of every table in a database. */
  async tables(database) {
    return (await this.query("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1", { database })).flat();
  }

  /** The definitions of everything in a database that is not Stagedoor's own, as SQL. */
  async schema(database) {
    const args = ['-h', this.directory, '-p', String(this.port), '-U', 'postgres', '-d', database, '--schema-only', '-T', '*stagedoor*', '-T', '_sqlx*'];
    const { stdout } = await run(join(this.#bin, 'pg_dump'), args);
    return stdout.split('\n').filter(line => line && !/^(--|\\(un)?restrict)/.test(line)).join('\n');
  }

  /** Makes everything as if it were new. */
  async forget() {
    for (const database of await this.databases()) await this.query(`DROP DATABASE "${database}" WITH (FORCE)`);
  }
}

/** It refuses to run as root: then it is the user its package made. */
function asItsUser(directory) {
  if (process.getuid() !== 0) return { cwd: directory };
  const [uid, gid] = ['-u', '-g'].map(what => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' })));
  chownSync(directory, uid, gid);
  return { cwd: directory, uid, gid };
}
