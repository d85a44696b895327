// The figures as a table in Markdown.

const TITLES = { catalog: 'users in the catalog', sqlite: 'sessions in SQLite', postgres: 'sessions in PostgreSQL' };

/** One row for each size; how much slower, by CPU, than the first. */
export function table(what, rows) {
  const [{ refresh: smallest }] = rows;
  const columns = {
    [TITLES[what]]: row => row.size.toLocaleString('en'),
    'CPU ms a refresh': row => row.refresh.cpu_ms_per_request.toFixed(3),
    'of the smallest': row => `${Math.round((row.refresh.cpu_ms_per_request / smallest.cpu_ms_per_request) * 100)} %`,
    'p50 ms': row => row.refresh.p50_ms.toFixed(1),
    'refreshes/s': row => String(Math.round(row.refresh.per_second)),
    'ready after s': row => (row.readyMs / 1000).toFixed(2),
    'CPU s to ready': row => (row.readyCpuMs / 1000).toFixed(2),
    'MiB when ready': row => String(Math.round(row.idleMib)),
    'MiB at most': row => String(Math.round(row.peakMib)),
    ...(what === 'catalog' && {
      'CPU s of a reload': row => (row.reloadCpuMs / 1000).toFixed(2),
      'MiB after it': row => String(Math.round(row.afterReloadMib)),
    }),
  };
  const line = cells => `| ${cells.join(' | ')} |`;
  return [line(Object.keys(columns)), line(Object.keys(columns).map(() => '---:')), ...rows.map(row => line(Object.values(columns).map(cell => cell(row))))].join('\n');
}
