// Metrics: told to Prometheus on a port of their own, and only there

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { logout, refresh, signedIn } from '../support/flows.mjs';
import { appConfig, openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { writeConfig } from '../support/stagedoor.mjs';
import { freePort, until } from '../support/wait.mjs';

const metricsPort = await freePort();
const stagedoor = { metrics: { listen: { host: '127.0.0.1', port: metricsPort } } };
const { door, idp, close } = await openHouse({ stagedoor });
after(close);

const url = `http://127.0.0.1:${metricsPort}/metrics`;

/** Every sample: `name{label="value",…}` and its number. */
async function samples() {
  const text = (await send('GET', url)).text;
  const lines = text.split('\n').filter(line => line && !line.startsWith('#'));
  return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

/** The sum of all samples of `name` whose labels hold every one of `labels`. */
function sum(all, name, labels = {}) {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return [...all].filter(([key]) => key.split('{')[0] === name && wanted.every(label => key.includes(label))).reduce((total, [, value]) => total + value, 0);
}

describe('metrics', () => {
  test('a sign-in and a refresh are counted, and what they took from others is timed', async () => {
    const before = await samples();
    const { jar } = await signedIn(door);
    assert.equal((await refresh(jar, door)).status, 200);
    const now = await samples();
    const grown = (name, labels) => sum(now, name, labels) - sum(before, name, labels);
    assert.equal(grown('stagedoor_sign_ins_total', { provider: 'oidc', outcome: 'signed_in' }), 1);
    assert.equal(grown('stagedoor_refreshes_total', { provider: 'oidc', outcome: 'refreshed' }), 1);
    assert.equal(grown('stagedoor_http_request_duration_seconds_count', { route: '/api/auth/{provider}/refresh', status: '200' }), 1);
    assert.ok(grown('stagedoor_provider_request_duration_seconds_count', { outcome: 'answered' }) >= 3);
    assert.ok(grown('stagedoor_database_duration_seconds_count', { outcome: 'done' }) >= 3);
    assert.equal(sum(now, 'stagedoor_http_requests_in_flight'), 0);
    assert.equal(sum(now, 'stagedoor_provider_available', { provider: 'oidc' }), 1);
    const age = Date.now() / 1000 - sum(now, 'stagedoor_signing_key_created_timestamp_seconds');
    assert.ok(age > 0 && age < 60, `the key is ${age} seconds old`);
    await until(async () => (await samples()).has('stagedoor_sessions'), { what: 'the sessions to be counted' });
  });

  test('a refusal is counted by its code, a visit without a session too', async () => {
    const before = await samples();
    assert.equal((await send('GET', `${door.auth}/oidc/refresh?env=development`, { headers: { 'x-requested-with': 'XMLHttpRequest' } })).status, 401);
    const now = await samples();
    assert.equal(sum(now, 'stagedoor_refreshes_total', { outcome: 'session_missing' }) - sum(before, 'stagedoor_refreshes_total', { outcome: 'session_missing' }), 1);
  });

  test('a session that ends before its time is counted by the reason', async () => {
    const before = await samples();
    const { jar } = await signedIn(door);
    assert.equal((await logout(jar, door)).status, 200);
    const { jar: other } = await signedIn(door);
    idp.store.forget('RefreshToken');
    assert.equal((await refresh(other, door)).status, 401);
    const now = await samples();
    const grown = reason => sum(now, 'stagedoor_sessions_ended_total', { reason }) - sum(before, 'stagedoor_sessions_ended_total', { reason });
    assert.equal(grown('signed_out'), 1);
    assert.equal(grown('grant_refused'), 1);
  });

  test('the configuration: its generation, and whether a newer one is refused', async () => {
    const change = block => writeConfig(door.directory, appConfig({ port: door.port, providers: { oidc: { development: block } }, stagedoor }));
    const generation = sum(await samples(), 'stagedoor_configuration_generation');
    change({ ...providerBlock(idp), timeout: 'soon' });
    await until(async () => sum(await samples(), 'stagedoor_configuration_refused') === 1, { what: 'the refusal' });
    change(providerBlock(idp));
    await until(async () => sum(await samples(), 'stagedoor_configuration_generation') > generation, { what: 'the change' });
    assert.equal(sum(await samples(), 'stagedoor_configuration_refused'), 0);
  });

  test('paths that anyone can make up make no further series', async () => {
    await send('GET', `${door.auth}/no-such-provider/start?env=development`);
    await send('GET', `http://localhost:${door.port}/made/up`);
    const text = (await send('GET', url)).text;
    assert.doesNotMatch(text, /no-such-provider|made/);
  });

  test('every metric is described, in the answer and in docs/metrics.md, and no other is', async () => {
    const text = (await send('GET', url)).text;
    const helped = new Set([...text.matchAll(/^# HELP (\w+)/gm)].map(([, name]) => name));
    const told = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
    assert.deepEqual([...told].filter(name => !helped.has(name)), []);
    const documented = [...readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8').matchAll(/^\| `(stagedoor_\w+)`/gm)].map(([, name]) => name);
    const described = [...readFileSync(new URL('../../crates/server/src/metrics.rs', import.meta.url), 'utf8').matchAll(/describe_\w+!\(\s*"(\w+)"/g)].map(([, name]) => name);
    assert.deepEqual(documented.sort(), described.sort());
  });

  test('they are on their own port only, and nothing else is there', async () => {
    assert.equal((await send('GET', `http://localhost:${door.port}/metrics`)).status, 404);
    assert.equal((await send('GET', `http://127.0.0.1:${metricsPort}/api/auth/.well-known/jwks.json`)).status, 404);
  });
});
