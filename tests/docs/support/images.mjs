// Makes the pictures of docs/images: `node docs/support/images.mjs`. They are committed, since readers have no browser of ours.

import { fileURLToPath } from 'node:url';
import { launch, profile } from '../../support/chromium.mjs';
import { openPageHouse } from '../../support/page-house.mjs';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const FRAME = { viewport: { width: 880, height: 560 }, deviceScaleFactor: 2, reducedMotion: 'reduce' };

const house = await openPageHouse({
  title: 'Example Portal',
  providers: block => ({
    keycloak: { development: block({ display: { title: 'Company SSO', message: 'With your badge', icon: 'keycloak' } }) },
    entra: { development: block({ display: { title: 'Entra ID' } }) },
    gitlab: { development: block({ display: { title: 'GitLab' } }) },
  }),
});
const browser = await launch();
try {
  for (const colorScheme of ['light', 'dark']) {
    const { context, close } = await profile(browser, { ...FRAME, colorScheme });
    const page = await context.newPage();
    await page.goto(house.home);
    await page.locator('[data-provider="gitlab"] > a').waitFor();
    await page.screenshot({ path: `${IMAGES}sign-in${colorScheme === 'dark' ? '-dark' : ''}.png`, animations: 'disabled' });
    await close();
  }
} finally {
  await browser.close();
  await house.close();
}
