// timeout, clockTolerance, sessionDuration of auth.providers.<id>.<env> (contract §5, §12)

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { assertError } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { XHR, refresh, signIn, signedIn } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { until } from '../support/wait.mjs';
import { configFor, cookieAttributes, refusedBy } from './support/house.mjs';
import { startVersatileIdp, withClockAhead } from './support/idp.mjs';

const idp = await startVersatileIdp();
const BLOCKS = {
  timeoutText: { timeout: '1500ms' },
  timeoutIso: { timeout: 'PT1.5S' },
  timeoutObject: { timeout: { milliseconds: 1_500 } },
  timeoutLong: { timeout: '20 minutes' },
  clockUsual: {},
  clockNone: { clockTolerance: { seconds: 0 } },
  clockWide: { clockTolerance: '1 minute' },
  clockIso: { clockTolerance: 'PT1M' },
  sessionText: { sessionDuration: '8s' },
  sessionIso: { sessionDuration: 'PT1H30M' },
  sessionObject: { sessionDuration: { days: 7, hours: 12 } },
  sessionUsual: {},
};
const { door, close } = await openHouse({ idp, providers: idp => ({ oidc: Object.fromEntries(Object.entries(BLOCKS).map(([env, block]) => [env, providerBlock(idp, block)])) }) });
after(async () => {
  await close();
  await idp.down();
});

describe('timeout', () => {
  // Ten seconds is what there is where nothing is configured.
  for (const env of ['timeoutText', 'timeoutIso', 'timeoutObject']) {
    test(`${JSON.stringify(BLOCKS[env].timeout)}: a provider that hangs is given up within it`, async () => {
      const { jar } = await signedIn(door, { env });
      for (const [path, ask] of [
        ['/token', async () => (await signIn(new Jar(), door, { env })).error.message],
        ['/me', async () => (await signIn(new Jar(), door, { env })).error.message],
        ['/token', async () => (await refresh(jar, door, { env })).json().error.name],
      ]) {
        idp.faults.set(path, () => {});
        const since = performance.now();
        try {
          assert.ok(await ask());
        } finally {
          idp.faults.delete(path);
        }
        const took = performance.now() - since;
        assert.ok(took >= 1_480 && took < 9_000, `${path} took ${took} ms`);
      }
      await signedIn(door, { env });
      assert.equal((await refresh(jar, door, { env })).status, 200, 'nobody was signed out by it');
    });
  }

  test('one that trickles is given up too', async () => {
    const env = 'timeoutText';
    idp.faults.set('/token', (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 50);
      request.socket.on('close', () => clearInterval(drip));
    });
    const since = performance.now();
    try {
      assert.ok((await signIn(new Jar(), door, { env })).error);
    } finally {
      idp.faults.delete('/token');
    }
    assert.ok(performance.now() - since < 9_000);
  });

  test('one out of bounds is brought within them, with a warning', async () => {
    await door.says(/\b(WARN|ERROR)\b.*timeoutLong\.timeout/);
  });
});

describe('clockTolerance', () => {
  const ahead = (env, seconds) => withClockAhead(idp, seconds, () => signIn(new Jar(), door, { env }));

  test('10 seconds by default', async () => {
    assert.ok((await ahead('clockUsual', 7)).session);
    const { session, error } = await ahead('clockUsual', 40);
    assert.equal(session, undefined);
    assert.ok(error);
  });

  test('none: the clocks must agree', async () => {
    assert.ok((await ahead('clockNone', 0)).session);
    assert.equal((await ahead('clockNone', 7)).session, undefined);
  });

  test('a minute, in two forms', async () => {
    for (const env of ['clockWide', 'clockIso']) assert.ok((await ahead(env, 40)).session, env);
    assert.equal((await ahead('clockWide', 90)).session, undefined);
  });

  test('above 5 minutes it is a mistake', async () => {
    assert.match(await refusedBy(await configFor(idp, () => {}, { clockTolerance: '6m' })), /clockTolerance/);
  });
});

describe('sessionDuration', () => {
  for (const [env, seconds] of [['sessionText', 8], ['sessionIso', 5400], ['sessionObject', 648_000], ['sessionUsual', 86_400_000]]) {
    test(`${JSON.stringify(BLOCKS[env].sessionDuration) ?? 'absent'}: cookies for ${seconds} s, after a refresh too`, async () => {
      const { jar, response } = await signedIn(door, { env });
      for (const answer of [response, await refresh(jar, door, { env })]) {
        const cookies = cookieAttributes(answer);
        for (const name of ['oidc-refresh-token', 'oidc-granted-scope']) assert.equal(cookies[`${name}.${env}`]['max-age'], `${seconds}`, name);
      }
    });
  }

  test('a session is over after it, whatever a browser kept', async () => {
    const env = 'sessionText';
    const { jar } = await signedIn(door, { env });
    const cookie = jar.header(`${door.auth}/oidc/refresh`);
    const over = Date.now() + 8_050;
    await until(() => Date.now() > over, { what: 'the session to be over' });
    assert.equal(jar.header(`${door.auth}/oidc/refresh`), undefined, 'the browser has forgotten it');
    assertError(await refresh(new Jar(), door, { env, headers: { ...XHR, cookie } }), 401, 'AuthenticationError', /^Refresh failed/);
  });
});
