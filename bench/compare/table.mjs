// Rounds in, medians out, and a table of them.

/** What Stagedoor's CPU time of a request, and memory under load, may be of Backstage's. */
const CPU = { refresh: 1 / 15, 'sign-in': 1 / 10, start: 1 / 12, jwks: 1 / 20, userinfo: 1 / 6 };
const MEMORY = 1 / 15;
const READY_MS = 50;

const COLUMNS = { cpu_ms_per_request: 'CPU ms a request', per_second: 'requests/s', p50_ms: 'p50 ms', p99_ms: 'p99 ms' };

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A figure of every side, what Stagedoor's is of Backstage's, and whether that, or Stagedoor's own, is no more than it may be. */
function figure(rounds, pick, { ratio: most, own } = {}) {
  const of = Object.fromEntries(Object.entries(rounds).map(([side, all]) => [side, median(all.map(pick))]));
  const ratio = of.backstage && of.stagedoor && of.stagedoor / of.backstage;
  if (most && ratio) return { ...of, ratio, target: `1/${Math.round(1 / most)}`, met: ratio <= most };
  if (own && of.stagedoor) return { ...of, ratio, target: String(own), met: of.stagedoor <= own };
  return { ...of, ratio };
}

/** The medians: of each kind of request, and of the processes. */
export function summed(rounds) {
  const phases = Object.values(rounds)[0][0].phases;
  return {
    requests: phases.map(({ work, connections }, at) => {
      const figures = Object.keys(COLUMNS).map(key => [key, figure(rounds, round => round.phases[at][key], key === 'cpu_ms_per_request' ? { ratio: CPU[work] } : {})]);
      return { work, connections, ...Object.fromEntries(figures) };
    }),
    process: {
      'time to ready, ms': figure(rounds, round => round.readyMs, { own: READY_MS }),
      'memory at rest, MiB': figure(rounds, round => round.idleMib),
      'memory under load, MiB': figure(rounds, round => round.phases.at(-1).peak_mib, { ratio: MEMORY }),
    },
  };
}

const shown = number => (number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toPrecision(2));
const times = ratio => (ratio >= 1 ? `${shown(ratio)} ×` : `1/${shown(1 / ratio)}`);
/** `490 / 5000 (10.2 ×)`: Backstage, Stagedoor, and what this is of that. */
const cell = ({ backstage, stagedoor, ratio }) => (ratio ? `${shown(backstage)} / ${shown(stagedoor)} (${times(ratio)})` : shown(backstage ?? stagedoor));
const verdict = ({ target, met }) => (target ? `${target}: ${met ? 'met' : '**not met**'}` : '');

function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(3, ...lines.map(line => line[column].length)));
  const row = line => `| ${line.map((value, column) => value.padEnd(widths[column])).join(' | ')} |`;
  return [row(lines[0]), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...lines.slice(1).map(row)].join('\n');
}

/** The medians as tables, for terminals and for pages. */
export function markdown({ requests, process }) {
  const [cpu, ...others] = Object.keys(COLUMNS);
  return [
    table([
      ['', COLUMNS[cpu], 'target', ...others.map(key => COLUMNS[key])],
      ...requests.map(row => [`${row.work}, ${row.connections} at once`, cell(row[cpu]), verdict(row[cpu]), ...others.map(key => cell(row[key]))]),
    ]),
    table([['', 'the process', 'target'], ...Object.entries(process).map(([what, is]) => [what, cell(is), verdict(is)])]),
  ].join('\n\n');
}
