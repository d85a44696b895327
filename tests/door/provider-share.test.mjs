// One provider hangs: its requests are told to come back, and everyone else is served

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { assertError, assertSession } from '../support/asserts.mjs';
import { XHR, authorize, deliver, refresh, signedIn, start } from '../support/flows.mjs';
import { readFrame } from '../support/frame.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { until } from '../support/wait.mjs';

const [good, hanging] = [await startIdp(), await startIdp()];
after(() => Promise.all([good.down(), hanging.down()]));

const PLACES = 16;

/** A provider that hangs is not given up while a test goes on. */
const PATIENT = { timeout: '60s' };

/** Two providers, of which one no longer answers: whoever wants something of it holds all the places it may have. */
async function hangingHouse(t) {
  const providers = (idp, port) => {
    hanging.client('backstage', [`http://localhost:${port}/api/auth/hanging/handler/frame`]);
    return { oidc: { development: providerBlock(idp) }, hanging: { development: providerBlock(hanging, PATIENT) } };
  };
  const { door, close } = await openHouse({ idp: good, providers, stagedoor: { limits: { requests: PLACES }, rateLimit: false } });
  t.after(close);
  const held = new Set();
  const hang = async () => {
    hanging.faults.set('/token', (_request, response) => held.add(response));
    const asked = Array.from({ length: PLACES / 2 }, () => ask(door));
    await until(() => held.size === PLACES / 2, { what: 'the provider to be asked' });
    return asked;
  };
  const recover = () => {
    hanging.faults.delete('/token');
    for (const response of held) response.destroy();
    held.clear();
  };
  t.after(recover);
  return { door, hang, recover, held };
}

let cookies = 0;
const ask = door => send('GET', `${door.auth}/hanging/refresh?env=development`, { headers: { ...XHR, cookie: `hanging-refresh-token=made-up-${(cookies += 1)}` } });

test('every refresh and sign-in at the other provider succeeds, and those at the one that hangs are told at once', async t => {
  const { door, hang, recover, held } = await hangingHouse(t);
  const { jar } = await signedIn(door);
  const asked = await hang();
  for (let round = 0; round < 20; round += 1) {
    const began = performance.now();
    const shed = await Promise.all(Array.from({ length: 40 }, () => ask(door)));
    for (const answer of shed) {
      const { error } = assertError(answer, 503, 'ServiceUnavailableError', /provider is busy/);
      assert.equal(error.code, 'provider_busy');
      assert.equal(answer.headers['retry-after'], '2');
    }
    assert.ok(performance.now() - began < 30_000, 'nobody was left to wait');
    const [refreshed] = await Promise.all([refresh(jar, door), ask(door), ask(door)]);
    assertSession(refreshed.json());
  }
  await signedIn(door);
  assert.equal((await send('GET', `${door.auth}/.well-known/jwks.json`)).status, 200);
  assert.equal((await send('GET', `${door.local}/`, { headers: { accept: 'text/html' } })).status, 200);
  assert.equal(held.size, PLACES / 2, 'it was asked no more');
  recover();
  await Promise.all(asked);
  await until(async () => (await ask(door)).status === 401, { what: 'the provider to be asked again' });
});

test('a sign-in that comes back meanwhile is not lost: its answer is good later', async t => {
  const { door, hang, recover } = await hangingHouse(t);
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door, { provider: 'hanging' }));
  const asked = await hang();
  const html = { headers: { accept: 'text/html' } };
  const shed = await deliver(jar, callback, html);
  assert.equal(shed.status, 503);
  assert.match(shed.text, /tries again by itself/);
  assert.equal(shed.headers.refresh, '2');
  recover();
  await Promise.all(asked);
  const answer = await deliver(jar, callback, html);
  assertSession(readFrame(answer).session);
});
