// Rounds in, a table of medians out.

const median = numbers => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const UNITS = { perSecond: 'a second', p50: 'p50, ms', p99: 'p99, ms', cpuMs: 'CPU, ms', ms: 'ms', mib: 'MiB' };
const shown = number => (number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toPrecision(2));

/** One row for each figure; the last column is what Stagedoor's is of Backstage's. */
export function table({ backstage, stagedoor }) {
  const rows = [['', '', 'Backstage', 'Stagedoor', 'ratio']];
  for (const [what, units] of Object.entries(stagedoor[0])) {
    for (const unit of Object.keys(units).filter(unit => unit in UNITS)) {
      const [theirs, ours] = [backstage, stagedoor].map(rounds => median(rounds.map(round => round[what][unit])));
      const ratio = unit === 'perSecond' ? `${shown(ours / theirs)} ×` : `1/${shown(theirs / ours)}`;
      rows.push([what, UNITS[unit], shown(theirs), shown(ours), ratio]);
    }
  }
  const line = cells => `| ${cells.join(' | ')} |`;
  return [line(rows[0]), '|---|---|---|---|---|', ...rows.slice(1).map(line)].join('\n');
}
