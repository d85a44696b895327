// A real Backstage auth backend and Stagedoor, both serving at once from one database, under one name

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { Backend, externalAccess } from '../backstage/support/backend.mjs';
import { refresh } from '../support/flows.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { publishedKeys } from '../support/tokens.mjs';
import { until } from '../support/wait.mjs';
import { Cluster, skip as noPostgres } from './support/cluster.mjs';
import { signedInAt, startNodes } from './support/nodes.mjs';

const packages = fileURLToPath(new URL('../backstage/node_modules/@backstage/backend-defaults', import.meta.url));
const skip = noPostgres || (!existsSync(packages) && 'the packages of Backstage are not there: npm ci --prefix backstage');

const DATABASE = 'backstage_plugin_auth';
/** What Backstage makes in a database, by the order in which the two came to it. */
const made = {};
const bearer = token => ({ authorization: `Bearer ${token}` });

for (const order of [['Backstage', 'Stagedoor'], ['Stagedoor', 'Backstage']]) {
  describe(`${order[0]} first, then ${order[1]}`, { skip }, () => {
    let cluster, idp, house, door, backstage;
    before(async () => {
      [cluster, idp] = await Promise.all([Cluster.start(), startIdp()]);
      // The name is that of the second node, whose place Backstage takes.
      house = await startNodes(cluster, 2, { idp, open: false });
      const [its, ours] = house.nodes;
      door = ours;
      backstage = new Backend({ config: { ...its.config, backend: { ...its.config.backend, auth: { externalAccess } } } });
      for (const which of order) {
        await (which === 'Backstage' ? backstage : door).open();
        if (which === 'Backstage') made[order] = await cluster.schema(DATABASE);
      }
    });
    after(async () => {
      await Promise.all([backstage?.close(), house?.close()]);
      await idp?.down();
      await cluster?.close();
    });

    /** A token of each. */
    const tokens = async (as = 'ada') => Promise.all([backstage, door].map(async side => (await signedInAt(side, { as })).session.backstageIdentity.token));

    test('tokens of either verify with the keys that the other publishes', async () => {
      const [theirs, ours] = await tokens();
      for (const [token, other] of [[theirs, door], [ours, backstage]]) {
        const { kid } = decodeProtectedHeader(token);
        await until(async () => (await publishedKeys(other)).keys.some(key => key.kid === kid), { what: `the key ${kid} to be published by the other`, everyMs: 100 });
        await jwtVerify(token, createLocalJWKSet(await publishedKeys(other)), { issuer: house.issuer, audience: 'backstage' });
      }
      const [byBackstage, byUs] = await Promise.all([backstage, door].map(async side => (await publishedKeys(side)).keys.map(({ kid }) => kid).sort()));
      assert.deepEqual(byBackstage, byUs);
    });

    test('so do the tokens by which the two call other plugins: either publishes the keys of both', async () => {
      await tokens();
      const pluginKeys = async side => (await send('GET', `${side.local}/api/auth/.backstage/auth/v1/jwks.json`)).json().keys.map(({ kid }) => kid).sort();
      // Backstage makes its key with its first call, which looks ada up in the catalog; ours is made at the start.
      const rows = await cluster.query('SELECT id FROM backstage_backend_public_keys__keys ORDER BY 1', { database: DATABASE });
      assert.ok(rows.length >= 2, `${rows.length} keys`);
      for (const side of [backstage, door]) {
        await until(async () => isDeepStrictEqual(await pluginKeys(side), rows.flat()), { what: 'the keys of both to be published', everyMs: 100 });
      }
      assert.deepEqual(await cluster.query('SELECT id FROM stagedoor_plugin_keys', { database: DATABASE }), []);
    });

    test('what is known of a user is known to both, whoever wrote it', async () => {
      for (const [as, ref] of [['grace', 'user:default/grace'], ['alan', 'user:bletchley/alan']]) {
        const [theirs, ours] = await tokens(as);
        for (const token of [theirs, ours]) {
          const answers = await Promise.all([backstage, door].map(side => send('GET', `${side.auth}/v1/userinfo`, { headers: bearer(token) })));
          for (const answer of answers) assert.equal(answer.json().claims.sub, ref, answer.text);
          assert.deepEqual(...answers.map(answer => answer.json().claims.ent.toSorted()));
        }
      }
      const rows = await cluster.query('SELECT user_entity_ref FROM user_info ORDER BY 1', { database: DATABASE });
      assert.deepEqual(rows.flat(), ['user:bletchley/alan', 'user:default/ada', 'user:default/grace']);
    });

    test('a session of Backstage’s goes on at ours, while Backstage serves', async () => {
      const { jar } = await signedInAt(backstage);
      assert.equal((await refresh(jar, backstage)).status, 200);
      for (let turn = 0; turn < 3; turn += 1) assert.equal((await refresh(jar, door)).status, 200);
    });

    test('Backstage’s own tables are as Backstage made them', async () => {
      const now = await cluster.schema(DATABASE);
      for (const schema of Object.values(made)) assert.equal(now, schema);
      const [[locked]] = await cluster.query('SELECT count(*) FROM knex_migrations_lock WHERE is_locked <> 0', { database: DATABASE });
      assert.equal(locked, '0');
    });

    test('and it starts again on them', async () => {
      await backstage.close();
      await backstage.open();
      const { jar } = await signedInAt(backstage);
      assert.equal((await refresh(jar, backstage)).status, 200);
    });
  });
}
