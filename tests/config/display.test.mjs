// How providers are shown: title, message, icon and order, on the page and in the list for other pages

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { APP } from '../support/flows.mjs';
import { providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { complaints, configFor, houseFor, refusedBy, signInPage } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><circle cx="1" cy="1" r="1"/></svg>';
const OPEN = { auth: { experimentalExtraAllowedOrigins: ['http://localhost:*'] } };

/** The list of providers. */
async function list(door, query = '', headers = {}) {
  const response = await send('GET', `${door.auth}/.providers${query}`, { headers });
  assert.equal(response.status, 200, response.text);
  return { response, ...response.json() };
}

describe('the list of providers', () => {
  const providers = idp => ({
    other: { development: providerBlock(idp, { display: { title: 'Partners', message: 'For guests', icon: 'globe', order: 2 } }) },
    oidc: {
      development: providerBlock(idp, { display: { order: 1 } }),
      production: providerBlock(idp, { display: { title: 'Company' } }),
    },
    keycloak: { development: providerBlock(idp) },
  });

  test('tells all that a page needs, of the environment in force or of the one that is asked for', async t => {
    const { door } = await houseFor(t, idp, { providers, ...OPEN });
    const { environment, environments, providers: listed } = await list(door);
    assert.equal(environment, 'development');
    assert.deepEqual(environments, ['development', 'production']);
    assert.deepEqual(listed, [
      { id: 'keycloak', environment: 'development', title: 'Keycloak', icon: `${door.auth}/.icons/keycloak.svg`, order: 0, available: true, startUrl: `${door.auth}/keycloak/start?env=development` },
      { id: 'oidc', environment: 'development', title: 'OpenID Connect', order: 1, available: true, startUrl: `${door.auth}/oidc/start?env=development` },
      { id: 'other', environment: 'development', title: 'Partners', message: 'For guests', icon: `${door.auth}/.icons/globe.svg`, order: 2, available: true, startUrl: `${door.auth}/other/start?env=development` },
    ]);
    assert.deepEqual((await list(door, '?env=production')).providers.map(({ title, startUrl }) => [title, startUrl]), [['Company', `${door.auth}/oidc/start?env=production`]]);
    assert.deepEqual((await list(door, '?env=nowhere')).providers, []);
    const { ways } = await signInPage(door);
    assert.deepEqual(ways.map(({ provider }) => provider), ['keycloak', 'oidc', 'other'], 'the page has the same order');
    assert.deepEqual((await signInPage(door, '?env=production')).ways.map(({ environment, title }) => [environment, title]), [['production', 'Company']]);
  });

  test('may be read by the frontend, and says who is down', async t => {
    const { door } = await houseFor(t, idp, {
      providers: idp => ({ oidc: { development: providerBlock(idp, { metadataUrl: 'http://127.0.0.1:1/' }) } }),
    });
    const { response, providers: [oidc] } = await list(door, '', { origin: APP });
    assert.equal(response.headers['access-control-allow-origin'], APP);
    assert.equal(oidc.available, false);
    assert.equal(response.headers['cache-control'], 'no-store');
  });
});

describe('icon', () => {
  /** The page's markup before the title of the provider `id`. */
  async function badge(door, id) {
    const { text } = await send('GET', `${door.local}/`);
    return new RegExp(`data-provider="${id}"[\\s\\S]*?<a [^>]*>([\\s\\S]*?)<span class="label">`).exec(text)[1];
  }

  test('every built-in name is a drawing, on the page and as a file', async t => {
    const source = readFileSync(new URL('../../crates/config/src/settings/display.rs', import.meta.url), 'utf8');
    const names = [.../BUILT_IN: [^=]*= \[([^\]]*)\]/.exec(source)[1].matchAll(/"(\w+)"/g)].map(([, name]) => name);
    assert.ok(names.length > 20);
    const { door } = await houseFor(t, idp, {
      providers: idp => Object.fromEntries(names.map(name => [`p-${name}`, { development: providerBlock(idp, { display: { icon: name } }) }])),
      ...OPEN,
    });
    const seen = new Set();
    for (const name of names) {
      assert.match(await badge(door, `p-${name}`), /^<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><.+\/><\/svg>$/, name);
      const { status, headers, text } = await send('GET', `${door.auth}/.icons/${name}.svg`);
      assert.equal(status, 200, name);
      assert.equal(headers['content-type'], 'image/svg+xml');
      seen.add(text);
    }
    assert.ok(seen.size >= names.length - 1, 'no two alike, but for the two names of one');
    assert.deepEqual(complaints(door.log), []);
  });

  test('of the id where there is a drawing for it, else the first letter', async t => {
    const { door } = await houseFor(t, idp, {
      providers: idp => Object.fromEntries(['okta', 'acme'].map(id => [id, { development: providerBlock(idp) }])),
      ...OPEN,
    });
    assert.match(await badge(door, 'okta'), /^<svg /);
    assert.equal(await badge(door, 'acme'), '<span class="icon" aria-hidden="true">A</span>');
  });

  test('a file is shown as a picture and can do nothing', async t => {
    const directory = temporaryDirectory();
    writeConfig(directory, SVG, 'acme.svg');
    const { door } = await houseFor(t, idp, { directory, provider: { display: { icon: './acme.svg' } }, ...OPEN });
    const [, path] = /^<img class="icon" src="([^"]+)" alt="">$/.exec(await badge(door, 'oidc'));
    const { status, headers, text } = await send('GET', `${door.local}/${path}`);
    assert.equal(status, 200);
    assert.equal(text, SVG);
    assert.equal(headers['content-type'], 'image/svg+xml');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['content-security-policy'], "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    assert.match(headers['cache-control'], /immutable/);
    assert.equal((await list(door)).providers[0].icon, `${door.auth}/${path.replace('api/auth/', '')}`);
    for (const name of ['0000000000000000.svg', 'acme.svg', 'keycloak', '..%2facme.svg', '%00.svg']) {
      assert.equal((await send('GET', `${door.auth}/.icons/${name}`)).status, 404, name);
    }
  });

  const refused = {
    'an unknown name': ['keycloack', /display\.icon: .*keycloak/s],
    'a file that is not there': ['./none.svg', /none\.svg could not be read/],
    'a file with a script': [SVG.replace('<circle', '<script>alert(1)</script><circle'), /there is a `script` in it/],
    'a file with entities': [`<!DOCTYPE svg [<!ENTITY a "a">]>${SVG}`, /DTD|document type/i],
    'a picture of another kind': ['PNG\r\n', /display\.icon/],
    'a file that is too large': [SVG.replace('<circle', `<!-- ${'x'.repeat(40_000)} --><circle`), /larger than 32 kB/],
  };
  for (const [what, [icon, message]] of Object.entries(refused)) {
    test(`${what} is refused, with its place`, async () => {
      const directory = temporaryDirectory();
      const isFile = /[<\n]/.test(icon);
      if (isFile) writeConfig(directory, icon, 'icon.svg');
      const said = await refusedBy(await configFor(idp, undefined, { display: { icon: isFile ? 'icon.svg' : icon } }), { directory });
      assert.match(said, message);
      assert.match(said, /app-config\.yaml:\d+:\d+/);
    });
  }
});

test('order: lower numbers first, equal ones as in the file', async t => {
  const orders = { a: 5, b: undefined, c: -1, d: 5, e: 0 };
  const { door } = await houseFor(t, idp, {
    providers: idp => Object.fromEntries(Object.entries(orders).map(([id, order]) => [id, { development: providerBlock(idp, { display: { order } }) }])),
    ...OPEN,
  });
  assert.deepEqual((await list(door)).providers.map(({ id, order }) => [id, order]), [['c', -1], ['b', 0], ['e', 0], ['a', 5], ['d', 5]]);
  const said = await refusedBy(await configFor(idp, undefined, { display: { order: 1.5 } }));
  assert.match(said, /display\.order: .*a whole number/);
});
