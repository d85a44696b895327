// What survives the death of the process: sessions and keys in a database that is a directory

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after } from 'node:test';
import { assertSession, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { readFrame } from '../support/frame.mjs';
import { authorize, deliver, logout, refresh, signedIn, start } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { verifyUserToken } from '../support/tokens.mjs';
import { readdirSync, readFileSync } from 'node:fs';

const directory = temporaryDirectory();
const { door, idp, close } = await openHouse({
  backend: { database: { client: 'better-sqlite3', connection: { directory: join(directory, 'db') } } },
});
after(close);

better('a session survives kill -9, and so do the tokens issued before', async () => {
  const { jar, session } = await signedIn(door);
  const { token } = session.backstageIdentity;
  await door.kill();
  await door.open();
  await verifyUserToken(door, token);
  assert.equal((await send('GET', `${door.auth}/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  const response = await refresh(jar, door);
  assert.equal(response.status, 200, response.text);
  assertSession(response.json());
});

better('a sign-in that was under way when the server was replaced goes on', async () => {
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door));
  await door.close();
  await door.open();
  assertSession(readFrame(await deliver(jar, callback)).session);
});

better('a callback stays used after a restart', async () => {
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door));
  const copy = jar.copy();
  assertSession(readFrame(await deliver(jar, callback)).session);
  await door.kill();
  await door.open();
  assert.equal(readFrame(await deliver(copy, callback)).session, undefined);
});

better('a session that was ended stays ended', async () => {
  const { jar } = await signedIn(door);
  const thief = jar.copy();
  assert.equal((await logout(jar, door)).status, 200);
  await door.kill();
  await door.open();
  assert.equal((await refresh(thief, door)).status, 401);
});

better("the files hold no provider's token and no private key in clear", async () => {
  const { session } = await signedIn(door);
  await door.close();
  const refreshTokens = idp.store.of('RefreshToken').map(({ payload }) => payload.jti);
  const files = readdirSync(join(directory, 'db'), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  assert.ok(files.length > 0);
  for (const { name, parentPath, path } of files) {
    const text = readFileSync(join(parentPath ?? path, name)).toString('latin1');
    for (const secret of [...refreshTokens, session.providerInfo.accessToken, session.providerInfo.idToken, 'PRIVATE KEY', '"d":"']) {
      assert.ok(!text.includes(secret), `${name} holds ${secret.slice(0, 10)}…`);
    }
  }
  await door.open();
});
