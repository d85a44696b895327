// RP-initiated logout (contract §8, better): the frontend is told where the provider ends its own session

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { APP, endProviderSession, logout, refresh, signedIn, start } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';

// Frontends follow a logoutUrl to https and to localhost, so that is where the provider is.
const AT = { host: 'localhost' };
const ON = { logout: { endProviderSession: true } };

const { door, idp, close } = await openHouse({ idp: AT, provider: ON });
after(close);

/** Whether the provider knows who this browser is. */
async function providerKnows(jar) {
  const page = await jar.navigate(await start(jar, door), { initiator: 'http://localhost', stopAt: url => url.includes('/handler/frame') });
  return page.stopped === true;
}

better('endProviderSession: the provider ends its session, and sends the browser back', async () => {
  const { jar, session } = await signedIn(door);
  assert.ok(await providerKnows(jar));
  const response = await logout(jar, door);
  assert.equal(response.status, 200);
  const { logoutUrl, ...rest } = response.json();
  assert.deepEqual(rest, {});
  const url = new URL(logoutUrl);
  assert.equal(url.origin, idp.issuer);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    id_token_hint: session.providerInfo.idToken,
    client_id: 'backstage',
    post_logout_redirect_uri: `${APP}/`,
  });
  assert.equal((await refresh(jar, door)).status, 401, 'the session here is over already');

  const done = await endProviderSession(jar, logoutUrl);
  assert.equal(done.url, `${APP}/`, 'and back at the app');
  assert.equal(idp.happened('end_session.success'), 1);
  assert.ok(!(await providerKnows(jar)), 'the next sign-in asks who it is');
});

better('the hint is the ID token of the last refresh', async () => {
  const { jar } = await signedIn(door);
  const { providerInfo } = (await refresh(jar, door)).json();
  const { logoutUrl } = (await logout(jar, door)).json();
  assert.equal(new URL(logoutUrl).searchParams.get('id_token_hint'), providerInfo.idToken);
  assert.ok(!door.log.includes(providerInfo.idToken), 'which no log keeps');
});

better('redirectUrl: the address that is registered, to the letter', async () => {
  const registered = `${APP}/signed-out?from=stagedoor`;
  const other = await openHouse({ idp: AT, provider: { logout: { endProviderSession: true, redirectUrl: registered } } });
  try {
    other.idp.client('backstage', [], { post_logout_redirect_uris: [registered] });
    const { jar } = await signedIn(other.door);
    const { logoutUrl } = (await logout(jar, other.door)).json();
    assert.equal(new URL(logoutUrl).searchParams.get('post_logout_redirect_uri'), registered);
    assert.equal((await endProviderSession(jar, logoutUrl)).url, registered);
  } finally {
    await other.close();
  }
});

better('without a session nobody is sent away', async () => {
  const { jar } = await signedIn(door);
  const old = jar.copy();
  await logout(jar, door);
  for (const browser of [new Jar(), jar, old]) {
    const response = await logout(browser, door);
    assert.equal(response.status, 200);
    assert.equal(response.text, '');
  }
});

better('off unless it is set, with a warning for a redirectUrl that nobody comes back to', async () => {
  const off = await openHouse({ idp: AT, provider: { logout: { redirectUrl: APP } } });
  try {
    await off.door.says(/auth\.providers\.oidc\.development\.logout\.redirectUrl[\s\S]*endProviderSession: true/);
    const { jar } = await signedIn(off.door);
    assert.equal((await logout(jar, off.door)).text, '');
    assert.ok(await jar.navigate(await start(jar, off.door), { stopAt: url => url.includes('/handler/frame') }).then(page => page.stopped), 'the provider still knows them');
  } finally {
    await off.close();
  }
});

for (const [what, options, told] of [
  ['a provider without end_session_endpoint', { ...AT, endSession: false }, undefined],
  ['a provider that is neither https nor localhost', {}, /end_session_endpoint is not https/],
]) {
  better(`${what}: the logout is one here alone`, async () => {
    const other = await openHouse({ idp: options, provider: ON });
    try {
      const { jar } = await signedIn(other.door);
      const response = await logout(jar, other.door);
      assert.equal(response.status, 200);
      assert.equal(response.text, '');
      assert.equal((await refresh(jar, other.door)).status, 401);
      if (told) await other.door.says(told);
    } finally {
      await other.close();
    }
  });
}

better('a provider that is away keeps nobody signed in', async () => {
  const other = await openHouse({ idp: AT, provider: ON });
  try {
    const { jar } = await signedIn(other.door);
    await other.idp.down();
    assert.equal((await logout(jar, other.door)).status, 200);
    assert.equal((await refresh(jar, other.door)).status, 401);
  } finally {
    await other.close();
  }
});

better('a wrong setting is a mistake with its place', async () => {
  for (const [logoutBlock, message] of [
    [{ endProviderSession: 'perhaps' }, /logout\.endProviderSession/],
    [{ endProviderSession: true, redirectUrl: 'not a url' }, /logout\.redirectUrl/],
    ['yes', /development\.logout/],
  ]) {
    await assert.rejects(openHouse({ idp: AT, provider: { logout: logoutBlock } }).then(house => house.close()), message);
  }
});
