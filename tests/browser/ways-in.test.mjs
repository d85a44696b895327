// Ways to sign in on our own page: without a click, without a popup, again, in vain

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { clickOn, launch, popupFrom, profile } from '../support/chromium.mjs';
import { beSomeone, openPageHouse, signedIn, wayOf } from '../support/page-house.mjs';
import { until } from '../support/wait.mjs';

const browser = await launch();
after(() => browser.close());

let user;
let page;
beforeEach(async () => {
  user = await profile(browser);
  page = await user.context.newPage();
});
afterEach(() => user.close());

/** A house for all tests of a suite. */
function house(options) {
  const it = {};
  before(async () => Object.assign(it, await openPageHouse(options)));
  after(() => it.close?.());
  return it;
}

const errorOf = (provider = 'oidc') => page.locator(`[data-provider="${provider}"] .error`);
const atProvider = idp => page.waitForURL(url => url.origin === idp.issuer);

describe('a popup that is blocked', () => {
  const it = house();

  test('is a redirect', async () => {
    await page.addInitScript(() => (window.open = () => null));
    await page.goto(it.home);
    await wayOf(page).click();
    await atProvider(it.idp);
    await beSomeone(page, 'ada');
    await signedIn(page, it);
    // What the redirect brought is out of the address.
    await page.waitForURL(it.home);
    assert.deepEqual(user.complaints, []);
  });

  test('that closes soon offers the redirect', async () => {
    await page.addInitScript(() => {
      const open = window.open.bind(window);
      window.open = (...args) => {
        const popup = open(...args);
        setTimeout(() => popup.close(), 50);
        return popup;
      };
    });
    await page.goto(it.home);
    await wayOf(page).click();
    await page.getByRole('link', { name: 'Continue in this window' }).click();
    await atProvider(it.idp);
  });
});

describe('enableExperimentalRedirectFlow', () => {
  const it = house({ enableExperimentalRedirectFlow: true });

  test('leads on in the same window', async () => {
    await page.goto(it.home);
    await wayOf(page).click();
    await atProvider(it.idp);
    await beSomeone(page, 'ada');
    await signedIn(page, it);
    assert.equal(user.context.pages().length, 1);
  });
});

describe('a failure', () => {
  const it = house({ providers: block => ({ oidc: { development: block() }, other: { development: block() } }) });
  const answers = {
    'in a popup': async act => {
      const popup = await popupFrom(page, () => wayOf(page, 'other').click());
      await act(popup);
    },
    'after a redirect': async act => {
      await page.goto(`${it.home}?go=other`);
      await act(page);
    },
  };

  for (const [how, answer] of Object.entries(answers)) {
    test(`${how}: in plain words beside its provider, with a code and the request`, async () => {
      await page.goto(it.home);
      await answer(where => clickOn(where.locator('#deny')));
      await errorOf('other').getByText('did not let you in').waitFor();
      const text = await errorOf('other').innerText();
      assert.match(text, /^Other did not let you in, or you cancelled\. Try again, or ask an administrator for access\./);
      // What the provider said of it is for the log: anybody can write an address.
      assert.doesNotMatch(text, /said no/);
      await it.door.says(/access_denied \(the user said no\)/);
      const [, request] = /provider_denied · Request \u2068([\w-]{8,})\u2069/.exec(text);
      await it.door.says(new RegExp(request));
      assert.equal(await page.title(), 'Signing in did not work · Acme Portal');
      await page.waitForURL(it.home);
      await until(() => page.evaluate(() => document.activeElement?.closest('[data-provider]')?.getAttribute('data-provider') === 'other'), { what: 'the focus on the button' });
      assert.equal(await errorOf('oidc').count(), 0);
      await page.reload();
      await wayOf(page).waitFor();
      assert.equal(await errorOf('other').count(), 0, 'a reload does not repeat it');
      assert.deepEqual(user.complaints, []);
    });

    test(`${how}: not in the catalog is a page of its own, and another account a way on`, async () => {
      await page.goto(it.home);
      await answer(where => beSomeone(where, 'stranger'));
      await page.getByRole('heading', { name: 'You are not in the catalog yet' }).waitFor();
      const text = await page.locator('main').innerText();
      assert.match(text, /Other knows who you are, but Acme Portal has no user for your account\./);
      assert.match(text, /Ask an administrator to add you/);
      assert.match(text, /(user_not_found|nobody_resolved) · Request \u2068[\w-]{8,}\u2069/);
      assert.equal(await page.locator('[data-provider]').count(), 1);
      await page.reload();
      await page.getByRole('heading', { name: 'You are not in the catalog yet' }).waitFor();
      const popup = await popupFrom(page, () => page.getByRole('button', { name: 'Use another account' }).click());
      await beSomeone(popup, 'ada');
      await signedIn(page, it);
      assert.deepEqual(user.complaints, []);
    });
  }

  test('not in the catalog: back to all ways', async () => {
    await page.goto(`${it.home}?code=user_not_found&request=r-1234567&via=other`);
    await page.getByRole('link', { name: 'Back to all ways to sign in' }).click();
    await wayOf(page).waitFor();
    assert.equal(await page.locator('[data-provider]').count(), 2);
  });

  test('a provider that is away is told of on the page, and in the window that asks it', async () => {
    await it.idp.down();
    try {
      // What was fetched before is good for a while; a change of the configuration starts anew.
      const away = await openPageHouse({ providers: block => ({ oidc: { development: block({ metadataUrl: 'http://localhost:9/' }) } }) });
      try {
        await until(
          async () => {
            await page.goto(away.home);
            return page.getByText('OpenID Connect is not answering right now. You can still try.').isVisible();
          },
          { what: 'the page to know' },
        );
        const popup = await popupFrom(page, () => wayOf(page).click());
        await popup.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
        assert.match(await popup.locator('main').innerText(), /is not answering right now\. Try again in a moment\. You can close this window\.[\s\S]*503 · provider_unavailable[\s\S]*Request [\w-]{8,}/);
        await popup.close();
        await errorOf().getByText('closed').waitFor();
      } finally {
        await away.close();
      }
    } finally {
      await it.idp.up();
    }
  });
});

describe('auto', () => {
  const it = house({ signInPage: { auto: true }, providers: block => ({ oidc: { development: block({ logout: { endProviderSession: true } }) } }) });

  test('the only provider is asked without a click; not after signing out, not after a failure', async () => {
    await page.goto(it.home);
    await atProvider(it.idp);
    await page.locator('#deny').click();
    await errorOf().getByText('did not let you in').waitFor();
    await page.goto(`${it.home}?no-auto`);
    await wayOf(page).waitFor();
    await page.waitForLoadState('networkidle');
    assert.equal(new URL(page.url()).origin, new URL(it.home).origin);
    await page.goto(it.home);
    await atProvider(it.idp);
    await beSomeone(page, 'ada');
    await signedIn(page, it);
    await page.reload();
    await signedIn(page, it);
    await page.locator('#sign-out').click();
    // By way of the provider, which ends its session too.
    await atProvider(it.idp);
    await page.locator('button[name=logout]').first().click();
    await page.getByText('You are signed out.').waitFor();
    await page.reload();
    await page.getByText('You are signed out.').waitFor();
    await page.waitForLoadState('networkidle');
    // Still here.
    await page.waitForURL(it.home);
    const popup = await popupFrom(page, () => wayOf(page).click());
    await beSomeone(popup, 'ada');
    await signedIn(page, it);
  });

  test('without scripts too', async () => {
    const plain = await profile(browser, { javaScriptEnabled: false });
    try {
      const bare = await plain.context.newPage();
      await bare.goto(it.home);
      await bare.waitForURL(url => url.origin === it.idp.issuer);
      await beSomeone(bare, 'ada');
      await bare.waitForURL(url => url.href === `${it.home}?via=oidc`);
      assert.equal(await wayOf(bare).isVisible(), true, 'it stays, as it cannot know who is signed in');
    } finally {
      await plain.close();
    }
  });
});

describe('the provider that was used last', () => {
  const it = house({ providers: block => ({ oidc: { development: block() }, other: { development: block() } }) });

  test('is remembered, and asked for its session', async () => {
    await page.goto(it.home);
    const popup = await popupFrom(page, () => wayOf(page, 'other').click());
    await beSomeone(popup, 'ada');
    await signedIn(page, it);
    await page.reload();
    await signedIn(page, it);
    assert.equal(await page.locator('#via').innerText(), 'Other');
    await user.context.clearCookies();
    await page.reload();
    await page.locator('[data-provider="other"] .tag:visible').waitFor();
    assert.equal(await page.locator('.tag:visible').count(), 1);
  });

  test('where nothing may be stored, all goes on', async () => {
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: () => { throw new DOMException('no', 'SecurityError'); } });
    });
    await page.goto(it.home);
    const popup = await popupFrom(page, () => wayOf(page, 'other').click());
    await beSomeone(popup, 'ada');
    await signedIn(page, it);
    await page.locator('#sign-out').click();
    await page.getByText('You are signed out.').waitFor();
    assert.deepEqual(user.complaints, []);
  });
});
