// stagedoor.signInPage: how the sign-in page looks, and whether it waits for a click

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { configFor, houseFor, refusedBy, signInPage } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

const OPEN = { experimentalExtraAllowedOrigins: ['http://localhost:*'] };
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"><path d="M0 0h4v1H0z"/></svg>';

/** A house whose page looks so. */
const houseOf = (t, signInPage, options = {}) => houseFor(t, idp, { auth: OPEN, stagedoor: { signInPage }, ...options });

async function page(door, path = '/', headers = {}) {
  const { status, text, headers: answered } = await send('GET', `${door.local}${path}`, { headers: { accept: 'text/html', ...headers } });
  return { status, text, headers: answered };
}

test('title: goes before app.title, on every page', async t => {
  const { door } = await houseOf(t, { title: 'Acme <Portal>' }, { app: { title: 'Backstage' } });
  assert.equal((await signInPage(door)).title, 'Acme &#60;Portal&#62;');
  for (const path of ['/', '/nothing']) assert.match((await page(door, path)).text, / · Acme &#60;Portal&#62;<\/title>/, path);
});

test('logo: an SVG file, in place of ours', async t => {
  const directory = temporaryDirectory();
  writeConfig(directory, LOGO, 'logo.svg');
  const { door } = await houseOf(t, { logo: 'logo.svg' }, { directory });
  for (const path of ['/', '/nothing']) {
    const [, src] = /<img class="mark" src="([^"]*)" alt="">/.exec((await page(door, path)).text);
    const { text, headers } = await page(door, new URL(src, `http://x${path}`).pathname);
    assert.equal(text, LOGO);
    assert.match(headers['content-security-policy'], /sandbox/);
  }
  writeConfig(directory, LOGO.replace('<path', '<script/><path'), 'bad.svg');
  const said = await refusedBy(await configFor(idp, config => (config.stagedoor = { signInPage: { logo: 'bad.svg' } })), { directory });
  assert.match(said, /stagedoor\.signInPage\.logo: .*there is a `script` in it/);
});

describe('accentColor', () => {
  for (const [color, button, on] of [['#0a7', '#00aa77', '#000000'], ['#7B1FA2', '#7b1fa2', '#ffffff'], ['#ffd600', '#ffd600', '#000000']]) {
    test(`${color}: ${on} text on it`, async t => {
      const { door } = await houseOf(t, { accentColor: color });
      for (const path of ['/', '/nothing']) {
        const sheets = [...(await page(door, path)).text.matchAll(/<link rel="stylesheet" href="([^"]*)">/g)].map(([, href]) => new URL(href, `http://x${path}`).pathname);
        assert.equal(sheets.length, 2, 'it goes after the style of all');
        const { text, headers } = await page(door, sheets[1]);
        assert.equal(headers['content-type'], 'text/css; charset=utf-8');
        assert.equal(text.match(new RegExp(`--button:${button};--on-button:${on}`, 'g')).length, 2, 'in both schemes');
      }
    });
  }

  test('anything else is refused', async () => {
    for (const accentColor of ['orange', '#12', 'rgb(0,0,0)', '#0a7}*{display:none']) {
      const said = await refusedBy(await configFor(idp, config => (config.stagedoor = { signInPage: { accentColor } })));
      assert.match(said, /accentColor: found .*expected a colour such as '#2f5bd7'/, accentColor);
    }
  });
});

test('supportUrl: where help is, by web or mail', async t => {
  for (const supportUrl of ['https://help.example.com/sign-in', 'mailto:help@example.com']) {
    const { door } = await houseOf(t, { supportUrl });
    assert.ok((await page(door)).text.includes(`<a href="${supportUrl}">Get help</a>`));
  }
  const said = await refusedBy(await configFor(idp, config => (config.stagedoor = { signInPage: { supportUrl: 'javascript:alert(1)' } })));
  assert.match(said, /supportUrl: .*mailto:/);
});

describe('auto', () => {
  const goes = ({ text }) => /<noscript><meta http-equiv="refresh" content="0;url=\?go=oidc"><\/noscript>/.test(text) && / data-auto="1"/.test(text);

  test('the only provider is asked straight away, but not after a failure, a return, or when told not to', async t => {
    const { door } = await houseOf(t, { auto: true });
    assert.ok(goes(await page(door)));
    for (const query of ['?no-auto', '?error=x', '?code=provider_denied', '?via=oidc']) assert.ok(!goes(await page(door, `/${query}`)), query);
  });

  test('off unless it is set, and where there is a choice', async t => {
    const { door } = await houseOf(t, {});
    assert.ok(!goes(await page(door)));
    const { door: other } = await houseOf(t, { auto: true }, { providers: idp => ({ oidc: { development: providerBlock(idp) }, other: { development: providerBlock(idp) } }) });
    assert.ok(!goes(await page(other)));
  });
});

describe('languages', () => {
  const language = ({ text }) => /<html lang="(\w+)" dir="(\w+)">/.exec(text).slice(1).join(' ');

  test('as the browser asks, or as was chosen', async t => {
    const { door } = await houseOf(t, {});
    assert.equal(language(await page(door)), 'en ltr');
    assert.equal(language(await page(door, '/', { 'accept-language': 'de-AT,de;q=0.9,en;q=0.8' })), 'de ltr');
    assert.equal(language(await page(door, '/nothing', { 'accept-language': 'nl, ar;q=0.5' })), 'ar rtl');
    const chosen = await page(door, '/?lang=ja', { 'accept-language': 'de' });
    assert.equal(language(chosen), 'ja ltr');
    const [cookie] = [chosen.headers['set-cookie']].flat();
    assert.match(cookie, /^stagedoor-language=ja; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/);
    for (const path of ['/', '/nothing']) assert.equal(language(await page(door, path, { 'accept-language': 'de', cookie: 'stagedoor-language=ja' })), 'ja ltr');
    const unknown = await page(door, '/?lang=xx', { cookie: 'stagedoor-language=zz', 'accept-language': 'fr' });
    assert.equal(language(unknown), 'fr ltr');
    assert.equal(unknown.headers['set-cookie'], undefined);
  });

  test('links to all of them, which keep what the page tells', async t => {
    const { door } = await houseOf(t, {});
    const { text } = await page(door, '/?code=user_not_found&request=r-1234567&via=oidc&error=x');
    const links = [...text.matchAll(/<a href="(\?lang=[^"]*)" lang="(\w+)"/g)].map(([, href, lang]) => [href.replaceAll('&#38;', '&'), lang]);
    assert.deepEqual(links.map(([, lang]) => lang), ['en', 'de', 'es', 'fr', 'ja', 'ar']);
    assert.equal(links[1][0], '?lang=de&code=user_not_found&request=r-1234567&via=oidc');
    assert.match((await page(door, `/${links[1][0]}`)).text, /<h1[^>]*>Sie sind noch nicht im Katalog<\/h1>/);
  });
});
