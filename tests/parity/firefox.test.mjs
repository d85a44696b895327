// The scenarios in Firefox, where it is installed; in CI it is.

import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { FIREFOX, firefox } from './support/browsers.mjs';

if (existsSync(FIREFOX) || process.env.CI) {
  const { compareIn } = await import('./run.mjs');
  compareIn(await firefox());
} else {
  test('Firefox', { skip: `${FIREFOX} is not installed` }, () => {});
}
