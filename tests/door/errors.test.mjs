// Unknown places, wrong methods and the error body (contract §1, §2)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError, better } from '../support/asserts.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { XHR, startUrl } from '../support/flows.mjs';

const { door, close } = await openHouse({
  providers: idp => ({ oidc: { development: providerBlock(idp) } }),
});
after(close);

test('an unknown provider is 404 at each of its routes', async () => {
  for (const [method, route] of [['GET', 'start'], ['GET', 'handler/frame'], ['GET', 'refresh'], ['POST', 'logout']]) {
    const response = await send(method, `${door.auth}/nope/${route}?env=development`, { headers: XHR });
    const body = assertError(response, 404, 'NotFoundError', /Unknown auth provider 'nope'/);
    assert.equal(body.request.url, `/nope/${route}?env=development`);
  }
});

better('a provider known but not configured says so', async () => {
  assertError(await send('GET', startUrl(door, { provider: 'google' })), 404, 'NotFoundError', /No auth provider registered for 'google'|Unknown auth provider 'google'/);
});

test('places that do not exist are 404, whatever the method', async () => {
  for (const path of ['/api/auth/', '/api/auth/oidc', '/api/auth/oidc/nothing', '/api/auth/.well-known/nothing', '/nothing/at/all']) {
    const response = await send('POST', `${door.baseUrl}${path}`);
    assert.equal(response.status, 404, `${path}: ${response.status}`);
  }
});

test('wrong methods are refused', async () => {
  for (const [method, route] of [['POST', 'start'], ['PUT', 'handler/frame'], ['DELETE', 'refresh'], ['PUT', 'logout']]) {
    const response = await send(method, `${door.auth}/oidc/${route}?env=development`, { headers: XHR });
    assert.ok([404, 405].includes(response.status), `${method} ${route}: ${response.status}`);
  }
});

better('every answer has a request id', async () => {
  const response = await send('GET', `${door.auth}/nope/start`);
  assert.ok(response.headers['x-request-id'], JSON.stringify(response.headers));
});

better('every answer may be looked at, not sniffed', async () => {
  for (const path of ['/api/auth/nope/start', '/api/auth/.well-known/jwks.json', '/']) {
    const { headers } = await send('GET', `${door.baseUrl}${path}`);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
  }
});

test('an error names neither versions nor files', async () => {
  for (const path of ['/api/auth/nope/start', '/nothing', '/api/auth/oidc/start?env=%ff']) {
    const response = await send('GET', `${door.baseUrl}${path}`);
    assert.ok(response.status >= 400 && response.status < 500, `${path}: ${response.status}`);
    assert.doesNotMatch(response.text, /\.rs\b|panicked|\/src\/|stack backtrace/);
    assert.equal(response.headers.server, undefined);
    if (!process.env.BACKSTAGE_REFERENCE) assert.equal(response.headers['x-powered-by'], undefined);
  }
});

better('a body that is too large is refused with an error of the contract, not with plain text', async () => {
  const response = await send('POST', `${door.auth}/oidc/handler/frame`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `state=${'x'.repeat(200_000)}`,
    tolerateReset: true,
  });
  assertError(response, 413, 'InputError');
});
