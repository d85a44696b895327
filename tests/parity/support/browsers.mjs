// As much of a browser as the scenarios need, of Chromium and of Firefox: pages that share a profile, and code run in them.

import { launch } from '../../support/chromium.mjs';
import { launchFirefox } from './firefox.mjs';

/** A function as text that takes and gives JSON, with `undefined` written as null. */
const asText = (run, argument) =>
  `(async () => JSON.stringify((await (${run})(${JSON.stringify(argument) ?? ''})) ?? null, (_, value) => value === undefined ? null : value))()`;

export const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

/** Polls in the page until its module has run. */
const READY = () => window.kit.until(() => document.body.dataset.ready);

export async function chromium() {
  const browser = await launch();
  return {
    name: 'chromium',
    async profile() {
      const context = await browser.newContext();
      return {
        async open(url) {
          const page = await context.newPage();
          await page.goto(url);
          await page.waitForSelector('body[data-ready]', { state: 'attached' });
          return { evaluate: async (run, argument) => JSON.parse(await page.evaluate(asText(run, argument))), url: async () => page.url() };
        },
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

export async function firefox() {
  const browser = await launchFirefox(FIREFOX);
  return {
    name: 'firefox',
    async profile() {
      const context = await browser.context();
      return {
        async open(url) {
          const page = await context.open(url);
          const evaluate = async (run, argument) => JSON.parse(await page.evaluate(asText(run, argument)));
          await evaluate(READY);
          return { evaluate, url: () => page.evaluate('location.href') };
        },
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}
