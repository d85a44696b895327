// The sign-in page of `stagedoor dev`, with a person in front of it

import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { clickOn, launch, popupFrom, profile, screenshot } from '../support/chromium.mjs';
import { send } from '../support/http.mjs';
import { Run, temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort, until } from '../support/wait.mjs';

const [port, idpPort] = [await freePort(), await freePort()];
const run = new Run(['dev', '--port', String(port), '--idp-port', String(idpPort)], { cwd: temporaryDirectory() });
after(() => run.stop());
const link = await run.until(() => /https?:\/\/\S+/.exec(run.stdout)?.[0], 'the link of "stagedoor dev"');
const home = new URL(link).origin;
const browser = await launch();
after(() => browser.close());

let user;
beforeEach(async () => {
  user = await profile(browser);
});
afterEach(async () => {
  await user.close();
});

async function open(context = user.context) {
  const page = await context.newPage();
  await page.goto(link);
  return page;
}

const signInButton = page => page.getByRole('button', { name: /^sign in/i }).first();
const signOutButton = page => page.getByRole('button', { name: /sign out/i });
const person = (page, name) => page.getByRole('button', { name: new RegExp(name) });
const errorOf = page => page.locator('[data-provider] [role=alert]').first();

async function signIn(page, name = 'Ada Lovelace') {
  const popup = await popupFrom(page, () => signInButton(page).click());
  await clickOn(person(popup, name));
  return popup;
}

async function assertSignedIn(page, name = 'Ada Lovelace', ref = /user:default\/ada/) {
  await page.getByRole('heading', { name }).waitFor();
  assert.match(await page.textContent('body'), ref);
  assert.ok(await signOutButton(page).isVisible());
}

test('"stagedoor dev" prints one line with the link', async () => {
  assert.equal(run.stdout.trim().split('\n').length, 1, run.stdout);
  assert.equal(home, `http://localhost:${port}`);
  assert.equal((await send('GET', link)).status, 200);
});

test('the page is small, complete and quiet', async () => {
  let bytes = 0;
  const failed = [];
  const page = await user.context.newPage();
  page.on('response', async response => {
    if (response.status() >= 400 && response.status() !== 401) failed.push(`${response.status()} ${response.url()}`);
    bytes += (await response.body().catch(() => Buffer.alloc(0))).length;
  });
  await page.goto(link);
  await page.waitForLoadState('networkidle');
  await signInButton(page).waitFor();
  assert.deepEqual(failed, []);
  assert.deepEqual(user.complaints, []);
  const sent = await page.evaluate(() =>
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, entry) => sum + entry.encodedBodySize, 0),
  );
  assert.ok(sent < 30_000, `the page is under 30 kB on the wire: ${sent} (${bytes} unpacked)`);
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.match(await page.title(), /sign in/i);
});

test('its policy allows nothing inline and nothing foreign', async () => {
  const { headers } = await send('GET', link);
  const policy = headers['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'none'|default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/);
  assert.match(policy, /frame-ancestors/);
});

test('sign-in by popup, and a reload keeps the session', async () => {
  const page = await open();
  await signIn(page);
  await assertSignedIn(page);
  await until(() => user.context.pages().length === 1, { what: 'the popup to close itself' });
  await page.reload();
  await assertSignedIn(page);
  assert.deepEqual(user.complaints, []);
});

test('sign-out', async () => {
  const page = await open();
  await signIn(page);
  await assertSignedIn(page);
  await signOutButton(page).click();
  await signInButton(page).waitFor();
  await page.reload();
  await signInButton(page).waitFor();
  await page.waitForLoadState('networkidle');
  assert.equal(await signOutButton(page).isVisible(), false, 'a reload does not bring the session back');
  assert.deepEqual(user.complaints, []);
});

test('two tabs at once', async () => {
  const [one, two] = [await open(), await open()];
  const first = await popupFrom(one, () => signInButton(one).click());
  await person(first, 'Ada Lovelace').waitFor();
  const second = await popupFrom(two, () => signInButton(two).click());
  await person(second, 'Ada Lovelace').waitFor();
  await clickOn(person(first, 'Ada Lovelace'));
  await assertSignedIn(one);
  await clickOn(person(second, 'Ada Lovelace'));
  await assertSignedIn(two);
  assert.deepEqual(user.complaints, []);
});

test('denial is shown beside the provider', async () => {
  const page = await open();
  const popup = await popupFrom(page, () => signInButton(page).click());
  await clickOn(popup.getByRole('button', { name: /deny/i }));
  await errorOf(page).getByText('did not let you in').waitFor();
  assert.ok(await signInButton(page).isVisible());
  assert.deepEqual(user.complaints, []);
});

test('someone the catalog does not know is told so on a page, and may try as somebody else', async () => {
  const page = await open();
  await signIn(page, 'Mallory');
  await page.getByRole('heading', { name: 'You are not in the catalog yet' }).waitFor();
  const popup = await popupFrom(page, () => page.getByRole('button', { name: 'Use another account' }).click());
  await clickOn(person(popup, 'Ada Lovelace'));
  await assertSignedIn(page);
  assert.deepEqual(user.complaints, []);
});

test('an unverified address does not sign in', async () => {
  const page = await open();
  await signIn(page, 'Erin');
  await errorOf(page).getByText(/\S/).first().waitFor();
  assert.equal(await signOutButton(page).isVisible(), false);
});

test('a popup that is closed is told, with a way on', async () => {
  const page = await open();
  const popup = await popupFrom(page, () => signInButton(page).click());
  await person(popup, 'Ada Lovelace').waitFor();
  await popup.close();
  await errorOf(page).getByText(/closed/i).first().waitFor();
  await page.getByRole('link', { name: /continue in this window/i }).click();
  await person(page, 'Grace Hopper').click();
  await page.waitForURL(url => url.origin === home);
  await assertSignedIn(page, 'Grace Hopper', /user:default\/grace/);
});

test('without JavaScript, by redirect', async () => {
  const plain = await profile(browser, { javaScriptEnabled: false });
  try {
    const page = await open(plain.context);
    await page.getByRole('link', { name: /^sign in/i }).or(signInButton(page)).first().click();
    await person(page, 'Ada Lovelace').click();
    await page.waitForURL(url => url.origin === home);
    assert.equal(new URL(page.url()).searchParams.get('error'), null);
    const cookies = await plain.context.cookies(`${home}/api/auth/`);
    assert.ok((await plain.context.cookies()).some(({ name }) => name.endsWith('-refresh-token')), JSON.stringify(cookies));
    await screenshot(page, 'no-javascript-after');
  } finally {
    await plain.close();
  }
});

test('words in the address are not the page’s: of a failure it shows a code of ours, or nothing', async () => {
  const page = await user.context.newPage();
  const words = 'Your account is locked, call 0900 555';
  await page.goto(`${home}/?${new URLSearchParams({ error: words, code: 'call_0900_555', request: '0900-55555' })}`);
  await page.getByText('Signing in did not work. Try again.').waitFor();
  assert.doesNotMatch(await page.content(), /is locked|0900/);
  await page.goto(`${home}/?${new URLSearchParams({ error: words, code: 'id_token_expired', request: 'r-1234567' })}`);
  await page.getByText('id_token_expired · Request \u2068r-1234567\u2069').waitFor();
  assert.doesNotMatch(await page.content(), /is locked|0900/);
  assert.deepEqual(user.complaints, []);
});

test('with the keyboard alone', async () => {
  const page = await open();
  await signInButton(page).waitFor();
  const focusOn = async (where, wanted) => {
    for (let press = 0; press < 15; press += 1) {
      await where.keyboard.press('Tab');
      const text = await where.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
      if (wanted.test(text)) return;
    }
    throw new Error(`no way to ${wanted} by Tab`);
  };
  await focusOn(page, /sign in/i);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none', 'the focus can be seen');
  await screenshot(page, 'focus-wide');
  const popup = await popupFrom(page, () => page.keyboard.press('Enter'));
  await person(popup, 'Ada Lovelace').waitFor();
  await focusOn(popup, /Ada Lovelace/);
  await popup.keyboard.press('Enter').catch(error => {
    if (!popup.isClosed()) throw error;
  });
  await assertSignedIn(page);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'who', 'the focus is where the news is');
  await focusOn(page, /sign out/i);
  await page.keyboard.press('Space');
  await signInButton(page).waitFor();
});

test('the page holds on every screen', async () => {
  const looks = [
    ['wide', { viewport: { width: 1280, height: 800 } }],
    ['wide-dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
    ['phone', { viewport: { width: 360, height: 740 }, isMobile: true, deviceScaleFactor: 2 }],
    ['phone-dark', { viewport: { width: 360, height: 740 }, isMobile: true, deviceScaleFactor: 2, colorScheme: 'dark' }],
  ];
  for (const [name, options] of looks) {
    const look = await profile(browser, options);
    try {
      const page = await open(look.context);
      await signInButton(page).waitFor();
      await screenshot(page, `dev-sign-in-${name}`);
      const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
      assert.ok(await fits(), `${name}: nothing sticks out`);
      const popup = await popupFrom(page, () => signInButton(page).click());
      await person(popup, 'Mallory').waitFor();
      await screenshot(popup, `provider-${name}`);
      await clickOn(popup.getByRole('button', { name: /deny/i }));
      await errorOf(page).getByText('did not let you in').waitFor();
      await screenshot(page, `dev-error-${name}`);
      assert.ok(await fits(), `${name}: nothing sticks out with an error`);
      await signIn(page);
      await assertSignedIn(page);
      await screenshot(page, `dev-signed-in-${name}`);
      assert.ok(await fits(), `${name}: nothing sticks out when signed in`);
      assert.deepEqual(look.complaints, [], name);
    } finally {
      await look.close();
    }
  }
});

test('names and roles are there for a screen reader', async () => {
  const page = await open();
  await signInButton(page).waitFor();
  assert.equal(await page.locator('h1:visible').count(), 1);
  assert.ok((await page.locator('main').count()) === 1);
  for (const node of await page.locator('button:visible, a:visible').all()) {
    const name = (await node.getAttribute('aria-label')) ?? (await node.textContent());
    assert.ok(name.trim(), 'every control has a name');
  }
  for (const image of await page.locator('img').all()) assert.notEqual(await image.getAttribute('alt'), null);
});

test('what is not there looks like the rest', async () => {
  const page = await user.context.newPage();
  const response = await page.goto(`${home}/nothing/here`);
  assert.equal(response.status(), 404);
});
