// A real browser, and everything it complains about.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { PATIENCE_MS, until } from './wait.mjs';

const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url));

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Starts Chromium: `CHROMIUM`, or the system's. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/**
 * A browser profile of its own. `complaints` collects, from every page and popup, console errors, uncaught exceptions and policy
 * violations; a failed fetch of status 401 is how a frontend learns that nobody is signed in, and is not one.
 */
export async function profile(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  context.on('console', message => {
    if (message.type() !== 'error') return;
    if (/status of 401/.test(message.text())) return;
    if (process.env.BACKSTAGE_REFERENCE && message.location().url.endsWith('/favicon.ico')) return;
    complaints.push(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', error => complaints.push(`uncaught: ${error.error()}`));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', event => console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`));
  });
  return { context, complaints, close: () => context.close() };
}

/** Clicks (or whatever `act` does) and returns the popup that opens. */
export async function popupFrom(page, act) {
  const [popup] = await Promise.all([page.waitForEvent('popup'), act()]);
  return popup;
}

/** Clicks what leads on. Where that is a popup, it may be closed by what follows before the click is known to be done. */
export async function clickOn(locator) {
  await locator.click().catch(error => {
    if (!locator.page().isClosed()) throw error;
  });
}

/**
 * The popup that a click on `button` opens. The frontend draws its dialog anew whenever its list of requests changes:
 * a click that met the old button is lost, and made again as a person would.
 */
export async function popupFromDialog(page, button) {
  let popup;
  page.once('popup', opened => (popup = opened));
  for (let click = 0; click < 5 && !popup; click += 1) {
    if (await button.isVisible()) await button.click({ timeout: 10_000 }).catch(() => {});
    await until(() => popup, { what: 'a popup', timeoutMs: 10_000 }).catch(() => {});
  }
  if (!popup) throw new Error(`no popup; failures: ${JSON.stringify(await page.evaluate(() => window.failures))}`);
  return popup;
}

/** Saves what is on the screen under tests/screenshots. */
export async function screenshot(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true, animations: 'disabled' });
}
