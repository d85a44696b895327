// Refresh at providers that give little: no refresh token, short-lived ones (contract §8)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError, better } from '../support/asserts.mjs';
import { refresh, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { until } from '../support/wait.mjs';

const frugal = await openHouse({ idp: { refreshTokens: false, ttl: { AccessToken: 8, IdToken: 8 } } });
after(frugal.close);
const brief = await openHouse({ idp: { rotate: false, ttl: { RefreshToken: 8 } } });
after(brief.close);

better('without a refresh token the session lives until its tokens end', async () => {
  const { jar, session } = await signedIn(frugal.door);
  assert.ok(session.providerInfo.expiresInSeconds <= 8);
  const response = await refresh(jar, frugal.door);
  assert.equal(response.status, 200, response.text);
  const again = response.json();
  assert.equal(again.backstageIdentity.identity.userEntityRef, 'user:default/ada');
  assert.ok(again.providerInfo.expiresInSeconds <= session.providerInfo.expiresInSeconds, 'time passes');
  const end = await until(async () => {
    const answer = await refresh(jar, frugal.door);
    return answer.status !== 200 && answer;
  }, { what: 'the tokens to end', everyMs: 250 });
  assertError(end, 401, 'AuthenticationError', /^Refresh failed/);
});

test('a refresh token that expired at the provider ends the session', async () => {
  const { jar } = await signedIn(brief.door);
  assert.equal((await refresh(jar, brief.door)).status, 200);
  const end = await until(async () => {
    const answer = await refresh(jar, brief.door);
    return answer.status !== 200 && answer;
  }, { what: 'the refresh token to expire', everyMs: 250 });
  assertError(end, 401, 'AuthenticationError', /^Refresh failed/);
});
