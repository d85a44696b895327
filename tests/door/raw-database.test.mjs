// Whoever steals the database's files has no token, no cookie and no secret

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { XHR, refresh } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { assertNoneIn, assertSearchWorks, walkThrough } from '../support/secrets.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';

const directory = join(temporaryDirectory(), 'db');
const { door, idp, close } = await openHouse({ backend: { database: { client: 'better-sqlite3', connection: { directory } } } });
after(close);
const { secrets, jars } = await walkThrough(door, idp);

/** Everything that lies in the directory, by name. */
const files = () => readdirSync(directory).map(name => [name, readFileSync(join(directory, name))]);

better('the search would find them', () => assertSearchWorks(secrets));

better('no secret is in the database’s files, in no form', async () => {
  const running = files();
  assert.ok(running.some(([name]) => name.endsWith('-wal')), 'also in the log that is not yet part of the file');
  for (const [name, bytes] of running) assertNoneIn(bytes, secrets, name);
  const sessions = Buffer.concat(running.map(([, bytes]) => bytes));
  assert.ok(sessions.includes('user:default/ada') && sessions.includes('user:default/grace'), 'the sessions are there');
  assert.ok(!sessions.includes('PRIVATE KEY') && !sessions.includes('"d":'));
  await door.close();
  for (const [name, bytes] of files()) assertNoneIn(bytes, secrets, name);
  await door.open();
  for (const jar of jars.slice(0, 2)) assert.equal((await refresh(jar, door)).status, 200, 'and they go on');
});

better('what is in the files makes no cookie', async () => {
  const cookie = decodeURIComponent(jars[0].held().find(({ name }) => name === 'oidc-refresh-token').value);
  const id = Buffer.from(cookie.slice(4), 'base64url').subarray(0, 16);
  const bytes = Buffer.concat(files().map(([, bytes]) => bytes));
  let tried = 0;
  for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, at + 1)) {
    // The hash of a secret stands after the id; around it is all else that a row has.
    for (let from = at + 16; from < at + 64; from += 1) {
      const forged = `sd1.${Buffer.concat([id, bytes.subarray(from, from + 32)]).toString('base64url')}`;
      const response = await refresh(new Jar(), door, { headers: { ...XHR, cookie: `oidc-refresh-token=${forged}` } });
      assert.equal(response.status, 401);
      tried += 1;
    }
    if (tried > 200) break;
  }
  assert.ok(tried > 0, 'the row is found');
  assert.equal((await refresh(jars[0], door)).status, 200, 'and the session went on meanwhile');
});
