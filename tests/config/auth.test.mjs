// auth.environment, auth.session.secret, auth.experimentalExtraAllowedOrigins, enableExperimentalRedirectFlow (contract §3, §12)

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { assertError, assertSession } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { readFrame } from '../support/frame.mjs';
import { APP, authorize, deliver, refresh, signedIn, start, startUrl } from '../support/flows.mjs';
import { providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';
import { complaints, configFor, houseFor, refusedBy, signInPage } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

const onDisk = () => ({ client: 'better-sqlite3', connection: { directory: join(temporaryDirectory(), 'db') } });

describe('auth.environment', () => {
  const providers = idp => ({
    oidc: { development: providerBlock(idp, { display: { title: 'Dev' } }), production: providerBlock(idp, { display: { title: 'Prod' } }) },
  });
  const experimentalExtraAllowedOrigins = ['http://localhost:*'];

  test('says whose providers the page shows; development when absent', async t => {
    for (const [environment, title] of [['production', 'Prod'], ['development', 'Dev'], [undefined, 'Dev']]) {
      const { door } = await houseFor(t, idp, { providers, auth: { environment, experimentalExtraAllowedOrigins } });
      assert.deepEqual((await signInPage(door)).ways.map(way => way.title), [title]);
    }
  });

  test('and takes none away: each is there under its own env', async t => {
    const { door } = await houseFor(t, idp, { providers, auth: { environment: 'production' } });
    for (const env of ['development', 'production']) await signedIn(door, { env });
    assertError(await send('GET', startUrl(door, { env: 'staging' })), 404, 'NotFoundError', /staging/);
  });
});

describe('auth.session.secret', () => {
  test('a text: sessions and flows under way outlive a restart', async t => {
    const { door } = await houseFor(t, idp, { backend: { database: onDisk() } });
    const { jar } = await signedIn(door);
    const other = new Jar();
    const callback = await authorize(other, await start(other, door));
    await door.close();
    await door.open();
    assert.equal((await refresh(jar, door)).status, 200);
    assertSession(readFrame(await deliver(other, callback)).session);
  });

  test('a list: the first seals, all open, so that secrets can be replaced without signing anyone out', async t => {
    const [old, young] = ['the old secret of more than 32 characters', 'the new secret of more than 32 characters'];
    const { door } = await houseFor(t, idp, { auth: { session: { secret: [old] } }, backend: { database: onDisk() } });
    const [active, idle, flow] = [(await signedIn(door)).jar, (await signedIn(door)).jar, new Jar()];
    const callback = await authorize(flow, await start(flow, door));
    const restartWith = async secret => {
      await door.close();
      door.config.auth.session.secret = secret;
      await door.open();
    };

    await restartWith([young, old]);
    assert.equal((await refresh(active, door)).status, 200, 'opened with the old one, sealed with the new');
    assertSession(readFrame(await deliver(flow, callback)).session);

    await restartWith([young]);
    assert.equal((await refresh(active, door)).status, 200);
    assertError(await refresh(idle, door), 401, 'AuthenticationError', /^Refresh failed/);

    await restartWith('a third secret, also of more than 32 characters');
    assertError(await refresh(active, door), 401, 'AuthenticationError', /^Refresh failed/);
    await signedIn(door, { jar: active });
    assert.equal((await refresh(active, door)).status, 200, 'signing in anew heals it');
  });

  test('absent in development: a warning, and sessions that end with the process', async t => {
    const { door } = await houseFor(t, idp, { auth: { session: undefined }, backend: { database: onDisk() } });
    await door.says(/WARN.*auth\.session\.secret/);
    const { jar } = await signedIn(door);
    assert.equal((await refresh(jar, door)).status, 200);
    await door.close();
    await door.open();
    assertError(await refresh(jar, door), 401, 'AuthenticationError');
  });

  for (const [how, options] of [
    ['auth.environment: production', { environment: 'production' }],
    ['NODE_ENV=production', { env: { NODE_ENV: 'production' } }],
  ]) {
    test(`absent with ${how}: code 2, the key, and how to get one`, async () => {
      const config = await configFor(idp, it => {
        delete it.auth.session;
        it.auth.environment = options.environment ?? it.auth.environment;
      });
      const stderr = await refusedBy(config, { env: options.env });
      assert.match(stderr, /auth\.session\.secret/);
      assert.match(stderr, /openssl rand|random/);
    });
  }

  test('of many lengths: what is refused is refused with the key and without the secret', async () => {
    for (const secret of ['', []]) {
      const config = await configFor(idp, it => {
        it.auth.session = { secret };
        it.auth.environment = 'production';
      });
      assert.match(await refusedBy(config), /auth\.session\.secret/);
    }
  });
});

/** Pattern, origin, whether minimatch (nocase, noglobstar) says that they fit: recorded from the package Backstage uses. */
const GLOBS = [
  ['https://*.a.example.com', 'https://x.a.example.com', true],
  ['https://*.a.example.com', 'https://x.y.a.example.com', true],
  ['https://*.a.example.com', 'https://X.A.example.com', true],
  ['https://*.a.example.com', 'https://a.example.com', false],
  ['https://*.a.example.com', 'http://x.a.example.com', false],
  ['https://*.a.example.com', 'https://x.a.example.com:8443', false],
  ['https://*.a.example.com', 'https://x.a.example.com.evil.com', false],
  ['https://**.b.example.com', 'https://x.y.b.example.com', true],
  ['https://{one,two}.c.example.com', 'https://one.c.example.com', true],
  ['https://{one,two}.c.example.com', 'https://three.c.example.com', false],
  ['https://pr-?.d.example.com', 'https://pr-7.d.example.com', true],
  ['https://pr-?.d.example.com', 'https://pr-77.d.example.com', false],
  ['https://[ab].e.example.com', 'https://a.e.example.com', true],
  ['https://[ab].e.example.com', 'https://c.e.example.com', false],
  ['https://[!ab].k.example.com', 'https://c.k.example.com', true],
  ['https://[!ab].k.example.com', 'https://a.k.example.com', false],
  ['https://[^ab].k.example.com', 'https://c.k.example.com', true],
  ['https://[[:digit:]].j.example.com', 'https://7.j.example.com', true],
  ['http://localhost:300[1-9]', 'http://localhost:3007', true],
  ['*://l.example.com', 'http://l.example.com', true],
  ['https://m.example.com:*', 'https://m.example.com:8443', true],
  ['https://m.example.com:*', 'https://m.example.com', false],
  ['*', 'https://anything.example.com', false],
  ['https://o.example.com/', 'https://o.example.com', false],
  ['https://o.example.com/**', 'https://o.example.com', false],
  ['http{s,}://n.example.com', 'https://n.example.com', true],
  ['http://localhost:{4000..4002}', 'http://localhost:4003', false],
  ['https://pr-+([0-9]).f.example.com', 'https://pr-x.f.example.com', false],
  ['https://!(a).h.example.com', 'https://a.h.example.com', false],
];

/** The same, for forms that not every glob library knows. */
const RARE_GLOBS = [
  ['http{s,}://n.example.com', 'http://n.example.com', true],
  ['https://{only}.k.example.com', 'https://only.k.example.com', false],
  ['http://localhost:{4000..4002}', 'http://localhost:4001', true],
  ['https://pr-+([0-9]).f.example.com', 'https://pr-12.f.example.com', true],
  ['https://@(a|b).g.example.com', 'https://a.g.example.com', true],
  ['https://!(a).h.example.com', 'https://b.h.example.com', true],
  ['http?(s)://i.example.com', 'https://i.example.com', true],
];

describe('auth.experimentalExtraAllowedOrigins', () => {
  /** The patterns whose answer differs from minimatch's. */
  async function differences(t, globs) {
    const { door } = await houseFor(t, idp, { auth: { experimentalExtraAllowedOrigins: [...new Set(globs.map(([pattern]) => pattern))] } });
    const answers = await Promise.all(globs.map(async ([, origin]) => (await send('GET', startUrl(door, { origin }))).status));
    return globs.filter(([, , fits], index) => answers[index] !== (fits ? 302 : 403)).map(([pattern, origin]) => `${pattern} ${origin}`);
  }

  test('globs as minimatch reads them', async t => assert.deepEqual(await differences(t, GLOBS), []));

  for (const [pattern, origin, fits] of RARE_GLOBS) {
    test(`${pattern} ${fits ? 'fits' : 'does not fit'} ${origin}`, async t => assert.deepEqual(await differences(t, [[pattern, origin, fits]]), []));
  }

  test('an allowed origin starts, receives the answer, and may be redirected to', async t => {
    const { door } = await houseFor(t, idp, { auth: { experimentalExtraAllowedOrigins: ['https://*.preview.example.com'] } });
    const elsewhere = 'https://pr-7.preview.example.com';
    assert.equal((await signedIn(door, { origin: elsewhere })).origin, elsewhere);
    const jar = new Jar();
    const response = await deliver(jar, await authorize(jar, await start(jar, door, { flow: 'redirect', redirectUrl: `${elsewhere}/x?y#z` })));
    assert.deepEqual([response.status, response.location], [302, `${elsewhere}/x?y#z`]);
  });

  test('absent: the app and nobody else', async t => {
    const { door } = await houseFor(t, idp);
    assert.equal((await send('GET', startUrl(door, { origin: APP }))).status, 302);
    assertError(await send('GET', startUrl(door, { origin: door.baseUrl })), 403, 'NotAllowedError');
  });
});

describe('enableExperimentalRedirectFlow', () => {
  for (const enableExperimentalRedirectFlow of [true, false, undefined]) {
    test(`${enableExperimentalRedirectFlow}: accepted without a word, and both flows work`, async t => {
      const { door } = await houseFor(t, idp, { enableExperimentalRedirectFlow });
      assert.deepEqual(complaints(door.log), []);
      await signedIn(door);
      const jar = new Jar();
      const response = await deliver(jar, await authorize(jar, await start(jar, door, { flow: 'redirect', redirectUrl: `${APP}/catalog` })));
      assert.deepEqual([response.status, response.location], [302, `${APP}/catalog`]);
      assertSession((await refresh(jar, door)).json());
    });
  }
});
