// catalog.locations, discovery.endpoints, backend.auth, stagedoor.catalog: where users are looked up (contract §10, §12)

import assert from 'node:assert/strict';
import http from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { Jar } from '../support/browser-jar.mjs';
import { signIn, signedIn } from '../support/flows.mjs';
import { CATALOG } from '../support/house.mjs';
import { startIdp } from '../support/provider.mjs';
import { temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { complaints, houseFor, refusedBy, configFor } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

const entity = (name, email) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name, namespace: 'default', annotations: {} },
  spec: { profile: { email }, memberOf: [] },
  relations: [],
});

const userOf = async (door, as = 'ada') => {
  const { session, error } = await signIn(new Jar(), door, { as });
  return session?.backstageIdentity.identity.userEntityRef ?? error.message;
};

describe('catalog.locations', () => {
  test('files, from where the process runs, by name or by glob, several together', async t => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'people'));
    writeConfig(directory, entity('solo', 'ada@example.com'), 'solo.yaml');
    writeConfig(join(directory, 'people'), entity('one', 'grace@example.com'), 'one.yaml');
    writeConfig(join(directory, 'people'), entity('two', 'alan@example.com'), 'two.yaml');
    const locations = [{ type: 'file', target: './solo.yaml' }, { type: 'file', target: './people/*.yaml' }];
    const { door } = await houseFor(t, idp, { directory, catalog: { locations } });
    assert.deepEqual([await userOf(door), await userOf(door, 'grace'), await userOf(door, 'alan')], ['user:default/solo', 'user:default/one', 'user:default/two']);
  });

  test('of another type are another catalog’s', async t => {
    const locations = [{ type: 'file', target: CATALOG }, { type: 'url', target: 'https://example.invalid/all.yaml' }];
    const { door } = await houseFor(t, idp, { catalog: { locations } });
    await signedIn(door);
    assert.deepEqual(complaints(door.log), []);
  });

  test('a file that is not there: an error that names it', async () => {
    const stderr = await refusedBy(await configFor(idp, it => (it.catalog = { locations: [{ type: 'file', target: './nobody.yaml' }] })));
    assert.match(stderr, /nobody\.yaml/);
  });
});

describe('a catalog over HTTP', () => {
  const asked = [];
  const server = http.createServer((request, response) => {
    asked.push({ url: decodeURIComponent(request.url), authorization: request.headers.authorization });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([entity('remote', 'ada@example.com')]));
  });
  const listening = new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(async () => {
    await listening;
    asked.length = 0;
  });
  const base = () => `http://127.0.0.1:${server.address().port}`;
  const remote = async (t, endpoints, rest = {}) => (await houseFor(t, idp, { catalog: {}, discovery: { endpoints }, ...rest })).door;

  for (const [what, endpoints] of [
    ['a target for one plugin', () => [{ target: `${base()}/one/{{pluginId}}`, plugins: ['catalog'] }]],
    ['a target for several', () => [{ target: `${base()}/one/{{ pluginId }}`, plugins: ['search', 'catalog'] }]],
    ['an internal target goes before an external', () => [{ target: { internal: `${base()}/one/{{pluginId}}`, external: 'http://127.0.0.1:9' }, plugins: ['catalog'] }]],
    ['those of other plugins do not count', () => [{ target: 'http://127.0.0.1:9/{{pluginId}}', plugins: ['search'] }, { target: `${base()}/one/catalog`, plugins: ['catalog'] }]],
  ]) {
    test(`discovery.endpoints: ${what}`, async t => {
      const door = await remote(t, endpoints());
      assert.equal(await userOf(door), 'user:default/remote');
      assert.match(asked[0].url, /^\/one\/catalog\/entities\?/);
    });
  }

  const endpoints = () => [{ target: `${base()}/api/{{pluginId}}`, plugins: ['catalog'] }];

  test('shown by default: a token of a plugin, ours', async t => {
    const door = await remote(t, endpoints());
    await userOf(door);
    const { sub, aud } = decodeJwt(asked[0].authorization.replace('Bearer ', ''));
    assert.deepEqual([sub, aud], ['auth', 'catalog']);
  });

  test('stagedoor.catalog.token: that token instead', async t => {
    const door = await remote(t, endpoints(), { stagedoor: { catalog: { token: 'a-token-of-external-access' } } });
    assert.equal(await userOf(door), 'user:default/remote');
    assert.equal(asked[0].authorization, 'Bearer a-token-of-external-access');
    assert.ok(!door.log.includes('a-token-of-external-access'));
  });

  test('backend.auth.externalAccess: the static token of the subject stagedoor, and never another’s', async t => {
    const access = (token, subject, plugins = []) => ({ type: 'static', options: { token, subject }, accessRestrictions: plugins.map(plugin => ({ plugin })) });
    const auth = externalAccess => ({ backend: { auth: { externalAccess } } });
    const ours = await remote(t, endpoints(), auth([access('of-another', 'cli'), access('for-search-only', 'stagedoor', ['search']), access('our-own-token', 'stagedoor', ['catalog'])]));
    assert.equal(await userOf(ours), 'user:default/remote');
    assert.equal(asked[0].authorization, 'Bearer our-own-token');
    asked.length = 0;
    await userOf(await remote(t, endpoints(), auth([access('of-another', 'cli')])));
    assert.equal(decodeJwt(asked[0].authorization.replace('Bearer ', '')).sub, 'auth');
  });

  test('a catalog that discovery names goes before files', async t => {
    assert.equal(await userOf(await remote(t, endpoints(), { catalog: { locations: [{ type: 'file', target: CATALOG }] } })), 'user:default/remote');
    assert.equal(await userOf(await remote(t, [{ target: `${base()}/api/{{pluginId}}`, plugins: ['search'] }], { catalog: { locations: [{ type: 'file', target: CATALOG }] } })), 'user:default/ada');
  });

  test('backend.auth is read without complaint, and tells no secret', async t => {
    const { door } = await houseFor(t, idp, {
      backend: {
        auth: {
          dangerouslyDisableDefaultAuthPolicy: true,
          externalAccess: [
            { type: 'static', options: { token: 'a-static-token', subject: 'cli' }, accessRestrictions: [{ plugin: 'catalog' }] },
            { type: 'jwks', options: { url: 'https://example.com/jwks.json', issuer: 'x' } },
            { type: 'legacy', options: { secret: 'bGVnYWN5', subject: 'old' } },
          ],
          keys: [{ secret: 'bGVnYWN5' }],
          pluginKeyStore: { type: 'database' },
        },
      },
    });
    await signedIn(door);
    assert.deepEqual(complaints(door.log), []);
    assert.ok(!door.log.includes('a-static-token'));
  });

  for (const [what, endpoint, says] of [
    ['a target that is missing', { plugins: ['catalog'] }, /discovery\.endpoints.*target|target/],
    ['plugins that are no list', { target: 'http://127.0.0.1:9', plugins: 'catalog' }, /plugins/],
  ]) {
    test(`discovery.endpoints: ${what} is a mistake`, async () => {
      assert.match(await refusedBy(await configFor(idp, it => (it.discovery = { endpoints: [endpoint] }))), says);
    });
  }
});
