// The database goes away and comes back: nobody is signed out, and those who ask are told

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signIn, signedIn } from '../support/flows.mjs';
import { send } from '../support/http.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { publishedKeys } from '../support/tokens.mjs';
import { until } from '../support/wait.mjs';
import { Cluster, skip } from './support/cluster.mjs';
import { startNodes } from './support/nodes.mjs';

describe('the database is away', { skip }, () => {
  let cluster, house, node;
  before(async () => {
    cluster = await Cluster.start();
    house = await startNodes(cluster, 1);
    [node] = house.nodes;
  });
  after(async () => {
    await house?.close();
    await cluster?.close();
  });

  const health = probe => send('GET', `${node.local}/.backstage/health/v1/${probe}`);
  const readiness = async status => until(async () => (await health('readiness')).status === status, { what: `readiness ${status}` });
  const sessionCookie = jar => jar.held().find(({ name }) => name === 'oidc-refresh-token')?.value;

  test('stopped, then started: readiness 503 then 200, and the sessions go on', async () => {
    const { jar, session } = await signedIn(node);
    const cookie = sessionCookie(jar);
    await cluster.down();
    await readiness(503);
    assert.equal((await health('liveness')).status, 200);
    assert.equal((await health('readiness')).json().database, 'unavailable');

    const asked = house.idp.count('/token');
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await refresh(jar, node);
      assert.ok([401, 503].includes(response.status), `${response.status} ${response.text}`);
      assert.ok(!response.setCookies.some(line => /refresh-token/.test(line)), 'the cookie is left alone');
      assert.doesNotMatch(response.text, /127\.0\.0\.1|postgres|backstage_plugin|password/i, 'and nothing of the inside is told');
    }
    assert.equal(sessionCookie(jar), cookie);
    assert.equal(house.idp.count('/token'), asked, 'the provider’s one-time token was not spent in vain');

    const { error, session: none } = await signIn(new Jar(), node);
    assert.equal(none, undefined);
    assert.ok(error.message);
    await jwtVerify(session.backstageIdentity.token, createLocalJWKSet(await publishedKeys(node)), { issuer: house.issuer });

    await cluster.up();
    await readiness(200);
    assertSession((await refresh(jar, node)).json());
    await signedIn(node);
  });

  test('it goes while the provider is being asked, and is back soon: the new refresh token is not lost', async () => {
    const { jar } = await signedIn(node);
    house.idp.faults.set('/token', async (_request, _response, proceed) => {
      house.idp.faults.delete('/token');
      await cluster.down();
      proceed();
    });
    const answer = refresh(jar, node);
    await until(() => !house.idp.faults.has('/token'), { what: 'the provider to be asked' });
    await readiness(503);
    await cluster.up();
    await readiness(200);
    await answer;
    const next = await until(async () => {
      const response = await refresh(jar, node);
      return response.status === 200 && response;
    }, { what: 'the session to go on', everyMs: 200 });
    assertSession(next.json());
  });

  test('it freezes: readiness says so, requests are answered in time, and all is well when it thaws', async () => {
    const { jar } = await signedIn(node);
    cluster.freeze();
    try {
      const since = performance.now();
      const [ready, answer] = await Promise.all([health('readiness'), refresh(jar, node)]);
      assert.equal(ready.status, 503);
      assert.ok([401, 503].includes(answer.status), `${answer.status}`);
      assert.ok(performance.now() - since < 15_000);
    } finally {
      cluster.thaw();
    }
    await readiness(200);
    assertSession((await until(async () => {
      const response = await refresh(jar, node);
      return response.status === 200 && response;
    }, { what: 'the session to go on', everyMs: 200 })).json());
  });

  test('away at the start: code 1, and where it should be', async () => {
    const config = structuredClone(node.config);
    config.backend.database.connection.port = 9;
    const run = new Run(['serve', '--config', writeConfig(temporaryDirectory(), config)]);
    assert.equal((await run.ended()).code, 1, run.tail());
    assert.match(run.stderr, /database/i);
    assert.ok(!run.stderr.includes(cluster.password));
  });

  test('away at the start: the message says which server', async () => {
    const config = structuredClone(node.config);
    config.backend.database.connection.port = 9;
    const run = new Run(['serve', '--config', writeConfig(temporaryDirectory(), config)]);
    await run.ended();
    assert.match(run.stderr, /127\.0\.0\.1:9\b/);
  });

  test('a wrong password: code 1, without it', async () => {
    const config = structuredClone(node.config);
    config.backend.database.connection.password = 'not the password';
    const run = new Run(['serve', '--config', writeConfig(temporaryDirectory(), config)]);
    assert.equal((await run.ended()).code, 1, run.tail());
    assert.match(run.stderr, /password|authentication/);
    assert.ok(!run.stderr.includes('not the password'));
  });
});
