// The two servers: from one configuration, each in a process of its own.

import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { LOAD, during, freePort, pause, residentMib, root, run, until } from './process.mjs';

/** Packages of a new Backstage app's backend, as they are published: the auth backend, and the catalog it asks. */
const FEATURES = ['@backstage/plugin-auth-backend', '@backstage/plugin-auth-backend-module-oidc-provider', '@backstage/plugin-catalog-backend'];

export const SIDES = {
  backstage: config => [process.execPath, [root('tests/backstage/support/minimal-backend.cjs'), '--config', config]],
  stagedoor: config => [process.env.STAGEDOOR_BIN ?? root('target/release/stagedoor'), ['serve', '--config', config]],
};
/** In production, and neither writes a line for each request. */
const ENV = { NODE_ENV: 'production', LOG_LEVEL: 'warn', STAGEDOOR_LOG: 'warn', NO_COLOR: '1', BACKSTAGE_FEATURES: JSON.stringify(FEATURES) };

/** For looking whether Backstage's catalog was read. */
const TOKEN = 'the-benchmark-s-own-token-of-more-than-enough-characters';
/** After this nothing of the start is going on any more. */
const REST_MS = 2_000;

/** Opens a side; ready, its catalog read, and rested, it is handed to `work`. */
export async function openSide(side, { directory, provider, people, database }, work) {
  const port = await freePort();
  const baseUrl = `http://localhost:${port}`;
  const config = await prepare({ directory, provider, people, port, 'provider-id': 'oidc' }, database);
  const { PATH, HOME } = process.env;
  const started = performance.now();
  return during(SIDES[side](config), { cwd: root('tests/backstage'), env: { PATH, HOME, ...ENV } }, async pid => {
    await until(`${side} to be ready`, () => answers(port, '/.backstage/health/v1/readiness'), { everyMs: 1 });
    const readyMs = performance.now() - started;
    // Stagedoor has read it when it is ready.
    if (side === 'backstage') await until('the catalog', async () => (await users(baseUrl)) === Number(people), { everyMs: 500 });
    await pause(REST_MS);
    return work({ pid, baseUrl, readyMs, idleMib: residentMib(pid) });
  });
}

async function prepare(flags, database) {
  await run(LOAD, ['prepare', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])]);
  const path = join(flags.directory, 'app-config.yaml');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.backend.auth = { externalAccess: [{ type: 'static', options: { token: TOKEN, subject: 'benchmark' } }] };
  if (database === 'memory') config.backend.database = { client: 'better-sqlite3', connection: ':memory:' };
  writeFileSync(path, JSON.stringify(config, null, 2));
  return path;
}

function answers(port, path) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path, agent: false }, response => response.resume().on('end', () => resolve(response.statusCode === 200))).on('error', reject);
  });
}

async function users(baseUrl) {
  const url = `${baseUrl}/api/catalog/entities?filter=kind=user&fields=metadata.name`;
  return (await (await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } })).json()).length;
}
