// Liveness, readiness and the end of the process (contract §1)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { better } from '../support/asserts.mjs';
import { signIn, signedIn } from '../support/flows.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { isQuick, until } from '../support/wait.mjs';

const house = await openHouse();
after(house.close);

test('alive and ready', async () => {
  for (const probe of ['liveness', 'readiness']) {
    const response = await send('GET', `${house.door.baseUrl}/.backstage/health/v1/${probe}`);
    assert.equal(response.status, 200, response.text);
    assert.match(response.headers['content-type'], /^application\/json/);
    assert.equal(response.json().status, 'ok');
  }
});

better('SIGTERM ends it with 0, within a second', async () => {
  const other = await openHouse({ idp: house.idp, open: false });
  await isQuick(1_000, async () => {
    assert.equal(await other.door.close(), 0, other.door.run.tail());
  }, { before: () => other.door.open() });
});

better('a port that is taken ends it with 1 and says so', async () => {
  const other = await openHouse({ idp: house.idp, open: false });
  other.door.config.backend.listen.port = house.door.port;
  // Whoever holds the port may answer for it, so that opening fails or seems to work; what counts is the end.
  await other.door.open().catch(() => {});
  assert.equal((await other.door.run.ended()).code, 1, other.door.run.tail());
  assert.match(other.door.log, new RegExp(`${house.door.port}`));
});

better('a provider that is down at the start is picked up when it comes', async () => {
  const other = await openHouse({ open: false });
  after(other.close);
  await other.idp.down();
  await other.door.open();
  const { port } = other.door;
  const down = await send('GET', `http://localhost:${port}/api/auth/oidc/start?env=development`);
  assert.ok([502, 503, 504].includes(down.status), `${down.status} ${down.text.slice(0, 300)}`);
  assert.equal((await send('GET', `${other.door.baseUrl}/.backstage/health/v1/liveness`)).status, 200);
  await other.idp.up();
  const { session } = await until(async () => {
    const result = await signIn(new Jar(), other.door);
    return result.session && result;
  }, { what: 'the provider to be picked up', everyMs: 200 });
  assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
});

better('one provider that is down leaves the others alone', async () => {
  const other = await openHouse({
    providers: idp => ({
      oidc: { development: providerBlock(idp) },
      dead: { development: providerBlock(idp, { metadataUrl: 'http://127.0.0.1:9/.well-known/openid-configuration' }) },
    }),
  });
  after(other.close);
  await signedIn(other.door);
  const response = await send('GET', `${other.door.auth}/dead/start?env=development`);
  assert.ok([502, 503, 504].includes(response.status), `${response.status}`);
});
