// auth.session.idleTimeout, absoluteLifetime, maxPerUser; what backend.auth.externalAccess may at the plugin auth

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { assertError } from '../support/asserts.mjs';
import { APP, refresh, signedIn } from '../support/flows.mjs';
import { SESSION_SECRET } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { writeConfig } from '../support/stagedoor.mjs';
import { until } from '../support/wait.mjs';
import { complaints, configFor, houseFor, refusedBy } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

const withSession = (t, session) => houseFor(t, idp, { auth: { session: { secret: SESSION_SECRET, ...session } } });

describe('auth.session', () => {
  describe('idleTimeout', { concurrency: true }, () => {
    for (const idleTimeout of ['6s', 'PT6S', { seconds: 6 }]) {
      test(`${JSON.stringify(idleTimeout)}: a session that is refreshed lasts, one that is not is over`, async t => {
        const { door } = await withSession(t, { idleTimeout });
        const [idle, active] = [await signedIn(door), await signedIn(door)];
        const ends = Date.now() + 6_000;
        while (Date.now() < ends) {
          assert.equal((await refresh(active.jar, door)).status, 200);
          await pause(100);
        }
        assertError(await refresh(idle.jar, door), 401, 'AuthenticationError', /Missing session cookie/);
        assert.equal((await refresh(active.jar, door)).status, 200);
      });
    }
  });

  test('absoluteLifetime: a session is over, whatever is done with it', async t => {
    const { door } = await withSession(t, { absoluteLifetime: '2 seconds' });
    const since = Date.now();
    const { jar } = await signedIn(door);
    await until(async () => (await refresh(jar, door)).status === 401, { what: 'the session to end' });
    assert.ok(Date.now() - since >= 2_000);
  });

  test('absent: sessions go on as in Backstage', async t => {
    const { door } = await withSession(t, {});
    const { jar } = await signedIn(door);
    assert.equal((await refresh(jar, door)).status, 200);
    assert.deepEqual(complaints(door.log), []);
  });

  test('maxPerUser: one more sign-in ends the session that was not used for longest', async t => {
    const { door } = await withSession(t, { maxPerUser: 2 });
    const [first, second] = [await signedIn(door), await signedIn(door)];
    assert.equal((await refresh(first.jar, door)).status, 200);
    const other = await signedIn(door, { as: 'grace' });
    const third = await signedIn(door);
    assert.equal((await refresh(second.jar, door)).status, 401);
    for (const { jar } of [first, third, other]) assert.equal((await refresh(jar, door)).status, 200);
    await door.says(/session_limit.*user:default\/ada/);
  });

  for (const [session, says] of [
    [{ idleTimeout: 'soon' }, /auth\.session\.idleTimeout/],
    [{ absoluteLifetime: [1] }, /auth\.session\.absoluteLifetime/],
    [{ maxPerUser: 0 }, /auth\.session\.maxPerUser.*expected a whole number from 1 to 100000/],
    [{ maxPerUser: 1.5 }, /auth\.session\.maxPerUser/],
  ]) {
    test(`${JSON.stringify(session)} is a mistake`, async () => {
      assert.match(await refusedBy(await configFor(idp, it => Object.assign(it.auth.session, session))), says);
    });
  }
});

describe('backend.auth.externalAccess at the plugin auth', () => {
  const entry = (token, restrictions) => ({ type: 'static', options: { token, subject: 'ops' }, accessRestrictions: restrictions });
  const access = restrictions => ({ backend: { auth: { externalAccess: [entry('the-token-of-ops-for-tests', restrictions)] } } });
  const headers = { authorization: 'Bearer the-token-of-ops-for-tests' };
  const read = door => send('GET', `${door.auth}/.stagedoor/sessions`, { headers });
  const end = door => send('DELETE', `${door.auth}/.stagedoor/sessions?user=nobody`, { headers });

  for (const [what, restrictions] of [
    ['no restrictions', undefined],
    ['other plugins only', [{ plugin: 'catalog' }, { plugin: 'auth2' }]],
  ]) {
    test(`${what}: nobody is let in, and there is nothing to be let into`, async t => {
      const { door } = await houseFor(t, idp, access(restrictions));
      for (const ask of [read, end]) assertError(await ask(door), 404, 'NotFoundError', /Unknown auth provider '.stagedoor'/);
    });
  }

  for (const [what, restriction, mayRead, mayEnd] of [
    ['the plugin alone: both', {}, true, true],
    ['permission: one', { permission: 'stagedoor.sessions.read' }, true, false],
    ['permission: several in one text', { permission: 'catalog.entity.read, stagedoor.sessions.revoke' }, false, true],
    ['permission: a list', { permission: ['stagedoor.sessions.read', 'stagedoor.sessions.revoke'] }, true, true],
    ['permission: others', { permission: ['catalog.entity.read'] }, false, false],
    ['permissionAttribute.action', { permissionAttribute: { action: 'read' } }, true, false],
    ['permissionAttribute.action: a list', { permissionAttribute: { action: ['create', 'delete'] } }, false, true],
  ]) {
    test(`${what}`, async t => {
      const { door } = await houseFor(t, idp, access([{ plugin: 'auth', ...restriction }]));
      for (const [ask, may] of [[read, mayRead], [end, mayEnd]]) {
        const response = await ask(door);
        if (may) assert.equal(response.status, 200, response.text);
        else assertError(response, 403, 'NotAllowedError');
      }
    });
  }

  test('a change takes effect while running', async t => {
    const { door } = await houseFor(t, idp, access([{ plugin: 'auth' }]));
    assert.equal((await read(door)).status, 200);
    door.config.backend.auth.externalAccess = [];
    writeConfig(door.directory, door.config);
    await until(async () => (await read(door)).status === 404, { what: 'the token to be good no more' });
  });

  test('a weak token is warned of, and not told', async t => {
    const { door } = await houseFor(t, idp, { backend: { auth: { externalAccess: [entry('hunter22', [{ plugin: 'auth' }])] } } });
    assert.match(complaints(door.log).join('\n'), /the token of ops is too short/);
    assert.ok(!door.log.includes('hunter22'));
  });

  test('a restriction that can not be read is a mistake, and lets nobody in', async () => {
    const config = await configFor(idp, it => (it.backend.auth = { externalAccess: [entry('the-token-of-ops-for-tests', [{ plugin: 'auth', permission: { read: true } }])] }));
    assert.match(await refusedBy(config), /accessRestrictions.*permission/);
  });

  test('no page of the app is let in by its cookies', async t => {
    const { door } = await houseFor(t, idp, access([{ plugin: 'auth' }]));
    const { jar } = await signedIn(door);
    assertError(await jar.fetch('GET', `${door.auth}/.stagedoor/sessions`, { from: APP }), 401, 'AuthenticationError');
  });
});
