// Whoever steals a dump of the database has no token, no cookie and no secret; whoever can write it gives nobody another's session

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { refresh, signedIn } from '../support/flows.mjs';
import { assertNoneIn, assertSearchWorks, walkThrough } from '../support/secrets.mjs';
import { Cluster, installedPostgres, skip } from './support/cluster.mjs';
import { startNodes } from './support/nodes.mjs';

const DATABASE = { database: 'backstage_plugin_auth' };

describe('a stolen database', { skip }, () => {
  let cluster, house, node, walked;
  before(async () => {
    cluster = await Cluster.start();
    house = await startNodes(cluster, 1);
    [node] = house.nodes;
    walked = await walkThrough(node, house.idp);
  });
  after(async () => {
    await house?.close();
    await cluster?.close();
  });

  test('the search would find the secrets', () => assertSearchWorks(walked.secrets));

  for (const format of ['plain', 'tar']) {
    test(`holds none of them, in no form (pg_dump --format=${format})`, async () => {
      const args = ['-h', cluster.directory, '-p', String(cluster.port), '-U', 'postgres', '-d', DATABASE.database, `--format=${format}`];
      const { stdout } = await promisify(execFile)(join(installedPostgres(), 'pg_dump'), args, { encoding: 'buffer', maxBuffer: 1 << 28 });
      assert.ok(stdout.includes('user:default/ada'), 'the sessions are there');
      assertNoneIn(stdout, walked.secrets, 'the dump');
      // What is binary is written in hexadecimal there: the same, read back.
      const binary = [...stdout.toString('latin1').matchAll(/\\\\x([\da-f]+)/g)].map(([, hex]) => Buffer.from(hex, 'hex'));
      assert.ok(binary.length > 4, 'there are binary columns');
      assertNoneIn(Buffer.concat(binary), walked.secrets, 'a binary column');
    });
  }

  test('a row given to another session, person, provider or cookie opens for nobody', async () => {
    const [victim, thief] = [await signedIn(node), await signedIn(node, { as: 'grace' })];
    const run = sql => cluster.query(sql, DATABASE);
    const of = user => `user_entity_ref = 'user:default/${user}' AND created_at = (SELECT max(created_at) FROM stagedoor_sessions WHERE user_entity_ref = 'user:default/${user}')`;
    await run(`CREATE TABLE kept AS SELECT * FROM stagedoor_sessions WHERE (${of('ada')}) OR (${of('grace')})`);
    const restore = () => run('DELETE FROM stagedoor_sessions WHERE id IN (SELECT id FROM kept); INSERT INTO stagedoor_sessions SELECT * FROM kept');
    const stolen = column => `(SELECT ${column} FROM kept WHERE user_entity_ref = 'user:default/ada')`;
    for (const change of [
      `sealed_tokens = ${stolen('sealed_tokens')}`,
      `sealed_tokens = ${stolen('sealed_tokens')}, subject = ${stolen('subject')}`,
      `sealed_tokens = ${stolen('sealed_tokens')}, subject = ${stolen('subject')}, user_entity_ref = ${stolen('user_entity_ref')}, provider_session = ${stolen('provider_session')}`,
      `subject = 'ada'`,
    ]) {
      await run(`UPDATE stagedoor_sessions SET ${change} WHERE id = (SELECT id FROM kept WHERE user_entity_ref = 'user:default/grace')`);
      assert.equal((await refresh(thief.jar.copy(), node)).status, 401, change);
      await restore();
    }
    // The thief's own secret, put into the victim's row.
    await run(`UPDATE stagedoor_sessions SET secret_hash = (SELECT secret_hash FROM kept WHERE user_entity_ref = 'user:default/grace') WHERE id = ${stolen('id')}`);
    const cookie = jar => Buffer.from(decodeURIComponent(jar.held().find(({ name }) => name === 'oidc-refresh-token').value).slice(4), 'base64url');
    const forged = thief.jar.copy();
    const bytes = Buffer.concat([cookie(victim.jar).subarray(0, 16), cookie(thief.jar).subarray(16)]);
    forged.held().find(({ name }) => name === 'oidc-refresh-token').value = `sd1.${bytes.toString('base64url')}`;
    assert.equal((await refresh(forged, node)).status, 401);
    await restore();
    for (const { jar } of [victim, thief]) assert.equal((await refresh(jar, node)).status, 200, 'all as it was');
  });
});
