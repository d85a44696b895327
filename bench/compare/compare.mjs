// Stagedoor beside Backstage's own auth backend: the same app-config.yaml, the same provider, the same load, one after the
// other on this machine, as often as --rounds says. Prints medians, and what one is of the other.
//
//   cargo build --release -p stagedoor -p stagedoor-load && npm ci --prefix tests/backstage
//   node bench/compare/compare.mjs [--rounds 3] [--people 200] [--seconds 8] [--json report.json]

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { hammer } from './hammer.mjs';
import { cpuMilliseconds, residentMiB, peakMiB } from './process.mjs';
import { table } from './table.mjs';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const LOAD = process.env.STAGEDOOR_LOAD_BIN ?? root('target/release/stagedoor-load');
const SIDES = {
  backstage: config => [process.execPath, [root('tests/backstage/support/minimal-backend.cjs'), '--config', config]],
  stagedoor: config => [process.env.STAGEDOOR_BIN ?? root('target/release/stagedoor'), ['serve', '--config', config]],
};
const FEATURES = ['@backstage/plugin-auth-backend', root('bench/compare/provider-module.cjs'), '@backstage/plugin-catalog-backend'];
const PROVIDER = '127.0.0.1:9421';
const PORT = 7421;
const BASE = `http://localhost:${PORT}`;
const AUTH = `${BASE}/api/auth`;
const TOKEN = 'the-benchmark-s-own-token-of-more-than-enough-characters';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    people: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '8' },
    json: { type: 'string' },
  },
});

const sleep = ms => new Promise(done => setTimeout(done, ms));

async function until(what, is, everyMs = 2, timeoutMs = 60_000) {
  for (const end = Date.now() + timeoutMs; ; await sleep(everyMs)) {
    if (await is().catch(() => false)) return;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
  }
}

/** Starts a program, and ends it by the time the work is done. */
async function during([command, args], env, work) {
  const child = spawn(command, args, { cwd: root('tests/backstage'), env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise(resolve => child.on('close', resolve));
  try {
    return await work(child.pid);
  } finally {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  }
}

/** What the load program reports of a run; it fails the benchmark when a request failed. */
function run(pid, directory, ...more) {
  const report = join(directory, 'report.json');
  const args = ['run', '--base-url', BASE, '--pid', String(pid), '--provider-runs', '--people', options.people, '--directory', directory, '--report', report, ...more];
  const { status, stdout, stderr } = spawnSync(LOAD, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the load program ended with ${status}:\n${stdout}\n${stderr}`);
  return JSON.parse(readFileSync(report, 'utf8'));
}

/** The figures of one phase of a report. */
function phase(report, name, kind) {
  const { seconds, requests, cpu_ms_per_request } = report.phases.find(phase => phase.name === name);
  const of = requests.find(request => request.kind === kind);
  // A sign-in is more than one request to the server.
  const toServer = requests.filter(request => request.kind !== 'sign_in').reduce((sum, { succeeded }) => sum + succeeded, 0);
  return { perSecond: of.succeeded / seconds, p50: of.p50_ms, p99: of.p99_ms, cpuMs: (cpu_ms_per_request * toServer) / of.succeeded };
}

async function users() {
  const response = await fetch(`${BASE}/api/catalog/entities?filter=kind=user&fields=metadata.name`, { headers: { authorization: `Bearer ${TOKEN}` } });
  return (await response.json()).length;
}

/** One side, once. */
async function measure(side, directory) {
  const prepared = spawnSync(LOAD, ['prepare', '--directory', directory, '--people', options.people, '--provider', PROVIDER, '--port', String(PORT), '--base-url', BASE], { encoding: 'utf8' });
  if (prepared.status !== 0) throw new Error(prepared.stderr);
  const path = join(directory, 'app-config.yaml');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.backend.auth = { externalAccess: [{ type: 'static', options: { token: TOKEN, subject: 'benchmark' } }] };
  writeFileSync(path, JSON.stringify(config));
  const env = { NODE_ENV: 'production', LOG_LEVEL: 'warn', RUST_LOG: 'warn', BACKSTAGE_FEATURES: JSON.stringify(FEATURES), NODE_PATH: root('tests/backstage/node_modules') };
  const started = performance.now();
  return during(SIDES[side](path), env, async pid => {
    const ready = async () => (await fetch(`${BASE}/.backstage/health/v1/readiness`)).status === 200;
    await until(`${side} to be ready`, ready);
    const figures = { 'time to ready': { ms: performance.now() - started } };
    if (side === 'backstage') await until('the catalog', async () => (await users()) === Number(options.people), 200);
    await sleep(3_000);
    figures['idle memory'] = { mib: residentMiB(pid) };
    figures['sign-in, 16 at once'] = phase(run(pid, directory, '--duration', '0', '--concurrency', '16'), 'sign_ins', 'sign_in');
    for (const at of [1, 16, 64]) {
      const report = run(pid, directory, '--hour', '0', '--anew', '0', '--duration', options.seconds, '--concurrency', String(at));
      figures[`refresh, ${at} at once`] = phase(report, 'hours', 'refresh');
    }
    const token = await userToken();
    const asked = {
      start: [`${AUTH}/load/start?env=development&scope=openid&origin=http://localhost:3000`, {}, 302],
      JWKS: [`${AUTH}/.well-known/jwks.json`, {}, 200],
      userinfo: [`${AUTH}/v1/userinfo`, { authorization: `Bearer ${token}` }, 200],
    };
    for (const [name, [url, headers, status]] of Object.entries(asked)) {
      const before = cpuMilliseconds(pid);
      const answered = await hammer(url, { headers, status, connections: 16, seconds: Number(options.seconds) });
      figures[`${name}, 16 at once`] = { ...answered, cpuMs: (cpuMilliseconds(pid) - before) / answered.count };
    }
    figures['most memory under load'] = { mib: peakMiB(pid) };
    return figures;
  });
}

/** A Backstage token, got by a whole sign-in. */
async function userToken() {
  const cookies = new Map();
  let url = `${AUTH}/load/start?env=development&scope=openid&origin=http://localhost:3000`;
  for (let hop = 0; hop < 6; hop += 1) {
    const response = await fetch(url, { redirect: 'manual', headers: { cookie: [...cookies].map(pair => pair.join('=')).join('; ') } });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, ...value] = cookie.split(';')[0].split('=');
      cookies.set(name, value.join('='));
    }
    if (response.status === 200) {
      const told = /decodeURIComponent\('([^']*authorization_response[^']*)'\)|'(%7B%22type%22%3A%22authorization_response[^']*)'/.exec(await response.text());
      return JSON.parse(decodeURIComponent(told[1] ?? told[2])).response.backstageIdentity.token;
    }
    url = new URL(response.headers.get('location'), url).href;
  }
  throw new Error('the sign-in did not end');
}

const rounds = { backstage: [], stagedoor: [] };
await during([LOAD, ['provider', '--provider', PROVIDER, '--rotation', 'grace']], {}, async () => {
  await until('the provider', async () => (await fetch(`http://${PROVIDER}/.well-known/openid-configuration`)).ok);
  for (let round = 1; round <= Number(options.rounds); round += 1) {
    for (const side of Object.keys(SIDES)) {
      const directory = mkdtempSync(join(tmpdir(), 'stagedoor-compare-'));
      try {
        rounds[side].push(await measure(side, directory));
        console.error(`round ${round}: ${side} is done`);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    }
  }
});
if (options.json) writeFileSync(options.json, JSON.stringify(rounds, null, 2));
console.log(`${cpus().length} cores, ${cpus()[0].model}; ${options.people} people; medians of ${options.rounds} rounds\n`);
console.log(table(rounds));
