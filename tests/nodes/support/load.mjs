// The load program (crates/load) as a process of a test.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { temporaryDirectory } from '../../support/stagedoor.mjs';
import { send } from '../../support/http.mjs';
import { freePort, until } from '../../support/wait.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));

/** STAGEDOOR_LOAD_BIN, else the release build, else the debug build. */
export function loadBinary() {
  const candidates = process.env.STAGEDOOR_LOAD_BIN
    ? [resolve(process.env.STAGEDOOR_LOAD_BIN)]
    : [here('../../../target/release/stagedoor-load'), here('../../../target/debug/stagedoor-load')];
  const found = candidates.find(existsSync);
  if (!found) throw new Error(`no load program: build one with "cargo build -p stagedoor-load", or set STAGEDOOR_LOAD_BIN (looked at ${candidates.join(', ')})`);
  return found;
}

const flags = options =>
  Object.entries(options).flatMap(([name, value]) => (value === true ? [`--${name}`] : value === undefined || value === false ? [] : [`--${name}`, String(value)]));

/** Writes the configuration of a Stagedoor for `people`, and reads it back for the test to change. */
export async function prepare({ people, port, baseUrl, directory = temporaryDirectory() }) {
  const provider = `127.0.0.1:${await freePort()}`;
  const path = execFileSync(loadBinary(), ['prepare', ...flags({ directory, people, port, 'base-url': baseUrl, provider })], { encoding: 'utf8' }).trim();
  return { people, provider, baseUrl, directory, config: JSON.parse(readFileSync(path, 'utf8')) };
}

/** The load program's provider, for servers that are there before a run. */
export class LoadProvider {
  /** At the address that `prepare` chose. */
  static async start({ provider }, options = {}) {
    const it = new LoadProvider();
    it.child = spawn(loadBinary(), ['provider', ...flags({ provider, ...options })], { stdio: ['ignore', 'ignore', 'inherit'] });
    it.exit = new Promise(ended => it.child.on('close', ended));
    it.forget = onProcessEnd(() => it.child.kill('SIGKILL'));
    await until(() => send('GET', `http://${provider}/.well-known/openid-configuration`), { what: 'the provider of the load to answer' });
    return it;
  }

  async close() {
    this.child.kill('SIGKILL');
    await this.exit;
    this.forget();
  }
}

/** One run of the load program against what `prepare` has written. */
export class Load {
  log = '';
  output = '';

  /** `provider-runs`: at a provider that is there; else the run has one of its own. */
  constructor({ people, provider, baseUrl }, options = {}) {
    this.file = join(temporaryDirectory(), 'report.json');
    const args = flags({ 'base-url': baseUrl, people, provider, report: this.file, concurrency: 12, hour: 3, duration: 600, ...options });
    this.child = spawn(loadBinary(), ['run', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr.setEncoding('utf8').on('data', text => (this.log += text));
    this.child.stdout.setEncoding('utf8').on('data', text => (this.output += text));
    const forget = onProcessEnd(() => this.child.kill('SIGKILL'));
    this.exit = new Promise(ended => this.child.on('close', code => {
      forget();
      this.code = code;
      ended(code);
    }));
  }

  /** Waits for a phase: `SignIns`, `Hours` or `RollCall`. */
  async phase(name, timeoutMs = 300_000) {
    await until(() => {
      assert.equal(this.code, undefined, `the load ended: ${this.log}\n${this.output}`);
      return this.log.includes(name);
    }, { what: `the load to come to ${name}`, timeoutMs });
  }

  /** Ends it whatever it does: for when a test fails. */
  close() {
    this.child.kill('SIGKILL');
    return this.exit;
  }

  /** Ends the load; the roll is called. The report, and the exit code. */
  async ended({ early = true, timeoutMs = 300_000 } = {}) {
    if (early) this.child.kill('SIGTERM');
    await until(() => this.code !== undefined, { what: 'the load to end', timeoutMs }).catch(error => {
      this.child.kill('SIGKILL');
      throw new Error(`${error.message}\n${this.log}\n${this.output}`);
    });
    assert.ok(existsSync(this.file), `a report: ${this.log}\n${this.output}`);
    return { code: this.code, output: this.output, ...JSON.parse(readFileSync(this.file, 'utf8')) };
  }
}

/** What the report says of one kind of request, over all phases. */
export function requests({ phases }, kind) {
  const parts = phases.flatMap(({ requests: all }) => all.filter(part => part.kind === kind));
  const failures = {};
  for (const part of parts) for (const [why, times] of Object.entries(part.failures)) failures[why] = (failures[why] ?? 0) + times;
  const sum = pick => parts.reduce((total, part) => total + pick(part), 0);
  return { succeeded: sum(part => part.succeeded), shed: sum(part => part.shed), failures };
}

/** Every session that was answered still works, and nobody was left outside. */
export function assertNothingLost(report) {
  assert.deepEqual(report.lost, {}, report.output);
  assert.equal(report.given_up, 0, report.output);
  assert.equal(report.code, 0, report.output);
}
