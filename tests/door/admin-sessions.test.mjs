// GET|DELETE /.stagedoor/sessions: services manage sessions

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after } from 'node:test';
import { assertError, better } from '../support/asserts.mjs';
import { refresh, signedIn } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';

const OPS = 'the-token-of-operations-for-tests';
const AUDITOR = 'the-token-of-the-auditor-for-tests';
const OTHER = 'the-token-of-somebody-else-for-tests';
const access = (token, subject, accessRestrictions) => ({ type: 'static', options: { token, subject }, ...(accessRestrictions && { accessRestrictions }) });
const backend = {
  database: { client: 'better-sqlite3', connection: { directory: join(temporaryDirectory(), 'db') } },
  auth: {
    externalAccess: [
      access(OPS, 'ops', [{ plugin: 'auth' }]),
      access(AUDITOR, 'auditor', [{ plugin: 'auth', permissionAttribute: { action: 'read' } }]),
      access(OTHER, 'everywhere-else'),
    ],
  },
};
const providers = idp => ({ oidc: { development: providerBlock(idp), production: providerBlock(idp) } });
const { door, idp, close } = await openHouse({ providers, backend });
after(close);
const node = await openHouse({ idp, providers, backend });
after(node.close);

/** A call as the service with this token. */
const call = (method, path, { token = OPS, at = door, headers = token ? { authorization: `Bearer ${token}` } : {} } = {}) =>
  send(method, `${at.auth}/.stagedoor/sessions${path}`, { headers });

async function list(query = '', options) {
  const response = await call('GET', query, options);
  assert.equal(response.status, 200, response.text);
  assert.match(response.headers['content-type'], /^application\/json/);
  assert.equal(response.headers['cache-control'], 'no-store');
  return response.json();
}

async function end(query, options) {
  const response = await call('DELETE', query, options);
  assert.equal(response.status, 200, response.text);
  return response.json();
}

const forget = () => end('?provider=oidc');

better('lists who has which sessions, and no secret', async () => {
  await forget();
  const { session } = await signedIn(door);
  await signedIn(node.door, { as: 'grace', env: 'production' });
  const { items, nextCursor } = await list('', { token: AUDITOR });
  assert.equal(nextCursor, undefined);
  const [grace, ada] = items;
  assert.deepEqual([grace.user, grace.environment, ada.user, ada.environment], ['user:default/grace', 'production', 'user:default/ada', 'development']);
  assert.deepEqual(Object.keys(ada), ['id', 'user', 'provider', 'environment', 'subject', 'createdAt', 'refreshedAt', 'expiresAt']);
  assert.ok(!JSON.stringify(items).includes(session.providerInfo.accessToken));
  for (const [query, count] of [['?user=ada', 1], ['?user=user:default/ada', 1], ['?user=nobody', 0], ['?provider=oidc', 2], ['?provider=oidc&environment=production', 1], ['?subject=grace', 1], ['?user=ada&environment=production', 0]]) {
    assert.equal((await list(query)).items.length, count, query);
  }
});

better('page by page, however many there are', async () => {
  await forget();
  for (let each = 0; each < 7; each += 1) await signedIn([door, node.door][each % 2], { as: ['ada', 'grace'][each % 2] });
  const pages = [];
  let cursor;
  do {
    const page = await list(`?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
    pages.push(page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor);
  assert.deepEqual(pages.map(page => page.length), [3, 3, 1]);
  assert.equal(new Set(pages.flat()).size, 7);
});

better('ends one session, on every node', async () => {
  await forget();
  const [{ jar }, { jar: other }] = [await signedIn(door), await signedIn(door)];
  const [{ id: newest }] = (await list('?user=ada')).items;
  assert.deepEqual(await end(`/${newest}`), { ended: 1 });
  for (const at of [door, node.door]) assert.equal((await refresh(other.copy(), at)).status, 401);
  assert.equal((await refresh(jar, node.door)).status, 200);
  for (const id of [newest, '0'.repeat(32), 'abc', `${newest}0`, '..%2f..']) assertError(await call('DELETE', `/${id}`), 404, 'NotFoundError', /no such session/);
  await door.says(new RegExp(`session_revoked.*external:ops.*${newest}`));
});

better('ends all sessions of a user, on every node, and says who asked', async () => {
  await forget();
  const ada = [await signedIn(door), await signedIn(node.door), await signedIn(door, { env: 'production' })];
  const grace = await signedIn(door, { as: 'grace' });
  assert.deepEqual(await end('?user=ada', { at: node.door }), { ended: 3 });
  for (const { jar } of ada.slice(0, 2)) for (const at of [door, node.door]) assert.equal((await refresh(jar.copy(), at)).status, 401);
  assert.equal((await refresh(ada[2].jar, door, { env: 'production' })).status, 401);
  assert.equal((await refresh(grace.jar, door)).status, 200);
  assert.deepEqual(await end('?user=ada'), { ended: 0 });
  await node.door.says(/sessions_revoked.*external:ops.*user:default\/ada.*3/);
});

better('a request that names nobody, or nothing that is known, ends nothing', async () => {
  await forget();
  await signedIn(door);
  for (const [query, code] of [
    ['', 'sessions_not_named'],
    ['?environment=development', 'sessions_not_named'],
    ['?subject=ada', 'sessions_not_named'],
    ['?user=', 'invalid_parameter'],
    ['?user=user:', 'invalid_parameter'],
    ['?user=ada&user=grace', 'duplicate_parameter'],
    ['?user=ada&enviroment=production', 'unknown_parameter'],
    ['?provider=oidc&limit=1', 'unknown_parameter'],
  ]) {
    const response = await call('DELETE', query);
    assertError(response, 400, 'InputError');
    assert.equal(response.json().error.code, code, query);
  }
  assert.equal((await list('?user=ada')).items.length, 1);
  for (const query of ['?limit=0', '?limit=501', '?limit=all', '?cursor=abc', '?cursor=1.', '?user=', '?usr=ada', '?limit=1&limit=2']) {
    assertError(await call('GET', query), 400, 'InputError');
  }
});

better('nobody is let in without the token of a service that may', async () => {
  for (const [method, path] of [['GET', ''], ['DELETE', '?user=ada'], ['DELETE', `/${'0'.repeat(32)}`]]) {
    assertError(await call(method, path, { token: null }), 401, 'AuthenticationError', /No token/);
    for (const token of [OTHER, `${OPS}x`, OPS.slice(0, -1), OPS.toUpperCase(), 'x'.repeat(10_000)]) {
      assertError(await call(method, path, { token }), 401, 'AuthenticationError', /Invalid token/);
    }
    for (const authorization of [OPS, `Basic ${Buffer.from(`ops:${OPS}`).toString('base64')}`, `Bearer ${OPS} ${OPS}`, 'Bearer']) {
      assertError(await call(method, path, { headers: { authorization } }), 401, 'AuthenticationError');
    }
  }
  for (const path of ['?user=ada', `/${'0'.repeat(32)}`, '?bogus']) assertError(await call('DELETE', path, { token: AUDITOR }), 403, 'NotAllowedError');
  const { session } = await signedIn(door);
  assertError(await call('GET', '', { token: session.backstageIdentity.token }), 401, 'AuthenticationError');
  assertError(await call('POST', ''), 405, 'NotAllowedError');
  await door.says(/service_refused.*external:auditor.*stagedoor\.sessions\.revoke/);
  for (const secret of [OPS, AUDITOR, OTHER]) assert.ok(!door.log.includes(secret));
});
