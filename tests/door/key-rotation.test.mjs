// The provider's keys change (OpenID Connect Core §10.1.1): nobody notices, and nothing is restarted.
// Backstage looks for a new key once a minute at most: who comes in between is refused.

import assert from 'node:assert/strict';
import { decodeProtectedHeader } from 'jose';
import { assertSession, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { authorize, deliver, refresh, signIn, signedIn, start } from '../support/flows.mjs';
import { readFrame } from '../support/frame.mjs';
import { openHouse } from '../support/house.mjs';
import { signingJwk } from '../support/provider.mjs';
import { until } from '../support/wait.mjs';

const [ONE, TWO] = [signingJwk(1), signingJwk(2)];
const kidOf = ({ providerInfo }) => decodeProtectedHeader(providerInfo.idToken).kid;

/** A house that somebody is signed in to, by the first key. */
async function lived(t) {
  const house = await openHouse();
  t.after(() => house.close());
  const { jar, session } = await signedIn(house.door);
  assert.equal(kidOf(session), ONE.kid);
  return { ...house, jar, asked: () => house.idp.count('/jwks') };
}

for (const [what, keys] of [
  ['a new key signs, and the old one stays for a while', [TWO, ONE]],
  ['a new key signs, and the old one is gone at once', [TWO]],
]) {
  better(`${what}: sessions go on, and people sign in anew`, async t => {
    const { door, idp, jar, asked } = await lived(t);
    const before = asked();
    idp.useKeys(keys);
    const response = await refresh(jar, door);
    assert.equal(response.status, 200, response.text);
    assertSession(response.json());
    assert.equal(kidOf(response.json()), TWO.kid);
    const { session } = await signedIn(door);
    assertSession(session);
    assert.equal(kidOf(session), TWO.kid);
    assert.equal((await refresh(jar, door)).status, 200);
    assert.equal(asked() - before, 1, 'the keys were fetched once more, and no more');
  });
}

better('the key changes while somebody is at the provider', async t => {
  const { door, idp } = await lived(t);
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door));
  idp.useKeys([TWO]);
  const { session, error } = readFrame(await deliver(jar, callback));
  assert.equal(error, undefined);
  assertSession(session);
  assert.equal(kidOf(session), TWO.kid);
});

better('everybody comes at once after a change: one fetch serves them all', async t => {
  const { door, idp, jar, asked } = await lived(t);
  const jars = [jar, ...(await Promise.all(Array.from({ length: 9 }, () => signedIn(door)))).map(other => other.jar)];
  const before = asked();
  idp.useKeys([TWO]);
  const answers = await Promise.all(jars.map(each => refresh(each, door)));
  assert.deepEqual(answers.map(({ status }) => status), jars.map(() => 200), answers.find(({ status }) => status !== 200)?.text);
  assert.equal(asked() - before, 1);
});

better('what the withdrawn key signs is refused: somebody may have stolen it', async t => {
  const { door, idp, jar } = await lived(t);
  idp.useKeys([TWO]);
  assert.equal((await refresh(jar, door)).status, 200);
  idp.useKeys([ONE]);
  const { kty, n, e, use, alg, kid } = TWO;
  idp.faults.set('/jwks', (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [{ kty, n, e, use, alg, kid }] })));
  const { session, error } = await signIn(new Jar(), door);
  assert.equal(session, undefined);
  assert.equal(error.name, 'AuthenticationError');
  await door.says(/id_token_unknown_key/);
});

better('the keys cannot be had just when they change: sign-ins succeed as soon as they can be', async t => {
  const { door, idp, jar } = await lived(t);
  idp.useKeys([TWO]);
  idp.faults.set('/jwks', 503);
  assert.notEqual((await refresh(jar, door)).status, 200);
  idp.faults.delete('/jwks');
  const { session } = await until(async () => {
    const result = await signIn(new Jar(), door);
    return result.session && result;
  }, { what: 'sign-ins to succeed again', everyMs: 250 });
  assert.equal(kidOf(session), TWO.kid);
});
