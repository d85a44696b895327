// Stagedoor beside Backstage's own auth backend: the same app-config.yaml, the same provider, the same load, one after the
// other on this machine. What is measured, and what the columns mean, is in ../README.md.
//
//   cargo build --release -p stagedoor -p stagedoor-load && npm ci --prefix tests/backstage
//   node bench/compare/compare.mjs [--rounds 3 | --quick] [--side stagedoor] [--only jwks,refresh] [--awake] [--json FILE] [--markdown FILE]

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LOAD, awake, during, freePort, run, until } from './process.mjs';
import { SIDES, openSide } from './sides.mjs';
import { markdown, summed } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
    'warm-up-requests': { type: 'string' },
    people: { type: 'string' },
    database: { type: 'string', default: 'memory' },
    quick: { type: 'boolean', default: false },
    side: { type: 'string' },
    only: { type: 'string' },
    connections: { type: 'string' },
    awake: { type: 'boolean', default: false },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
});
// Fewer people than connections would wait for each other; Backstage reads ten of them a second.
const defaults = options.quick ? { rounds: 1, seconds: 1, 'warm-up': 0.5, 'warm-up-requests': 100, people: 64 } : { rounds: 3, seconds: 4, 'warm-up': 1, 'warm-up-requests': 2000, people: 100 };
const plan = { ...defaults, ...options };
if (!['memory', 'file'].includes(plan.database)) throw new Error('--database is memory or file');
const sides = Object.keys(SIDES).filter(side => !plan.side || side === plan.side);
if (sides.length === 0) throw new Error(`--side is one of ${Object.keys(SIDES).join(', ')}`);

/** One side, once: its start, its rest, its load. */
async function measure(side, provider) {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-compare-'));
  try {
    return await openSide(side, { directory, provider, people: plan.people, database: plan.database }, async ({ pid, baseUrl, readyMs, idleMib }) => {
      const report = join(directory, 'report.json');
      const chosen = ['only', 'connections'].flatMap(name => (plan[name] ? [`--${name}`, plan[name]] : []));
      const common = { 'base-url': baseUrl, pid, people: plan.people, 'provider-id': 'oidc', seconds: plan.seconds, 'warm-up': plan['warm-up'], 'warm-up-requests': plan['warm-up-requests'], report };
      await run(LOAD, ['bench', ...Object.entries(common).flatMap(([name, value]) => [`--${name}`, String(value)]), ...chosen]);
      return { readyMs, idleMib, phases: JSON.parse(readFileSync(report, 'utf8')) };
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Writes the tables to a file: to their place in it, where it is a page that has one. */
function keep(file, tables) {
  const place = /(?<=<!-- measured -->\n\n)[^]*(?=\n<!-- \/measured -->)/;
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, place.test(page) ? page.replace(place, () => tables) : tables);
}

const provider = `127.0.0.1:${await freePort()}`;
const rounds = Object.fromEntries(sides.map(side => [side, []]));
await during([LOAD, ['provider', '--provider', provider]], {}, async () => {
  await until('the provider', async () => (await fetch(`http://${provider}/.well-known/openid-configuration`)).ok);
  const fallAsleep = plan.awake ? awake() : () => {};
  for (let round = 1; round <= Number(plan.rounds); round += 1) {
    for (const side of sides) {
      console.error(`\nround ${round}: ${side}`);
      rounds[side].push(await measure(side, provider));
    }
  }
  fallAsleep();
});

const machine = { cores: cpus().length, model: cpus()[0].model, node: process.version };
const medians = summed(rounds);
const columns = sides.length === 2 ? 'Backstage / Stagedoor (ratio)' : sides[0];
const about = `${columns}; medians of ${plan.rounds} rounds of ${plan.seconds} s each; SQLite in ${plan.database === 'file' ? 'files' : 'memory'}; ${machine.cores} cores${plan.awake ? ' that were kept awake' : ''}, ${machine.model}; Node.js ${machine.node}`;
const text = `${about}\n\n${markdown(medians)}\n`;
console.log(`\n${text}`);
if (plan.json) writeFileSync(plan.json, JSON.stringify({ machine, plan, medians, rounds }, null, 2));
if (plan.markdown) keep(plan.markdown, text);
