// The configuration, changed while running

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertSession, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { readFrame } from '../support/frame.mjs';
import { authorize, deliver, refresh, signedIn, start } from '../support/flows.mjs';
import { appConfig, openHouse, providerBlock, SESSION_SECRET } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { writeConfig } from '../support/stagedoor.mjs';
import { freePort, isQuick, until } from '../support/wait.mjs';

const metricsPort = await freePort();
const stagedoor = { metrics: { listen: `127.0.0.1:${metricsPort}` } };
const { door, idp, close } = await openHouse({ stagedoor });
after(close);

const readiness = async () => (await send('GET', `http://localhost:${door.port}/.backstage/health/v1/readiness`)).json();
const change = (providers, auth) => writeConfig(door.directory, appConfig({ port: door.port, providers, auth, stagedoor }));
const took = async changes => until(async () => (await readiness()).configuration.changes >= changes, { what: `change ${changes}` });
const oidc = () => ({ oidc: { development: providerBlock(idp) } });

better('a provider that is added can be signed in at, within a second, and the others notice nothing', async () => {
  const { jar } = await signedIn(door);
  const { changes } = (await readiness()).configuration;
  const jarInFlight = new Jar();
  const underWay = await authorize(jarInFlight, await start(jarInFlight, door));
  // An odd turn takes it away again.
  let turns = 0;
  await isQuick(2_000, async () => {
    change(turns % 2 ? oidc() : { ...oidc(), other: { development: providerBlock(idp) } });
    await took(changes + (turns += 1));
  });
  if (turns % 2 === 0) {
    change({ ...oidc(), other: { development: providerBlock(idp) } });
    await took(changes + turns + 1);
  }
  assertSession(readFrame(await deliver(jarInFlight, underWay)).session);
  assertSession((await signedIn(door, { provider: 'other' })).session);
  assert.equal((await refresh(jar, door)).status, 200);
  const { changes: since } = (await readiness()).configuration;
  change(oidc());
  await until(async () => (await send('GET', `${door.auth}/other/start?env=development`)).status === 404, { what: 'it to go' });
  await took(since + 1);
});

better('a bad change is refused with its place, and the old one serves on; SIGHUP asks again', async () => {
  const { jar } = await signedIn(door);
  const { changes } = (await readiness()).configuration;
  change({ oidc: { development: { ...providerBlock(idp), timeout: 'soon' } } });
  const { configuration } = await until(async () => {
    const now = await readiness();
    return now.configuration.status === 'refused' && now;
  }, { what: 'the refusal' });
  assert.deepEqual(configuration, { changes, status: 'refused' }, 'strangers are not told what is in the configuration');
  const known = (await send('GET', `http://127.0.0.1:${metricsPort}/readiness`)).json();
  assert.match(known.configuration.problem, /app-config\.\w+:\d+:\d+: auth\.providers\.oidc\.development\.timeout/);
  assert.equal((await refresh(jar, door)).status, 200);
  change(oidc());
  await took(changes + 1);
  assert.equal((await readiness()).configuration.status, 'ok');
  door.run.child.kill('SIGHUP');
  await took(changes + 2);
});

better('a change that comes while the one before takes effect is not lost', async () => {
  const { changes } = (await readiness()).configuration;
  let asked = false;
  // New providers are waited for, a little.
  const silent = createServer(() => (asked = true));
  await new Promise(resolve => silent.listen(0, '127.0.0.1', resolve));
  after(() => silent.closeAllConnections() ?? silent.close());
  const slow = providerBlock(idp, { metadataUrl: `http://127.0.0.1:${silent.address().port}/.well-known/openid-configuration` });
  change({ ...oidc(), slow: { development: slow } });
  await until(() => asked, { what: 'the change to be under way' });
  change({ ...oidc(), third: { development: providerBlock(idp) } });
  await took(changes + 2);
  assert.deepEqual((await readiness()).providers.map(({ id }) => id), ['oidc', 'third']);
  change(oidc());
  await took(changes + 3);
});

better('a client secret and a session secret are rotated without a restart', async () => {
  const { jar } = await signedIn(door);
  const { changes } = (await readiness()).configuration;
  idp.client('rotated', [`${door.auth}/oidc/handler/frame`]);
  const file = join(door.directory, 'secret.txt');
  writeFileSync(file, `${idp.store.clients.get('backstage').client_secret}\n`);
  const block = { ...providerBlock(idp), clientSecret: { $file: file } };
  change({ oidc: { development: block } }, { session: { secret: ['a newer session secret of at least 32 bytes', SESSION_SECRET] } });
  await took(changes + 1);
  assert.equal((await refresh(jar, door)).status, 200, 'the old session secret still opens');
  idp.store.clients.get('backstage').client_secret = 'rotated-at-the-provider';
  assert.equal((await refresh(jar, door)).status, 401);
  writeFileSync(file, 'rotated-at-the-provider\n');
  await until(async () => (await refresh(jar, door)).status === 200, { what: 'a secret file that changes to be read again' });
});
