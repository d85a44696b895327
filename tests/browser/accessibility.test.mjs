// Every page and every state of it: looked at with axe-core, in both schemes, and kept as a picture in tests/screenshots

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, describe, test } from 'node:test';
import { launch, popupFrom, profile, screenshot } from '../support/chromium.mjs';
import { beSomeone, openPageHouse, signedIn, wayOf } from '../support/page-house.mjs';
import { temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { until } from '../support/wait.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LANGUAGES = ['en', 'de', 'es', 'fr', 'ja', 'ar'];
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 44"><path d="M22 4 40 40H4z" fill="#00806a"/><circle cx="74" cy="26" r="14" fill="#e8590c"/></svg>';

const directory = temporaryDirectory();
writeConfig(directory, LOGO, 'logo.svg');

const many = await openPageHouse({
  providers: block => ({
    keycloak: { development: block({ display: { title: 'Company SSO', message: 'With your badge', icon: 'keycloak' } }) },
    okta: { development: block() },
    google: { development: block() },
    gitlab: { development: block() },
    away: { development: block({ metadataUrl: 'http://localhost:9/', display: { title: 'Old directory', icon: 'building' } }) },
    partners: { development: block() },
  }),
});
after(many.close);
const one = await openPageHouse({
  directory,
  title: 'Acme Portal',
  stagedoor: { nativeClients: { 'acme-cli': { title: 'Acme’s command line' } } },
  signInPage: { logo: 'logo.svg', accentColor: '#00806a', supportUrl: 'https://help.example.com/' },
});
after(one.close);
const none = await openPageHouse({ providers: () => ({}) });
after(none.close);
const browser = await launch();
after(() => browser.close());

/** Fails for whatever axe-core finds. */
async function assertAccessible(page, what) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async rules => {
    const { violations } = await window.axe.run(document, { runOnly: rules });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  }, RULES);
  assert.deepEqual(found, [], what);
}

const fits = page => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
const unknownUser = house => `${house.home}?code=user_not_found&request=5e2f6f1c-9a7e-4cf3-a7d0-2a0e8c4b8f11&via=${house === one ? 'oidc' : 'keycloak'}`;

async function signIn(page, house, provider) {
  await page.goto(house.home);
  const popup = await popupFrom(page, () => wayOf(page, provider).click());
  await beSomeone(popup, 'ada');
  await signedIn(page, house);
}

/** Each state: how a page gets into it. */
const STATES = {
  'sign-in': async page => {
    await page.goto(many.home);
    await page.getByText('is not answering').or(page.locator('.note')).first().waitFor();
  },
  'sign-in-one': page => page.goto(one.home),
  'sign-in-none': page => page.goto(none.home),
  'last-used': async page => {
    await signIn(page, many, 'google');
    await page.context().clearCookies();
    await page.reload();
    await page.locator('.tag:visible').waitFor();
  },
  waiting: async page => {
    await page.goto(many.home);
    await popupFrom(page, () => wayOf(page, 'okta').click());
    await page.locator('[aria-busy=true]').waitFor();
  },
  'popup-closed': async page => {
    await page.goto(many.home);
    const popup = await popupFrom(page, () => wayOf(page, 'okta').click());
    await popup.close();
    await page.locator('.error:visible').waitFor();
  },
  'error-denied': page => page.goto(`${many.home}?error=Authentication+rejected%2C+access_denied&code=provider_denied&request=5e2f6f1c-9a7e-4cf3-a7d0-2a0e8c4b8f11&via=okta`),
  'error-of-all': page => page.goto(`${many.home}?error=Something+else`),
  'not-in-catalog': page => page.goto(unknownUser(many)),
  'not-in-catalog-one': page => page.goto(unknownUser(one)),
  'signed-in': page => signIn(page, one, 'oidc'),
  'signed-out': async page => {
    await signIn(page, one, 'oidc');
    await page.locator('#sign-out').click();
    await page.locator('#status:not(:empty)').waitFor();
  },
  'not-found': page => page.goto(`${one.home}nothing/here`),
  'error-page': page => page.goto(`${one.home}api/auth/nothing/start?env=development`),
  'program-asks': page => page.goto(`${one.home}api/auth/v1/authorize?${new URLSearchParams({ response_type: 'code', client_id: 'acme-cli', redirect_uri: 'http://127.0.0.1:49152/callback', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', state: 'a-state-of-the-program' })}`),
  'popup-end': async page => {
    await page.goto(one.home);
    await page.goto(`${one.home}api/auth/oidc/handler/frame?state=x&code=y`);
  },
};

const SCHEMES = ['light', 'dark'];
const WIDE = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

// The provider that is away has to be known as such before the pictures are taken.
await until(async () => (await (await fetch(many.home)).text()).includes('class="note"'), { what: 'the page to know who is away' });

describe('every state', () => {
  for (const [state, enter] of Object.entries(STATES)) {
    for (const colorScheme of SCHEMES) {
      test(`${state}, ${colorScheme}`, async () => {
        for (const [size, options] of [['wide', WIDE], ['phone', PHONE]]) {
          const look = await profile(browser, { ...options, colorScheme, reducedMotion: 'reduce' });
          try {
            const page = await look.context.newPage();
            await enter(page);
            await assertAccessible(page, `${state} ${colorScheme} ${size}`);
            assert.ok(await fits(page), `${size}: nothing sticks out`);
            await screenshot(page, `${state}-${size}${colorScheme === 'dark' ? '-dark' : ''}`);
          } finally {
            await look.close();
          }
        }
      });
    }
  }
});

describe('every language', () => {
  for (const lang of LANGUAGES) {
    test(lang, async () => {
      const look = await profile(browser, { ...WIDE, locale: lang });
      try {
        const page = await look.context.newPage();
        for (const [state, url] of Object.entries({ 'sign-in': many.home, 'not-in-catalog': unknownUser(many) })) {
          await page.goto(url);
          assert.equal(await page.getAttribute('html', 'lang'), lang);
          assert.equal(await page.getAttribute('html', 'dir'), lang === 'ar' ? 'rtl' : 'ltr');
          await assertAccessible(page, `${state} ${lang}`);
          await screenshot(page, `language-${lang}-${state}`);
          await page.setViewportSize({ width: 320, height: 640 });
          assert.ok(await fits(page), `${state}: nothing sticks out at 320`);
          await page.setViewportSize(WIDE.viewport);
        }
        await signIn(page, one, 'oidc');
        await assertAccessible(page, `signed in ${lang}`);
        await screenshot(page, `language-${lang}-signed-in`);
        // In Arabic an icon stands to the right of its title, and so on.
        const left = await page.evaluate(() => document.querySelector('.avatar').getBoundingClientRect().left < document.querySelector('#who').getBoundingClientRect().left);
        assert.equal(left, lang !== 'ar');
      } finally {
        await look.close();
      }
    });
  }

  test('a choice is kept, with and without scripts', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const look = await profile(browser, { locale: 'de', javaScriptEnabled });
      const page = await look.context.newPage();
      await page.goto(many.home);
      await page.getByRole('link', { name: '日本語' }).click();
      await page.locator('html[lang=ja]').waitFor();
      assert.equal(await page.getByRole('link', { name: '日本語' }).getAttribute('aria-current'), 'true');
      await page.goto(many.home);
      assert.equal(await page.getAttribute('html', 'lang'), 'ja');
      assert.match(await wayOf(page, 'okta').innerText(), /Okta でサインイン/);
      await look.close();
    }
  });
});

describe('every size', () => {
  for (const [name, width, height] of [['320', 320, 568], ['tablet', 820, 1180], ['hd', 1920, 1080], ['4k', 3840, 2160]]) {
    test(name, async () => {
      const look = await profile(browser, { viewport: { width, height } });
      const page = await look.context.newPage();
      await page.goto(many.home);
      assert.ok(await fits(page));
      const { card, font } = await page.evaluate(() => {
        const { left, right } = document.querySelector('.card').getBoundingClientRect();
        return { card: [left, innerWidth - right], font: parseFloat(getComputedStyle(document.documentElement).fontSize) };
      });
      assert.ok(Math.abs(card[0] - card[1]) < 1, 'it stands in the middle');
      assert.equal(Math.round(font), name === '4k' ? 32 : 16);
      await screenshot(page, `size-${name}`);
      await look.close();
    });
  }

  test('text of twice the size', async () => {
    const look = await profile(browser, { viewport: { width: 640, height: 800 } });
    const page = await look.context.newPage();
    await page.goto(many.home);
    await page.addStyleTag({ content: 'html { font-size: 200% !important }' }).catch(() => {});
    await page.evaluate(() => (document.documentElement.style.fontSize = '32px'));
    assert.ok(await fits(page));
    await screenshot(page, 'size-text-200');
    await look.close();
  });
});

test('what can be pressed is large enough for a finger', async () => {
  const look = await profile(browser, PHONE);
  const page = await look.context.newPage();
  for (const url of [many.home, unknownUser(many), one.home]) {
    await page.goto(url);
    for (const target of await page.locator('a:visible, button:visible').all()) {
      const { width, height } = await target.boundingBox();
      assert.ok(width >= 24 && height >= 24, `${await target.innerText()}: ${width} × ${height}`);
    }
  }
  await look.close();
});

test('with the keyboard alone: in order, seen, and where the news is', async () => {
  const look = await profile(browser, WIDE);
  const page = await look.context.newPage();
  await page.goto(many.home);
  const order = [];
  for (let press = 0; press < 12; press += 1) {
    await page.keyboard.press('Tab');
    order.push(await page.evaluate(() => document.activeElement.closest('[data-provider]')?.dataset.provider ?? document.activeElement.lang));
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, 'solid', `${order.at(-1)} can be seen to have the focus`);
  }
  assert.deepEqual(order, ['keycloak', 'okta', 'google', 'gitlab', 'away', 'partners', ...LANGUAGES]);
  await wayOf(page, 'okta').focus();
  const popup = await popupFrom(page, () => page.keyboard.press('Space'));
  await popup.close();
  await page.locator('.error:visible').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.closest('[data-provider]').dataset.provider), 'okta');
  await look.close();
});

test('nothing moves for those who asked for that', async () => {
  const moves = async reducedMotion => {
    const look = await profile(browser, { ...WIDE, reducedMotion });
    const page = await look.context.newPage();
    await page.goto(many.home);
    await popupFrom(page, () => wayOf(page, 'okta').click());
    await page.locator('[aria-busy=true]').waitFor();
    const running = await page.evaluate(() => document.getAnimations().filter(animation => animation instanceof CSSAnimation).length);
    await look.close();
    return running;
  };
  assert.ok((await moves('no-preference')) > 0);
  assert.equal(await moves('reduce'), 0);
});

test('all that the page loads is under 30 kB, and comes from here alone', async () => {
  for (const lang of LANGUAGES) {
    const look = await profile(browser, { ...WIDE, locale: lang });
    const page = await look.context.newPage();
    const sizes = {};
    const foreign = [];
    const reading = [];
    const read = async response => {
      if (new URL(response.url()).origin !== new URL(many.home).origin) foreign.push(response.url());
      sizes[response.url()] = (await response.body().catch(() => Buffer.alloc(0))).length;
    };
    page.on('response', response => reading.push(read(response)));
    await page.goto(many.home);
    await page.waitForLoadState('networkidle');
    await Promise.all(reading);
    const sum = Object.values(sizes).reduce((a, b) => a + b, 0);
    assert.ok(sum < 30_000, `${lang}: ${sum} bytes: ${JSON.stringify(sizes)}`);
    assert.ok(Object.keys(sizes).length >= 3);
    assert.deepEqual(foreign, []);
    await look.close();
  }
});
