// Moving over from Backstage: its cookie is a raw refresh token, and nobody is signed out (contract §5)

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertSession, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { XHR, refresh, signedIn } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';

const { door, idp, close } = await openHouse();
after(close);

/** A refresh token of ada's, as Backstage would have put it into its cookie. */
async function rawRefreshToken() {
  await signedIn(door);
  return idp.store.of('RefreshToken').map(({ payload }) => payload).filter(({ consumed }) => !consumed).at(-1).jti;
}

const backstageCookies = (token, rest = '') => ({ ...XHR, cookie: `oidc-refresh-token=${encodeURIComponent(token)}; oidc-granted-scope=openid%20profile%20email${rest}` });

test('a raw refresh token in the cookie is a session, and stays one', async () => {
  const jar = new Jar();
  const response = await refresh(jar, door, { headers: backstageCookies(await rawRefreshToken()) });
  assert.equal(response.status, 200, response.text);
  assertSession(response.json());
  assertSession((await refresh(jar, door)).json());
  assertSession((await refresh(jar, door)).json());
});

test('so is one that was split into chunks', async () => {
  const token = await rawRefreshToken();
  const half = Math.floor(token.length / 2);
  const jar = new Jar();
  const cookie = `oidc-refresh-token-0=${token.slice(0, half)}; oidc-refresh-token-1=${token.slice(half)}; oidc-granted-scope=openid`;
  const response = await refresh(jar, door, { headers: { ...XHR, cookie } });
  assert.equal(response.status, 200, response.text);
  assert.equal((await refresh(jar, door)).status, 200);
});

/** Nothing but this is changed in what the provider answers. */
function answering(path, change) {
  idp.faults.set(path, (_request, response, proceed) => {
    const end = response.end.bind(response);
    response.end = body => {
      const text = JSON.stringify(change(JSON.parse(body)));
      response.setHeader('content-length', Buffer.byteLength(text));
      return end(text);
    };
    return proceed();
  });
}

better('a provider that sends no ID token on refresh tells by userinfo whose session it is', async () => {
  const jar = new Jar();
  const token = await rawRefreshToken();
  try {
    answering('/token', ({ id_token: _, ...rest }) => rest);
    for (const headers of [backstageCookies(token), XHR, XHR]) {
      const response = await refresh(jar, door, { headers });
      assert.equal(response.status, 200, response.text);
      const { providerInfo, backstageIdentity } = response.json();
      assert.equal(backstageIdentity.identity.userEntityRef, 'user:default/ada');
      assert.equal(providerInfo.idToken, undefined);
    }
    answering('/me', claims => ({ ...claims, sub: 'grace' }));
    const mixedUp = await refresh(jar, door);
    assert.equal(mixedUp.status, 401, 'from then on it is hers and nobody else’s');
    await door.says(/userinfo_subject_mismatch/);
  } finally {
    idp.faults.clear();
  }
  assertSession((await refresh(jar, door)).json());
});

test('a token of nobody is refused', async () => {
  for (const token of ['nonsense', 'a.b.c', '%00', 'x'.repeat(3_900)]) {
    assert.equal((await refresh(new Jar(), door, { headers: backstageCookies(token) })).status, 401, token.slice(0, 20));
  }
});
