// A provider that answers with a form (`response_mode=form_post`), in a browser that holds the form to its page's policy

import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { launch, profile } from '../support/chromium.mjs';
import { startUrl } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';

const app = http.createServer((request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!doctype html><link rel="icon" href="data:,"><h1>The app</h1>');
});
await once(app.listen(0, '127.0.0.1'), 'listening');
after(() => app.close());
const home = `http://localhost:${app.address().port}`;
const { door, close } = await openHouse({ app: { baseUrl: home }, provider: { startUrlSearchParams: { response_mode: 'form_post' } } });
after(close);
const browser = await launch();
after(() => browser.close());

for (const [what, account, end] of [
  ['back to where it began', 'ada', url => url.href === `${home}/deep/page`],
  ['to the app with the reason, when it failed', 'stranger', url => url.origin === home && url.searchParams.has('error')],
]) {
  test(`a redirect flow leads ${what}, on another origin`, async () => {
    const { context, complaints, close: leave } = await profile(browser);
    const page = await context.newPage();
    await page.goto(startUrl(door, { origin: home, flow: 'redirect', redirectUrl: `${home}/deep/page` }));
    await page.fill('input[name=account]', account);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(end);
    await page.getByRole('heading', { name: 'The app' }).waitFor();
    assert.deepEqual(complaints, []);
    await leave();
  });
}
