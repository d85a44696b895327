// GET /{provider}/frontchannel-logout (OpenID Connect Front-Channel Logout 1.0)

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { assertError, better } from '../support/asserts.mjs';
import { APP, refresh, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';

const { door, idp, close } = await openHouse();
after(close);
// So that its ID tokens have a sid.
idp.client('backstage', [], { post_logout_redirect_uris: [APP], backchannel_logout_uri: `${APP}/unused`, backchannel_logout_session_required: true });

const sidOf = ({ providerInfo }) => JSON.parse(Buffer.from(providerInfo.idToken.split('.')[1], 'base64url')).sid;

/** The frame in the provider's page: of another site, so without a cookie. */
const frame = (parameters, provider = 'oidc') => send('GET', `${door.auth}/${provider}/frontchannel-logout?${new URLSearchParams(parameters)}`);

better('the frame ends the session that it names, and no other', async () => {
  const { jar, session } = await signedIn(door);
  const { jar: other } = await signedIn(door);
  const response = await frame({ iss: idp.issuer, sid: sidOf(session), env: 'development' });
  assert.equal(response.status, 200, response.text);
  assert.equal((await refresh(jar, door)).status, 401);
  assert.equal((await refresh(other, door)).status, 200);
  await door.says(/frontchannel_logout.*sessions=1/);
});

better('any page may frame it, nothing runs in it and nothing keeps it; no other answer may be framed', async () => {
  const { headers, text } = await frame({ iss: idp.issuer, sid: 'nobody' });
  assert.equal(headers['x-frame-options'], undefined);
  assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors \*/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.match(headers['content-type'], /^text\/html/);
  assert.ok(!/<script|nobody/.test(text));
  for (const refused of [await frame({ iss: idp.issuer }), await send('GET', door.local), await send('GET', `${door.auth}/nobody/frontchannel-logout`)]) {
    assert.equal(refused.headers['x-frame-options'], 'deny', refused.url);
    assert.match(refused.headers['content-security-policy'], /frame-ancestors 'none'/, refused.url);
  }
});

better('iss and sid: both, and both right', async () => {
  const { jar, session } = await signedIn(door);
  const sid = sidOf(session);
  for (const parameters of [{}, { sid }, { iss: idp.issuer }, { iss: idp.issuer, sid: '' }, { iss: 'https://evil.example.com', sid }, { iss: `${idp.issuer}/`, sid }, { iss: idp.issuer, sid: 'x'.repeat(2000) }]) {
    assertError(await frame(parameters), 400, 'InputError', /iss, sid/);
  }
  assert.equal((await send('GET', `${door.auth}/oidc/frontchannel-logout?iss=${idp.issuer}&sid=${sid}&sid=x`)).status, 400);
  assert.equal((await frame({ iss: idp.issuer, sid: 'another' })).status, 200, 'of which there may be none left');
  assertError(await frame({ iss: idp.issuer, sid, env: 'staging' }), 404, 'NotFoundError');
  assertError(await frame({ iss: idp.issuer, sid }, 'nobody'), 404, 'NotFoundError');
  assert.equal((await send('POST', `${door.auth}/oidc/frontchannel-logout?iss=${idp.issuer}&sid=${sid}`)).status, 405);
  assert.equal((await refresh(jar, door)).status, 200, 'the session lives on');
});
