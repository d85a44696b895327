// What size costs: refreshes with ever more users in the catalog, and ever more sessions in the database. What is measured,
// and what the columns mean, is in ../README.md.
//
//   cargo build --release -p stagedoor -p stagedoor-load
//   node bench/size/size.mjs [--quick] [--only catalog,sqlite,postgres] [--json FILE]

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LOAD, during, freePort, pause, residentMib, root, run, until } from '../compare/process.mjs';
import { user, writeCatalog } from './catalog.mjs';
import { DATABASES } from './databases.mjs';
import { table } from './table.mjs';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: 'catalog,sqlite,postgres' }, json: { type: 'string' } },
});
const { quick, only } = options;
const CATALOGS = quick ? [100, 2_000] : [100, 10_000, 100_000, 1_000_000];
const SESSIONS = quick ? [0, 5_000] : [0, 10_000, 100_000, 1_000_000];
/** How often the server is started: one process may find its memory in a worse place than another, and keeps it. */
const [STARTS, SECONDS, WARM_UP] = quick ? [1, 1, 0.5] : [3, 3, 1];
/** How many people refresh; the others are there. */
const PEOPLE = 100;
/** How much slower than the smallest a refresh may be. */
const LIMIT = 1.2;

const BINARY = process.env.STAGEDOOR_BIN ?? root('target/release/stagedoor');
const ENV = { PATH: process.env.PATH, HOME: process.env.HOME, STAGEDOOR_LOG: 'warn', NO_COLOR: '1' };
const cpuMs = pid => {
  const [, , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '0 ').split(' ');
  return (Number(user) + Number(system)) * 10;
};
const peakMib = pid => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** Starts the server in `directory` several times, waits until it is ready, and measures; `then` is done to it afterwards. */
async function measure(directory, { catalog, url }, then = async () => ({})) {
  const port = await freePort();
  const flags = { directory, people: PEOPLE, port, provider, ...(url && { database: url }) };
  execFileSync(LOAD, ['prepare', ...flagsOf(flags)]);
  const config = join(directory, 'app-config.yaml');
  if (catalog) {
    const settings = JSON.parse(readFileSync(config, 'utf8'));
    settings.catalog.locations = [{ type: 'file', target: catalog }];
    writeFileSync(config, JSON.stringify(settings, null, 2));
  }
  const runs = [];
  while (runs.length < STARTS) {
    const isLast = runs.length === STARTS - 1;
    runs.push(await measureOnce({ directory, port, config }, isLast ? then : async () => ({})));
  }
  return { ...runs.at(-1), refresh: cheapest(runs.map(one => one.refresh)) };
}

async function measureOnce({ directory, port, config }, then) {
  const began = performance.now();
  return during([BINARY, ['serve', '--config', config]], { env: ENV }, async pid => {
    await until('the server to be ready', async () => (await fetch(`http://127.0.0.1:${port}/.backstage/health/v1/readiness`)).ok, { everyMs: 5, timeoutMs: 300_000 });
    const ready = { readyMs: performance.now() - began, readyCpuMs: cpuMs(pid), idleMib: residentMib(pid), peakMib: peakMib(pid) };
    return { ...ready, refresh: await refreshes({ directory, port, pid }), ...(await then(pid)) };
  });
}

async function refreshes({ directory, port, pid }) {
  const report = join(directory, 'report.json');
  await run(LOAD, ['bench', ...flagsOf({ 'base-url': `http://localhost:${port}`, pid, people: PEOPLE, only: 'refresh', connections: 16, seconds: SECONDS, 'warm-up': WARM_UP, report })]);
  return JSON.parse(readFileSync(report, 'utf8'))[0];
}

/** What else the machine does makes it dearer, and nothing makes it cheaper. */
const cheapest = rounds => rounds.reduce((best, round) => (round.cpu_ms_per_request < best.cpu_ms_per_request ? round : best));

const flagsOf = flags => Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** CPU time until nothing is done any more. */
async function untilIdle(pid) {
  const before = cpuMs(pid);
  for (let last = before, idle = 0; idle < 4; ) {
    await pause(500);
    const now = cpuMs(pid);
    idle = now - last <= 10 ? idle + 1 : 0;
    last = now;
  }
  return cpuMs(pid) - before;
}

async function catalogs() {
  const rows = [];
  for (const users of CATALOGS) {
    await within(async directory => {
      const { target, last } = writeCatalog(join(directory, 'users'), users);
      console.error(`\na catalog of ${users}`);
      rows.push({ size: users, ...(await measure(directory, { catalog: target }, async pid => {
        appendFileSync(last, user(users));
        return { reloadCpuMs: await untilIdle(pid), afterReloadMib: residentMib(pid) };
      })) });
    });
  }
  return rows;
}

async function sessions(kind) {
  const rows = [];
  await within(async directory => {
    const database = await DATABASES[kind](directory);
    try {
      let filled = 0;
      let tokens = 0;
      for (const size of SESSIONS) {
        if (size > filled) await database.fill(filled, size, tokens);
        filled = size;
        console.error(`\n${size} sessions in ${database.name}`);
        rows.push({ size, ...(await measure(directory, { url: database.url })) });
        tokens ||= await database.tokens();
      }
    } finally {
      await database.close();
    }
  });
  return rows;
}

async function within(work) {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-size-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const provider = `127.0.0.1:${await freePort()}`;
const series = {};
await during([LOAD, ['provider', '--provider', provider]], {}, async () => {
  await until('the provider', async () => (await fetch(`http://${provider}/.well-known/openid-configuration`)).ok);
  for (const what of only.split(',')) series[what] = what === 'catalog' ? await catalogs() : await sessions(what);
});

const slowest = Math.max(...Object.values(series).flatMap(rows => rows.map(row => row.refresh.cpu_ms_per_request / rows[0].refresh.cpu_ms_per_request)));
console.log(`\n${cpus().length} cores, ${cpus()[0].model}; ${PEOPLE} people, 16 at once, the cheapest of ${STARTS} starts, ${SECONDS} s each\n`);
for (const [what, rows] of Object.entries(series)) console.log(`${table(what, rows)}\n`);
if (options.json) writeFileSync(options.json, JSON.stringify({ quick, slowest, series }, null, 2));
if (slowest > LIMIT && !quick) {
  console.log(`A refresh costs ${slowest.toFixed(2)} times what it does with the smallest: more than ${LIMIT}.`);
  process.exitCode = 1;
}
process.exit();
