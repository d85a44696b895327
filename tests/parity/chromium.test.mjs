// The scenarios in Chromium; what is served; whether the list of differences is still true.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { app, compareIn, module } from './run.mjs';
import { scenarios } from './scenarios/scenario.mjs';
import { chromium } from './support/browsers.mjs';

compareIn(await chromium());

test('differences are differences, and say why', () => {
  assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length, 'names are unique');
  for (const { name, expect, backstage } of scenarios.filter(({ backstage }) => backstage)) {
    assert.ok(backstage.why.length > 20, name);
    for (const [key, value] of Object.entries(backstage.sees)) assert.ok(key in expect && !isDeepStrictEqual(expect[key], value), `${name}: ${key} is the same in both`);
  }
});

test('the module is served as one file to every page, and asked for again only when it is another', async () => {
  const response = await fetch(module);
  const { headers } = response;
  assert.equal(response.status, 200);
  assert.equal(headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.equal(headers.get('access-control-allow-origin'), '*');
  assert.equal(headers.get('cache-control'), 'public, max-age=3600');
  const script = await response.text();
  assert.match(script, /^\/\* stagedoor \d+\.\d+\.\d+, Apache-2\.0 \*\/\n/);
  assert.doesNotMatch(script, /\bimport\b/);
  assert.ok(script.length < 14_000, `${script.length} bytes`);
  for (const tag of [headers.get('etag'), `"other", W/${headers.get('etag')}`]) {
    const again = await fetch(module, { headers: { 'if-none-match': tag } });
    assert.equal(again.status, 304);
    assert.equal(await again.text(), '');
  }
  assert.equal((await fetch(module, { headers: { 'if-none-match': '"other"' } })).status, 200);
  assert.equal((await fetch(module.replace('v1', 'v2'))).status, 404);
  const { headers: toApp } = await fetch(module, { headers: { origin: app.origin } });
  assert.ok(['*', app.origin].includes(toApp.get('access-control-allow-origin')));
});
