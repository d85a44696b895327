// The catalog, in a Backstage elsewhere, is gone

import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signIn, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { freePort } from '../support/wait.mjs';
import { assertPasses, assertSignInPasses, goOn, readiness } from './support/signs.mjs';

const user = name => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { namespace: 'default', name },
  spec: { profile: { email: `${name}@example.com` } },
  relations: [],
});

/** A catalog that knows everyone; it can go and come back. */
async function startCatalog() {
  const port = await freePort();
  let server;
  const up = () => new Promise(resolve => {
    server = http.createServer((request, response) => {
      const name = /spec\.profile\.email=(\w+)@/i.exec(decodeURIComponent(request.url))?.[1];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(name ? [user(name)] : []));
    }).listen(port, '127.0.0.1', resolve);
  });
  const down = () => new Promise(resolve => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await up();
  return { target: `http://127.0.0.1:${port}/api/{{pluginId}}`, up, down };
}

test('nobody is taken for unknown, sessions outlive it, and it is found again', async t => {
  const catalog = await startCatalog();
  t.after(() => catalog.down());
  const { door, close } = await openHouse({ catalog: {}, discovery: { endpoints: [{ target: catalog.target, plugins: ['catalog'] }] } });
  t.after(close);
  const { jar } = await signedIn(door);
  await catalog.down();

  // Somebody not asked about before: an answer remembered from better times may well be given.
  assertSignInPasses(await signIn(new Jar(), door, { as: 'grace' }));
  const answer = await refresh(jar, door);
  if (answer.status !== 200) assertPasses(answer);
  assert.equal((await readiness(door)).status, 200, 'whom it knows, it serves');

  await catalog.up();
  await goOn(door, [jar]);
  await signedIn(door, { as: 'grace' });
});
