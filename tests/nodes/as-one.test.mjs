// Three nodes behind nginx are one to everybody: no leader, nothing sticky, no node talks to another

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { setTimeout as pause } from 'node:timers/promises';
import { assertError, assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { readFrame } from '../support/frame.mjs';
import { APP, authorize, deliver, endProviderSession, logout, refresh, signedIn, start } from '../support/flows.mjs';
import { send } from '../support/http.mjs';
import { publishedKeys } from '../support/tokens.mjs';
import { until } from '../support/wait.mjs';
import { skip } from '../postgres/support/cluster.mjs';
import { signedInAt } from '../postgres/support/nodes.mjs';
import { Nodes } from './support/cluster.mjs';

describe('three nodes behind nginx', { skip }, () => {
  let all;
  before(async () => (all = await Nodes.start()));
  after(() => all?.close());

  const different = list => new Set(list).size;

  test('a flow started on one node finishes on another', async () => {
    const jar = new Jar();
    const callback = await authorize(jar, await start(jar, all));
    assertSession(readFrame(await deliver(jar, callback)).session);
    const [[started], [finished]] = [all.answeredBy('/oidc/start'), all.answeredBy('/oidc/handler/frame')];
    assert.notEqual(started, finished, 'nginx sent the two to different nodes');
  });

  test('a session made on one refreshes on all', async () => {
    const { jar } = await signedIn(all);
    for (let turn = 0; turn < 6; turn += 1) assertSession((await refresh(jar, all)).json());
    assert.equal(different(all.answeredBy('/oidc/refresh').slice(-6)), 3);
  });

  test('a logout on one ends it on all at once', async () => {
    for (const where of all.nodes) {
      const { jar } = await signedIn(all);
      const thief = jar.copy();
      assert.equal((await logout(jar, all.direct(where))).status, 200);
      for (const node of all.nodes) assertError(await refresh(thief.copy(), all.direct(node)), 401, 'AuthenticationError', /^Refresh failed/);
    }
  });

  test('a back-channel logout that one node gets ends it on all at once, and no other session', async () => {
    const [{ jar }, { jar: other }] = [await signedIn(all), await signedIn(all)];
    const before = all.idp.happened('backchannel.success');
    await endProviderSession(jar, `${all.idp.issuer}/session/end?client_id=backstage&post_logout_redirect_uri=${APP}`);
    await until(() => all.idp.happened('backchannel.success') > before, { what: 'the provider to be content' });
    for (const node of all.nodes) assert.equal((await refresh(jar.copy(), all.direct(node))).status, 401);
    for (const node of all.nodes) assert.equal((await refresh(other, all.direct(node))).status, 200);
  });

  /** Lets everyone refresh one session at once, while the provider takes `milliseconds`. */
  async function refreshTogether(jar, tabs, milliseconds) {
    all.idp.faults.set('/token', async (_request, _response, proceed) => {
      await pause(milliseconds);
      proceed();
    });
    const before = all.idp.count('/token');
    try {
      const answers = await Promise.all(Array.from({ length: tabs }, (_, tab) => refresh(jar.copy(), all.direct(all.nodes[tab % all.nodes.length]))));
      assert.deepEqual(answers.map(({ status }) => status), Array(tabs).fill(200), answers.find(({ status }) => status !== 200)?.text);
      return { answers: answers.map(answer => answer.json()), asked: all.idp.count('/token') - before };
    } finally {
      all.idp.faults.delete('/token');
    }
  }

  test('of ten refreshes at once on three nodes the provider sees one, and all share its result', async () => {
    const { jar } = await signedIn(all);
    const { answers, asked } = await refreshTogether(jar, 10, 1_000);
    assert.equal(asked, 1);
    assert.equal(different(answers.map(({ providerInfo }) => providerInfo.accessToken)), 1);
    for (const answer of answers) assertSession(answer);
    for (const node of all.nodes) assert.equal((await refresh(jar, all.direct(node))).status, 200, 'and the session has survived');
  });

  test('so it does when the provider takes longer than a dead node may hold a session', async () => {
    const { jar } = await signedIn(all);
    const { answers, asked } = await refreshTogether(jar, 6, 12_000);
    assert.equal(asked, 1);
    assert.equal(different(answers.map(({ providerInfo }) => providerInfo.accessToken)), 1);
  });

  test('every node publishes the keys of all, and accepts the tokens of all', async () => {
    const tokens = [];
    for (const node of all.nodes) tokens.push((await signedInAt(all.direct(node))).session.backstageIdentity.token);
    const kids = tokens.map(token => decodeProtectedHeader(token).kid);
    assert.equal(different(kids), 3, 'each signs with its own');
    for (const node of all.nodes) {
      const keys = await publishedKeys(node);
      for (const token of tokens) {
        await jwtVerify(token, createLocalJWKSet(keys), { issuer: all.auth, audience: 'backstage' });
        const known = await send('GET', `${node.local}/api/auth/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } });
        assert.equal(known.json().claims.sub, 'user:default/ada', known.text);
      }
    }
  });
});
