// The identity provider is gone, slow, or answers 500

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { authorize, deliver, refresh, signedIn, start } from '../support/flows.mjs';
import { readFrame } from '../support/frame.mjs';
import { openHouse } from '../support/house.mjs';
import { until } from '../support/wait.mjs';
import { assertPasses, assertSignInPasses, goOn, readiness } from './support/signs.mjs';

const { door, idp, close } = await openHouse({ provider: { timeout: '2s' } });
after(close);
beforeEach(() => idp.faults.clear());

/** A sign-in of which only the rest, after the provider's page, is to come. */
async function halfWay() {
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door));
  return async () => readFrame(await deliver(jar, callback));
}

const ready = async () => {
  const answer = await readiness(door);
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
};

test('gone: sessions outlive it, and it is found again', async () => {
  const [{ jar }, { jar: other }, finish] = [await signedIn(door), await signedIn(door, { as: 'grace' }), await halfWay()];
  await idp.down();
  for (let turn = 0; turn < 3; turn += 1) assertPasses(await refresh(jar, door));
  assertSignInPasses(await finish());
  await ready();
  await idp.up();
  await goOn(door, [jar, other]);
  await signedIn(door);
});

test('500: said to pass, asked again the next time, and nobody is signed out', async () => {
  const [{ jar }, finish] = [await signedIn(door), await halfWay()];
  for (const path of ['/token', '/me']) {
    idp.faults.set(path, 500);
    assertPasses(await refresh(jar, door));
    await ready();
    idp.faults.clear();
    await goOn(door, [jar]);
  }
  idp.faults.set('/token', 500);
  assertSignInPasses(await finish());
  idp.faults.clear();
  await signedIn(door);
});

test('slow: an answer in the time that is configured, and others are not held up', async () => {
  const [{ jar }, { jar: other }, finish] = [await signedIn(door), await signedIn(door, { as: 'grace' }), await halfWay()];
  const waiting = [];
  idp.faults.set('/token', (_request, response) => waiting.push(response));
  const began = performance.now();
  const answers = Promise.all([refresh(jar, door), finish()]);
  await until(() => waiting.length === 2, { what: 'the provider to be asked' });
  idp.faults.clear();
  assert.equal((await refresh(other, door)).status, 200);
  const [answer, result] = await answers;
  assertPasses(answer);
  assertSignInPasses(result);
  const took = performance.now() - began;
  assert.ok(took > 1_500 && took < 9_500, `${took} ms`);
  await ready();
  for (const response of waiting) response.destroy();
  await goOn(door, [jar, other]);
});
