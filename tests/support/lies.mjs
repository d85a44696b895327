// Callbacks that lie, and what must not come of them.

import assert from 'node:assert/strict';
import { assertRefused, assertSession } from './asserts.mjs';
import { Jar } from './browser-jar.mjs';
import { APP, authorize, deliver, signedIn, start } from './flows.mjs';
import { readFrame } from './frame.mjs';
import { openHouse, providerBlock } from './house.mjs';

export const reference = Boolean(process.env.BACKSTAGE_REFERENCE);

/** A house that is lied to: several environments, a second provider, and origins by a pattern. */
export const openLiedTo = () =>
  openHouse({
    providers: idp => ({
      oidc: {
        development: providerBlock(idp),
        staging: providerBlock(idp),
        formpost: providerBlock(idp, { startUrlSearchParams: { response_mode: 'form_post' } }),
      },
      ...(reference ? {} : { other: { development: providerBlock(idp) } }),
    }),
    auth: { experimentalExtraAllowedOrigins: ['https://*.preview.example.com'] },
  });

/** A flow that got as far as the callback, which is not sent. */
export async function caught(door, options = {}) {
  const jar = new Jar();
  const callback = await authorize(jar, await start(jar, door, options), options);
  return { jar, url: new URL(callback.url) };
}

/** Delivers a callback that must not sign anybody in. */
export async function assertNoEntry(jar, url, options) {
  const response = await deliver(jar, { url: String(url) }, options);
  assertRefused(response);
  if (response.status === 200) {
    const frame = readFrame(response);
    assert.equal(frame.session, undefined);
    assert.ok(frame.error.name && frame.error.message);
    assert.equal(frame.origin, APP, 'the error goes to the app alone');
    return frame.error;
  }
  return undefined;
}

/** After the lie, the truth still works: nothing was broken or blocked by it. */
export async function assertStillOpen(door) {
  assertSession((await signedIn(door)).session);
}

export const edited = (url, edit) => {
  const copy = new URL(url);
  edit(copy.searchParams);
  return copy;
};
