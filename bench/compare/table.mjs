// Rounds in, rows of medians out.

/** What Stagedoor's CPU time of a request, or memory, may be of Backstage's. */
const TARGETS = { refresh: 1 / 15, 'sign-in': 1 / 10, start: 1 / 12, jwks: 1 / 20, userinfo: 1 / 6, memory: 1 / 15 };
const READY_MS = 50;

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Every figure of every side: its median, and where there is a target, whether it is met. */
export function summed(rounds) {
  const sides = Object.keys(rounds);
  const row = (what, unit, pick, target = {}) => {
    const of = Object.fromEntries(sides.map(side => [side, median(rounds[side].map(pick))]));
    const ratio = sides.length === 2 ? of.stagedoor / of.backstage : undefined;
    const { most, atMost } = target;
    const met = most === undefined ? (atMost === undefined || of.stagedoor === undefined ? undefined : of.stagedoor <= atMost) : ratio && ratio <= most;
    return { what, unit, ...of, ratio, most, atMost, met };
  };
  const phases = rounds[sides[0]][0].phases.flatMap(({ work, connections }, at) => {
    const name = `${work}, ${connections} connection${connections === 1 ? '' : 's'}`;
    return [
      row(name, 'CPU ms a request', round => round.phases[at].cpu_ms_per_request, { most: TARGETS[work] }),
      row(name, 'requests/s', round => round.phases[at].per_second),
      row(name, 'p50 ms', round => round.phases[at].p50_ms),
      row(name, 'p99 ms', round => round.phases[at].p99_ms),
    ];
  });
  return [
    ...phases,
    row('time to ready', 'ms', round => round.readyMs, { atMost: READY_MS }),
    row('memory at rest', 'MiB', round => round.idleMib),
    row('memory under load', 'MiB', round => round.phases.at(-1).peak_mib, { most: TARGETS.memory }),
  ];
}

const shown = number => (number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toPrecision(2));
const ratio = number => (number >= 1 ? `${shown(number)} ×` : `1/${shown(1 / number)}`);
const TITLES = { backstage: 'Backstage', stagedoor: 'Stagedoor' };

function targetOf({ most, atMost, met }) {
  if (most === undefined && atMost === undefined) return '';
  const target = most === undefined ? `${atMost}` : ratio(most);
  return met === undefined ? target : `${target}: ${met ? 'met' : '**not met**'}`;
}

/** The rows as a table, for terminals and for pages. */
export function markdown(rows, sides) {
  const both = sides.length === 2;
  const cells = [
    ['', '', ...sides.map(side => TITLES[side]), ...(both ? ['ratio', 'target'] : [])],
    ...rows.map(row => [row.what, row.unit, ...sides.map(side => shown(row[side])), ...(both ? [ratio(row.ratio), targetOf(row)] : [])]),
  ];
  const widths = cells[0].map((_, column) => Math.max(3, ...cells.map(line => line[column].length)));
  const line = values => `| ${values.map((value, column) => value.padEnd(widths[column])).join(' | ')} |`;
  return [line(cells[0]), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...cells.slice(1).map(line)].join('\n');
}
