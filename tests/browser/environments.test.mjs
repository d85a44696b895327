// One provider in two environments, and one identity provider under two ids with two clients: side by side in one browser

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, popupFrom, profile } from '../support/chromium.mjs';
import { beSomeone, openPageHouse, signedIn, wayOf } from '../support/page-house.mjs';

const { door, idp, home, close } = await openPageHouse({
  providers: block => ({
    staff: {
      development: block({ display: { title: 'Staff (test)' } }, 'staff-development'),
      production: block({ display: { title: 'Staff' } }, 'staff-production'),
    },
    guests: { development: block({ display: { title: 'Guests', icon: 'globe' } }, 'guests') },
  }),
});
after(close);
const browser = await launch();
after(() => browser.close());

/** Opens the page of an environment, and the popup of a provider there, up to the point where it asks who one is. */
async function begin(context, provider, environment) {
  const page = await context.newPage();
  await page.goto(environment === 'development' ? home : `${home}?env=${environment}`);
  const popup = await popupFrom(page, () => wayOf(page, provider).click());
  await popup.waitForURL(url => url.origin === idp.issuer);
  return { page, popup, provider, environment };
}

test('the page shows the environment in force, or the one that is asked for', async () => {
  const { context, close: leave } = await profile(browser);
  const page = await context.newPage();
  const titles = async url => {
    await page.goto(url);
    return page.locator('[data-provider]').evaluateAll(all => all.map(({ dataset }) => `${document.querySelector('main').dataset.environment}: ${dataset.title}`));
  };
  assert.deepEqual(await titles(home), ['development: Staff (test)', 'development: Guests']);
  assert.deepEqual(await titles(`${home}?env=production`), ['production: Staff']);
  await leave();
});

test('three sign-ins at once: both environments, both clients; and each session goes on by itself', async () => {
  const { context, complaints, close: leave } = await profile(browser);
  const flows = [];
  for (const [provider, environment] of [['staff', 'development'], ['staff', 'production'], ['guests', 'development']]) {
    flows.push(await begin(context, provider, environment));
  }
  // Each popup says who one is by itself, and they end in another order than they began in.
  for (const { popup, page } of flows.toReversed()) {
    if (!popup.isClosed() && (await popup.locator('input[name=account]').count())) await beSomeone(popup, 'ada');
    await signedIn(page, { door });
  }
  for (const { page, provider, environment } of flows) {
    const refresh = await page.evaluate(
      async ([id, env]) => {
        const response = await fetch(`/api/auth/${id}/refresh?optional&env=${env}`, { headers: { 'X-Requested-With': 'XMLHttpRequest' } });
        return { status: response.status, body: await response.json() };
      },
      [provider, environment],
    );
    assert.equal(refresh.status, 200, `${provider} ${environment}: ${JSON.stringify(refresh.body)}`);
    const { aud } = JSON.parse(Buffer.from(refresh.body.providerInfo.idToken.split('.')[1], 'base64url'));
    assert.equal([aud].flat()[0], provider === 'guests' ? 'guests' : `staff-${environment}`);
  }
  // Leaving one leaves the others.
  await flows[1].page.locator('#sign-out').click();
  await wayOf(flows[1].page, 'staff').waitFor();
  for (const { page } of [flows[0], flows[2]]) {
    await page.reload();
    await signedIn(page, { door });
  }
  assert.equal(await flows[2].page.locator('#via').innerText(), 'Guests');
  assert.deepEqual(complaints, []);
  assert.ok(!/WARN|ERROR/.test(door.log), door.log.slice(-2_000));
  await leave();
});

test('the same without scripts, by redirect', async () => {
  const { context, close: leave } = await profile(browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${home}?env=production`);
  await wayOf(page, 'staff').click();
  await beSomeone(page, 'ada');
  await page.waitForURL(url => url.origin === new URL(home).origin);
  assert.equal(page.url(), `${home}?via=staff&env=production`);
  assert.ok((await context.cookies(`${home}api/auth/staff/`)).some(({ name }) => name.startsWith('staff-refresh-token')));
  await leave();
});
