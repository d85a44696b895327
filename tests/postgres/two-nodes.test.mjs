// Several nodes on one PostgreSQL: to a browser, and to a backend, they are one

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { assertError, assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { readFrame } from '../support/frame.mjs';
import { authorize, deliver, logout, refresh, signedIn, start } from '../support/flows.mjs';
import { send } from '../support/http.mjs';
import { publishedKeys } from '../support/tokens.mjs';
import { until } from '../support/wait.mjs';
import { Cluster, skip } from './support/cluster.mjs';
import { atNode, signedInAt, startNodes } from './support/nodes.mjs';

describe('two nodes', { skip }, () => {
  let cluster, house, one, two;
  before(async () => {
    cluster = await Cluster.start();
    house = await startNodes(cluster, 2);
    [one, two] = house.nodes;
  });
  after(async () => {
    await house?.close();
    await cluster?.close();
  });

  /** A browser that signed in at the first node. */
  const someone = async () => (await signedIn(one)).jar;

  test('the database is where Backstage would have it, with nothing of ours beside', async () => {
    assert.deepEqual(await cluster.databases(), ['backstage_plugin_auth']);
    for (const table of await cluster.tables('backstage_plugin_auth')) assert.match(table, /^public\.(stagedoor_|_stagedoor|_sqlx)/);
  });

  test('a flow started on one finishes on the other, once', async () => {
    const jar = new Jar();
    const callback = await authorize(jar, await start(jar, one));
    const thief = jar.copy();
    assertSession(readFrame(await deliver(jar, atNode(two, callback))).session);
    assert.equal(readFrame(await deliver(thief, callback)).session, undefined, 'used is used on every node');
    assert.equal((await refresh(jar, one)).status, 200);
  });

  test('a session of one goes on at the other, back and forth, with a rotating provider', async () => {
    const jar = await someone();
    const before = house.idp.happened('refresh_token.consumed');
    for (const node of [two, one, two, one, two]) assertSession((await refresh(jar, node)).json());
    assert.equal(house.idp.happened('refresh_token.consumed') - before, 5);
  });

  test('a logout on one ends it on the other', async () => {
    const jar = await someone();
    const thief = jar.copy();
    assert.equal((await refresh(jar, two)).status, 200);
    assert.equal((await logout(jar, two)).status, 200);
    for (const node of [one, two]) assertError(await refresh(thief.copy(), node), 401, 'AuthenticationError', /^Refresh failed/);
  });

  test('ten refreshes at once, spread over both: all succeed, and so does the next on either', async () => {
    const jar = await someone();
    const before = house.idp.count('/token');
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => refresh(jar, [one, two][index % 2])));
    assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(200), answers.find(({ status }) => status !== 200)?.text);
    for (const answer of answers) assertSession(answer.json());
    assert.ok(house.idp.count('/token') - before <= 10);
    for (const node of [one, two]) assert.equal((await refresh(jar, node)).status, 200, 'the session has survived the rush');
  });

  test('and so they do when ten people do it', async () => {
    const jars = await Promise.all(Array.from({ length: 10 }, someone));
    const answers = await Promise.all(jars.flatMap(jar => [one, two, one, two].map(node => refresh(jar, node))));
    assert.deepEqual(answers.filter(({ status }) => status !== 200).map(({ text }) => text), []);
  });

  test('a logout while refreshes are under way on the other: signed out afterwards, whoever was first', async () => {
    const jar = await someone();
    const tabs = Array.from({ length: 4 }, () => jar.copy());
    const [out, ...answers] = await Promise.all([logout(jar, one), ...tabs.map((tab, index) => refresh(tab, [one, two][index % 2]))]);
    assert.equal(out.status, 200);
    for (const { status, text } of answers) assert.ok([200, 401].includes(status), text);
    for (const node of [one, two]) assert.equal((await refresh(tabs[0].copy(), node)).status, 401);
  });

  test('both publish the keys of both, and know each other’s users', async () => {
    const tokens = [];
    for (const node of [one, two]) {
      tokens.push((await signedInAt(node)).session.backstageIdentity.token);
    }
    assert.notEqual(...tokens.map(token => decodeProtectedHeader(token).kid), 'each signs with its own');
    const [ofOne, ofTwo] = [await publishedKeys(one), await publishedKeys(two)];
    assert.deepEqual(ofOne.keys.map(({ kid }) => kid).sort(), ofTwo.keys.map(({ kid }) => kid).sort());
    for (const token of tokens) {
      for (const keys of [ofOne, ofTwo]) await jwtVerify(token, createLocalJWKSet(keys), { issuer: house.issuer, audience: 'backstage' });
      for (const node of [one, two]) {
        const known = await send('GET', `${node.auth}/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
        assert.equal(known.json().claims.sub, 'user:default/ada', known.text);
      }
    }
  });

  /** A node that joins, and the id of the key of its first token. */
  async function joining(t) {
    const third = await startNodes(cluster, 1, { idp: house.idp });
    t.after(third.close);
    await publishedKeys(one);
    return decodeProtectedHeader((await signedIn(third.nodes[0])).session.backstageIdentity.token).kid;
  }
  const publishes = async (node, kid) => (await publishedKeys(node)).keys.some(key => key.kid === kid);

  test('the key of a node that joins is published by the others in a moment', async t => {
    const kid = await joining(t);
    for (const node of [one, two]) await until(() => publishes(node, kid), { what: 'the key to be published', timeoutMs: 8_000 });
  });

  test('and no backend is told in between that there is no such key', async t => {
    const kid = await joining(t);
    for (const node of [one, two]) assert.ok(await publishes(node, kid));
  });

  test('sessions and tokens outlive every node, and the database’s restart', async () => {
    const { jar, session } = await signedIn(one);
    const { token } = session.backstageIdentity;
    await Promise.all([one.kill(), two.kill()]);
    await cluster.down();
    await cluster.up();
    await Promise.all([one.open(), two.open()]);
    for (const node of [one, two]) {
      await jwtVerify(token, createLocalJWKSet(await publishedKeys(node)), { issuer: house.issuer });
      assertSession((await refresh(jar, node)).json());
    }
  });

  test('no token of the provider and no private key lies in the database in clear', async () => {
    const { session } = await signedIn(one);
    const secrets = [session.providerInfo.accessToken, session.providerInfo.idToken, ...house.idp.store.of('RefreshToken').map(({ payload }) => payload.jti)];
    for (const table of await cluster.tables('backstage_plugin_auth')) {
      const [[text] = ['']] = await cluster.query(`SELECT string_agg(row_to_json(t)::text, ' ') FROM ${table} t`, { database: 'backstage_plugin_auth' });
      for (const secret of secrets) assert.ok(!text.includes(secret) && !text.includes(Buffer.from(secret).toString('hex')), table);
      assert.doesNotMatch(text, /PRIVATE KEY|\\"d\\":/);
    }
  });
});

describe('three nodes that start at once', { skip }, () => {
  let cluster;
  before(async () => (cluster = await Cluster.start()));
  after(() => cluster?.close());

  for (const attempt of [1, 2, 3]) {
    test(`on a server without a database, time ${attempt}: all of them start, and serve as one`, async t => {
      await cluster.forget();
      const { nodes, close } = await startNodes(cluster, 3);
      t.after(close);
      assert.deepEqual(await cluster.databases(), ['backstage_plugin_auth']);
      const { jar } = await signedIn(nodes[0]);
      for (const node of nodes) assert.equal((await refresh(jar, node)).status, 200);
      for (const node of nodes) await until(async () => (await publishedKeys(node)).keys.length === 3, { what: 'every node to publish the keys of all', timeoutMs: 8_000 });
    });
  }
});
