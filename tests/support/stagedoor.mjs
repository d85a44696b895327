// The server under test: a real process, a real port, a real configuration file.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onProcessEnd } from './cleanup.mjs';
import { send } from './http.mjs';
import { outputOf, recording, secretsOfConfig } from './record.mjs';
import { PATIENCE_MS, until } from './wait.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));

/** What is logged where the suite looks for secrets: all that is ours, and what others say who see them. */
const TALKATIVE = ['debug', ...['', '_oidc', '_signin', '_server', '_catalog', '_storage', '_identity'].map(part => `stagedoor${part}=trace`)].join();

/** The binary under test: STAGEDOOR_BIN, else the release build, else the debug build. */
export function binary() {
  const candidates = process.env.STAGEDOOR_BIN
    ? [resolve(process.env.STAGEDOOR_BIN)]
    : [here('../../target/release/stagedoor'), here('../../target/debug/stagedoor')];
  const found = candidates.find(existsSync);
  if (!found) throw new Error(`no stagedoor binary: build one with "cargo build", or set STAGEDOOR_BIN (looked at ${candidates.join(', ')})`);
  return found;
}

/** A directory of this test alone, gone when the process is. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-test-'));
  onProcessEnd(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes a configuration (JSON is YAML), whole at once for whoever watches it, and returns its path. */
export function writeConfig(directory, config, name = 'app-config.yaml') {
  mkdirSync(directory, { recursive: true });
  secretsOfConfig(config);
  const path = join(directory, name);
  writeFileSync(`${path}.new`, typeof config === 'string' ? config : `${JSON.stringify(config, null, 2)}\n`);
  renameSync(`${path}.new`, path);
  return path;
}

/** One run of the binary: its output, and how it ends. */
export class Run {
  stdout = '';
  stderr = '';
  exited = undefined;

  /** `openFiles` are arguments of `ulimit`, such as `-S -n 256`. */
  constructor(args, { env = {}, cwd, openFiles } = {}) {
    const [command, ...before] = openFiles ? ['/bin/sh', '-c', `ulimit ${openFiles} && exec "$0" "$@"`, binary()] : [binary()];
    this.child = spawn(command, [...before, ...args], {
      cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', ...(recording && { STAGEDOOR_LOG: TALKATIVE }), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const forget = onProcessEnd(() => this.child.kill('SIGKILL'));
    const record = outputOf(args[0] ?? 'stagedoor');
    for (const stream of ['stdout', 'stderr']) {
      this.child[stream].setEncoding('utf8').on('data', text => {
        this[stream] += text;
        record(text);
      });
    }
    this.exit = new Promise(ended => {
      this.child.on('error', error => {
        this.stderr += `\n${error}`;
        this.exited ??= { code: null, signal: null };
        ended(this.exited);
      });
      this.child.on('close', (code, signal) => {
        forget();
        this.exited ??= { code, signal };
        ended(this.exited);
      });
    });
  }

  /** The end of everything it said, for failure messages. */
  tail() {
    return `stdout:\n${this.stdout.slice(-2_000)}\nstderr:\n${this.stderr.slice(-6_000)}`;
  }

  /** Waits for its end; one that does not end is killed and is an error. */
  async ended(timeoutMs = PATIENCE_MS) {
    try {
      return await until(() => this.exited, { what: 'stagedoor to end', timeoutMs });
    } catch (error) {
      this.child.kill('SIGKILL');
      await this.exit;
      throw new Error(`${error.message}\n${this.tail()}`);
    }
  }

  /** SIGTERM, and the exit code. */
  async stop() {
    if (!this.exited) this.child.kill('SIGTERM');
    return (await this.ended()).code;
  }

  /** The power cut: SIGKILL. */
  async kill() {
    if (!this.exited) this.child.kill('SIGKILL');
    await this.exit;
  }

  /** Waits until `probe` is content, or says what the process said when it died or dallied. */
  async until(probe, what, timeoutMs = PATIENCE_MS) {
    try {
      return await until(
        async () => {
          if (this.exited) return { died: true };
          return probe();
        },
        { what, timeoutMs },
      ).then(value => {
        if (value?.died) throw new Error(`stagedoor ended (code ${this.exited.code}) while a test waited for ${what}`);
        return value;
      });
    } catch (error) {
      throw new Error(`${error.message}\n${this.tail()}`, { cause: error });
    }
  }
}

/** `stagedoor serve` on a port of its own. */
export class Door {
  #options;

  constructor({ port, baseUrl = `http://localhost:${port}`, config, directory = temporaryDirectory(), env = {}, args = [], openFiles }) {
    this.port = port;
    this.baseUrl = baseUrl;
    /** `AUTH` of the contract: the base of every auth route and the issuer of tokens. */
    this.auth = `${baseUrl}/api/auth`;
    this.directory = directory;
    this.config = config;
    this.#options = { env, args, openFiles };
  }

  /** Where the process listens, whatever the outside calls it. */
  get local() {
    return `http://localhost:${this.port}`;
  }

  /** Starts, or starts again, and returns when it is alive. */
  async open() {
    const path = writeConfig(this.directory, this.config);
    this.run = new Run(['serve', '--config', path, ...this.#options.args], { env: this.#options.env, openFiles: this.#options.openFiles, cwd: this.directory });
    await this.run.until(
      async () => (await send('GET', `${this.local}/.backstage/health/v1/liveness`)).status === 200,
      'stagedoor to be alive',
    );
    return this;
  }

  get log() {
    return this.run?.stderr ?? '';
  }

  /** Waits until the log says so: a line may come after the answer to what it tells of. */
  says(pattern) {
    return this.run.until(() => pattern.exec(this.log), `the log to say ${pattern}`);
  }

  async close() {
    return this.run && !this.run.exited ? this.run.stop() : this.run?.exited?.code;
  }

  async kill() {
    await this.run?.kill();
  }
}
