// The dashboard and the alerts ask for what the program exports: names, labels and values, as it is used

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, describe, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { logout, refresh, signIn, signedIn, startUrl } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startCatalog } from '../support/remote-catalog.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort, until } from '../support/wait.mjs';
import { readAlerts, readExport, readExpression } from './support/promql.mjs';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const docs = name => readFileSync(here(`../../docs/${name}`), 'utf8');
const ALERTS = docs('production/alerts.yaml');
const alerts = readAlerts(ALERTS);
const dashboard = JSON.parse(docs('production/grafana-dashboard.json'));

const metricsPort = await freePort();
const catalog = await startCatalog();
const { door, close } = await openHouse({
  ...catalog.config,
  stagedoor: {
    metrics: { listen: `127.0.0.1:${metricsPort}` },
    rateLimit: { start: { perMinute: 60, burst: 4 } },
    traces: { endpoint: `http://127.0.0.1:${await freePort()}` },
  },
});
after(async () => {
  await close();
  catalog.close();
});

/** What Prometheus and its scraping add. */
const ADDED = ['job', 'instance', 'le'];

/** What is exported once everything has happened that is counted. */
async function exportedInUse() {
  const { jar } = await signedIn(door);
  await refresh(jar, door);
  await logout(jar, door);
  await signIn(new Jar(), door, { deny: true });
  catalog.mood = 503;
  await signIn(new Jar(), door).catch(() => {});
  for (let times = 0; times < 6; times += 1) await send('GET', startUrl(door));
  const scrape = async () => readExport((await send('GET', `http://127.0.0.1:${metricsPort}/metrics`)).text);
  return until(async () => {
    const exported = await scrape();
    return exported.has('stagedoor_sessions') && exported;
  }, { what: 'the sessions to be counted' });
}
const exported = await exportedInUse();

/** The base of the names that a histogram has. */
const base = name => name.replace(/_(bucket|sum|count)$/, '');

/** Each expression, and where it stands. */
const variable = text => text.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h');
const panels = dashboard.panels.filter(panel => panel.type !== 'row');
const inDashboard = [
  ...panels.flatMap(panel => panel.targets.map(({ expr, legendFormat }) => ({ where: panel.title, expr: variable(expr), text: legendFormat }))),
  ...dashboard.annotations.list.map(({ name, expr, textFormat }) => ({ where: name, expr: variable(expr), text: textFormat })),
];
const inAlerts = alerts.map(({ alert, expr, text }) => ({ where: alert, expr, text: text.replaceAll('$labels.', '') }));

function assertKnown({ where, expr, text }) {
  const { metrics, labels } = readExpression(expr);
  assert.ok(metrics.length > 0, `${where}: no metric in ${expr}`);
  const ofAll = new Set(ADDED);
  for (const { name, matchers } of metrics) {
    const has = exported.get(name);
    assert.ok(has, `${where}: ${name} is not exported`);
    for (const label of has.keys()) ofAll.add(label);
    for (const { label, value } of matchers) {
      assert.ok(has.has(label) || ADDED.includes(label), `${where}: ${name} has no label ${label}`);
      if (value.startsWith('$')) continue;
      for (const one of value.split('|')) assert.ok(has.get(label).has(one) || isTold(one) || one === '5..', `${where}: nothing says that ${label} can be ${one}`);
    }
  }
  for (const label of labels) assert.ok(ofAll.has(label), `${where}: ${label} is no label of ${metrics.map(({ name }) => name)}`);
  const shown = [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label]) => label);
  const left = /\bby\s*\(/.test(expr) ? [...labels, ...(expr.includes(' on ') ? ofAll : [])] : [...ofAll];
  for (const label of shown) assert.ok(left.includes(label), `${where}: {{${label}}} is no label of what is shown`);
}

const TOLD = docs('metrics.md') + docs('troubleshooting.md');
const isTold = value => TOLD.includes(`\`${value}\``);

describe('the dashboard', () => {
  for (const one of inDashboard) test(`${one.where}: ${one.text}`, () => assertKnown(one));

  test('its variables are labels that there are', () => {
    for (const { type, query } of dashboard.templating.list) {
      if (type === 'datasource') continue;
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query);
      assert.ok(exported.has(metric) && (exported.get(metric).has(label) || ADDED.includes(label)), query.query);
    }
  });

  test('shows everything that is exported', () => {
    const shown = new Set(inDashboard.flatMap(({ expr }) => readExpression(expr).metrics.map(({ name }) => base(name))));
    const all = new Set([...exported.keys()].map(base));
    assert.deepEqual([...all].filter(name => !shown.has(name) && name !== 'stagedoor_configuration_fingerprint'), []);
  });

  test('has no two panels of one id, and none upon another', () => {
    assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
    const taken = new Set();
    for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
      assert.ok(x + w <= 24, title);
      for (let column = x; column < x + w; column += 1) {
        for (let line = y; line < y + h; line += 1) {
          assert.ok(!taken.has(`${column},${line}`), `${title} lies upon another`);
          taken.add(`${column},${line}`);
        }
      }
    }
  });
});

describe('the alerts', () => {
  for (const one of inAlerts) test(one.where, () => assertKnown(one));

  test('each is told of in docs/production.md', () => {
    const text = docs('production.md');
    assert.deepEqual(alerts.map(({ alert }) => alert).filter(alert => !text.includes(`\`${alert}\``)), []);
    assert.deepEqual([...text.matchAll(/`(Stagedoor[A-Z]\w+)`/g)].map(([, name]) => name).filter(name => !alerts.some(({ alert }) => alert === name)), []);
  });
});

test('docs/metrics.md has the labels that there are', () => {
  const rows = [...docs('metrics.md').matchAll(/^\| `(stagedoor_\w+)` \| (.*?) \|/gm)];
  for (const [, name, cell] of rows) {
    const has = exported.get(name) ?? exported.get(`${name}_bucket`) ?? assert.fail(`${name} was not exported in use`);
    assert.deepEqual([...cell.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(), [...has.keys()].filter(label => label !== 'le').sort(), name);
  }
});

test('a label or a metric that is not there is found', () => {
  const wrong = { where: 'planted', text: '' };
  assert.throws(() => assertKnown({ ...wrong, expr: 'rate(stagedoor_sign_in_total[5m])' }), /is not exported/);
  assert.throws(() => assertKnown({ ...wrong, expr: 'sum by (idp) (stagedoor_sign_ins_total)' }), /idp is no label/);
  assert.throws(() => assertKnown({ ...wrong, expr: 'stagedoor_sign_ins_total{result="signed_in"}' }), /no label result/);
  assert.throws(() => assertKnown({ ...wrong, expr: 'stagedoor_sign_ins_total{outcome="ok"}' }), /can be ok/);
  assert.throws(() => assertKnown({ ...wrong, expr: 'sum by (job) (stagedoor_ready)', text: '{{instance}}' }), /instance/);
});

const promtool = spawnSync('promtool', ['--version']).status === 0;
describe('Prometheus itself', { skip: !promtool && process.env.CI !== 'true' && 'no promtool (Debian: prometheus)' }, () => {
  const directory = temporaryDirectory();
  const run = (...args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: directory, encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}${stderr}`);
  };
  copyFileSync(here('../../docs/production/alerts.yaml'), join(directory, 'alerts.yaml'));

  test('takes the alerts', () => run('check', 'rules', 'alerts.yaml'));

  test('fires them when it should, and not else', () => {
    const tests = readFileSync(here('support/alerts.rules-test.yaml'), 'utf8');
    assert.deepEqual(alerts.map(({ alert }) => alert).filter(alert => !tests.includes(`alertname: ${alert}`)), [], 'each has a test');
    writeFileSync(join(directory, 'tests.yaml'), tests);
    run('test', 'rules', 'tests.yaml');
  });

  test('takes what the dashboard asks', () => {
    const rules = inDashboard.map(({ expr }, number) => ({ record: `dashboard:${number}`, expr }));
    writeFileSync(join(directory, 'dashboard.yaml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    run('check', 'rules', 'dashboard.yaml');
  });
});
