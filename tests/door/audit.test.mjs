// Every audit event, once, with the fields that docs/audit.md promises

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { XHR, authorize, deliver, logout, refresh, signIn, signedIn, start, startUrl } from '../support/flows.mjs';
import { appConfig, openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { writeConfig } from '../support/stagedoor.mjs';
import { until } from '../support/wait.mjs';

const read = path => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const page = read('docs/audit.md');
const names = cell => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name);

/** The table of events: `{always, known}` by name. */
const EVENTS = Object.fromEntries(
  [...page.split('## Events')[1].split('## ')[0].matchAll(/^\| `(\w+)` \|[^|]*\|([^|]*)\|([^|]*)\|$/gm)].map(([, event, always, known]) => [event, { always: names(always), known: names(known) }]),
);
const FIELDS = [...page.split('## Fields')[1].matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => names(cell));

/** Other tests show these, where what they are about is tested. */
const ELSEWHERE = ['session_secret_reused', 'session_limit', 'session_revoked', 'sessions_revoked', 'service_refused', 'client_sign_in'];
/** These belong to no request. */
const ALONE = ['key_rotation', 'configuration_changed', 'configuration_refused'];

const json = { STAGEDOOR_LOG_FORMAT: 'json' };
const { door, idp, close } = await openHouse({ env: json, stagedoor: { trustedProxies: ['loopback'] } });
after(close);
idp.client('backstage', [], { backchannel_logout_uri: 'http://localhost/unused', backchannel_logout_session_required: true });

const seen = new Set();
const events = (of = door) => of.log.split('\n').filter(line => line.includes('"stagedoor::audit"')).map(line => JSON.parse(line));

/** The one event that `act` causes, of those named `event`, checked against the page. */
async function one(event, act, of = door) {
  const before = events(of).length;
  const result = await act();
  const found = await until(() => events(of).slice(before).filter(it => it.event === event).length > 0 && events(of).slice(before), { what: event });
  const [line, ...more] = found.filter(it => it.event === event);
  assert.deepEqual(more, [], `one line: ${event}`);
  check(line);
  return { line, all: found, result };
}

function check(line) {
  const { timestamp, level, target, message, event, span, spans, ...fields } = line;
  assert.ok(timestamp && level && message && target === 'stagedoor::audit', JSON.stringify(line));
  const { always, known } = EVENTS[event];
  for (const name of always) assert.notEqual(fields[name] ?? null, null, `${event} has ${name}: ${JSON.stringify(line)}`);
  for (const name of Object.keys(fields)) assert.ok(always.includes(name) || known.includes(name), `${name} is among the fields of ${event}`);
  if (!ALONE.includes(event)) {
    assert.equal(span?.name, 'request', JSON.stringify(line));
    assert.match(span.client, /^[\d.]+$/);
    assert.match(span.request_id, /^[\w-]{8,64}$/);
  }
  seen.add(event);
}

const from = { 'x-forwarded-for': '203.0.113.7' };
const WHO = { provider: 'oidc', environment: 'development', user: 'user:default/ada', subject: 'ada' };
const has = (line, expected) => assert.deepEqual(Object.fromEntries(Object.keys(expected).map(key => [key, line[key]])), expected);
const resolver = 'emailMatchingUserEntityProfileEmail';
const sidOf = ({ providerInfo }) => JSON.parse(Buffer.from(providerInfo.idToken.split('.')[1], 'base64url')).sid;
const nobody = text => assert.ok(!JSON.stringify(text).includes('null'), JSON.stringify(text));

const told = ['audit', 'audit_operation'].map(name => read(`crates/signin/src/${name}.rs`)).join('\n');

test('the page names every event of the code, and no other', () => {
  const flows = fileURLToPath(new URL('../../crates/signin/src/flow/', import.meta.url));
  const code = told;
  const given = readdirSync(flows).filter(name => name.endsWith('.rs')).map(name => readFileSync(`${flows}${name}`, 'utf8')).join('\n');
  const inCode = new Set([
    ...[...code.matchAll(/event = "(\w+)"/g), ...code.matchAll(/event!\(\s*\w+,\s*"(\w+)"/g), ...code.matchAll(/tell\(\s*"(\w+)"/g), ...given.matchAll(/logged_out_at_provider\(\s*"(\w+)"/g)].map(([, name]) => name),
  ]);
  assert.deepEqual([...inCode].sort(), Object.keys(EVENTS).sort());
  assert.ok(inCode.size >= 15);
});

test('every field is explained, and none that is not there', () => {
  const used = new Set(Object.values(EVENTS).flatMap(({ always, known }) => [...always, ...known]));
  assert.deepEqual([...used].sort(), [...new Set(FIELDS)].sort());
  const code = told;
  for (const field of used) assert.match(code, new RegExp(`\\b${field}\\b`), field);
});

test('sign_in: who, by which resolver, from where', async () => {
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door));
  const { line, all, result } = await one('sign_in', () => deliver(jar, callback, { headers: from }));
  has(line, { ...WHO, resolver });
  assert.equal(line.span.client, '203.0.113.7');
  assert.equal(line.span.request_id, result.headers['x-request-id']);
  assert.equal(all.length, 1, 'and nothing else');
});

test('sign_in_refused: by whom, of whom, and why', async () => {
  const jar = new Jar();
  const refusedByResolver = await authorize(jar, await start(jar, door), { as: 'stranger' });
  const unknown = await one('sign_in_refused', () => deliver(jar, refusedByResolver));
  has(unknown.line, { provider: 'oidc', environment: 'development', subject: 'stranger' });
  const twins = await authorize(jar, await start(jar, door), { as: 'twins' });
  has((await one('sign_in_refused', () => deliver(jar, twins))).line, { subject: 'twins', resolver });
  const denied = await one('sign_in_refused', () => signIn(new Jar(), door, { deny: true, why: 'not today' }));
  has(denied.line, { provider: 'oidc', environment: 'development' });
  assert.match(denied.line.detail, /not today/);
  const forged = await one('sign_in_refused', () => send('GET', `${door.auth}/oidc/handler/frame?state=forged&code=x`));
  has(forged.line, { provider: 'oidc', reason: 'state_invalid', environment: undefined });
  const elsewhere = await one('sign_in_refused', () => send('GET', startUrl(door, { origin: 'https://evil.example.com' })));
  has(elsewhere.line, { reason: 'origin_not_allowed' });
  for (const { all } of [unknown, denied, forged, elsewhere]) assert.equal(all.length, 1, 'and nothing else');
});

test('refresh_failed: whose, and why; a first visit without a cookie is no event', async () => {
  const before = events().length;
  assert.equal((await refresh(new Jar(), door)).status, 401);
  const { jar } = await signedIn(door);
  assert.equal((await refresh(jar, door)).status, 200);
  assert.equal(events().length, before + 1, 'the sign-in alone');
  idp.store.forget('RefreshToken');
  const { line, all } = await one('refresh_failed', () => refresh(jar, door, { headers: { ...XHR, ...from } }));
  has(line, WHO);
  assert.equal(line.span.client, '203.0.113.7');
  assert.match(line.reason, /^\w+$/);
  assert.equal(all.length, 1, 'and nothing else');
  const madeUp = { ...XHR, cookie: `oidc-refresh-token=sd1.${'A'.repeat(64)}` };
  has((await one('refresh_failed', () => refresh(new Jar(), door, { headers: madeUp }))).line, { reason: 'session_missing', user: undefined });
});

test('sign_out', async () => {
  const { jar } = await signedIn(door);
  const { line, all } = await one('sign_out', () => logout(jar, door));
  has(line, WHO);
  assert.equal(all.length, 1, 'and nothing else');
});

test('session_taken_over', async () => {
  await signedIn(door);
  const token = idp.store.of('RefreshToken').map(({ payload }) => payload).filter(({ consumed }) => !consumed).at(-1).jti;
  const { line, all } = await one('session_taken_over', () => refresh(new Jar(), door, { headers: { ...XHR, cookie: `oidc-refresh-token=${token}; oidc-granted-scope=openid%20profile%20email` } }));
  has(line, { provider: 'oidc', subject: 'ada' });
  assert.equal(all.length, 1, 'and nothing else');
});

test('frontchannel_logout and backchannel_logout, also when nobody is believed', async () => {
  const { session } = await signedIn(door);
  const frame = parameters => send('GET', `${door.auth}/oidc/frontchannel-logout?${new URLSearchParams(parameters)}`);
  const ended = await one('frontchannel_logout', () => frame({ iss: idp.issuer, sid: sidOf(session) }));
  has(ended.line, { sessions: 1, environment: 'development', outcome: undefined });
  has((await one('frontchannel_logout', () => frame({ iss: idp.issuer }))).line, { outcome: 'refused', reason: 'logout_not_named' });
  const post = body => send('POST', `${door.auth}/oidc/backchannel-logout`, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body });
  has((await one('backchannel_logout', () => post('logout_token=eyJ.made.up'))).line, { outcome: 'refused' });
});

test('key_rotation: the first keys of a process, too', async () => {
  const first = await until(() => {
    const found = events().filter(({ event }) => event === 'key_rotation');
    return found.length >= 2 && found;
  });
  first.forEach(check);
  assert.deepEqual(first.map(({ purpose }) => purpose).sort(), ['plugin_tokens', 'user_tokens']);
  const { keys } = (await send('GET', `${door.auth}/.well-known/jwks.json`)).json();
  assert.ok(keys.some(({ kid }) => kid === first.find(({ purpose }) => purpose === 'user_tokens').kid));
});

test('configuration_changed and configuration_refused', async () => {
  const change = block => writeConfig(door.directory, appConfig({ port: door.port, providers: { oidc: { development: { ...providerBlock(idp), ...block } } }, stagedoor: { trustedProxies: ['loopback'] } }));
  const refused = await one('configuration_refused', () => change({ timeout: 'soon' }));
  assert.match(refused.line.problem, /auth\.providers\.oidc\.development\.timeout/);
  const { line } = await one('configuration_changed', () => change({ timeout: '9s' }));
  has(line, { generation: 1 });
});

test('rate_limited and overload: a line for many', async t => {
  const busy = await openHouse({ idp, env: json, stagedoor: { trustedProxies: ['loopback'], limits: { requests: 1 }, rateLimit: { start: { perMinute: 1, burst: 1 } } } });
  t.after(busy.close);
  const asking = () => Promise.all(Array.from({ length: 20 }, () => send('GET', startUrl(busy.door), { headers: from })));
  has((await one('rate_limited', asking, busy.door)).line, { limit: 'start', client: '203.0.113.7', requests: 1 });
  let asked = 0;
  let over = false;
  idp.faults.set('/token', async (_request, response) => {
    asked += 1;
    await until(() => over);
    response.destroy();
  });
  t.after(() => idp.faults.delete('/token'));
  await one('overload', async () => {
    const refreshing = Array.from({ length: 10 }, (_, n) => send('GET', `${busy.door.auth}/oidc/refresh?env=development`, { headers: { ...XHR, cookie: `oidc-refresh-token=made-up-${n}` } }));
    await until(() => asked > 0 && events(busy.door).some(({ event }) => event === 'overload'));
    over = true;
    await Promise.all(refreshing);
  }, busy.door);
});

test('for people the same is in one line, with whose request it was', async t => {
  const plain = await openHouse({ idp });
  t.after(plain.close);
  await signedIn(plain.door);
  const lines = await until(() => {
    const found = plain.door.log.split('\n').filter(line => line.includes('event="sign_in"'));
    return found.length > 0 && found;
  });
  assert.equal(lines.length, 1);
  assert.match(lines[0], /request_id="[\w-]+" client=127\.0\.0\.1 .*stagedoor::audit: .*user="user:default\/ada"/);
});

test('every event was seen', () => {
  nobody(events().filter(({ event }) => !ALONE.includes(event)).map(({ detail: _, ...line }) => line));
  assert.deepEqual(Object.keys(EVENTS).filter(event => !seen.has(event) && !ELSEWHERE.includes(event)), []);
});
