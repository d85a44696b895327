// The browser module and Backstage's own packages, put through the same scenarios in one browser. What each is seen to do
// is written once, in scenarios/; where the two differ, both are written, with the reason.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openHouse, providerBlock } from '../support/house.mjs';
import { openApp } from './support/app.mjs';
import { ScriptedBackend } from './support/backend.mjs';
import { scenarios } from './scenarios/scenario.mjs';
import './scenarios/registry.mjs';
import './scenarios/silence.mjs';
import './scenarios/signing-in.mjs';
import './scenarios/popup.mjs';
import './scenarios/requests.mjs';
import './scenarios/keeping.mjs';
import './scenarios/signing-out.mjs';
import './scenarios/together.mjs';

const IMPLEMENTATIONS = ['stagedoor', 'backstage'];

export const app = await openApp();
after(() => app.close());
const backends = { stagedoor: await new ScriptedBackend().listen(app.origin), backstage: await new ScriptedBackend().listen(app.origin) };
after(() => Promise.all(Object.values(backends).map(backend => backend.close())));
const { door, close } = await openHouse({
  app: { baseUrl: app.origin },
  backend: { cors: { origin: app.origin, methods: ['GET', 'POST'], credentials: true } },
  providers: (idp, port) => {
    const block = (id, account) => {
      idp.client(id, `http://localhost:${port}/api/auth/${id}/handler/frame`);
      // The provider asks nobody.
      return { [id]: { development: providerBlock(idp, { client: id, startUrlSearchParams: { login_hint: account } }) } };
    };
    return { ...block('keycloak', 'ada'), ...block('strange', 'stranger') };
  },
});
after(close);
export const module = `${door.auth}/.module/v1/stagedoor.js`;
await app.serve({ door: door.baseUrl, module });

/** What Backstage is expected to be seen doing. */
const ofBackstage = ({ expect, backstage }, browser) => (backstage && (backstage.only ?? browser.name) === browser.name ? { ...expect, ...backstage.sees } : expect);

/** Runs a scenario on one implementation, each with a backend and a profile of the browser of its own; returns what is seen. */
async function see(browser, scenario, implementation) {
  const backend = backends[implementation];
  backend.reset();
  const profile = await browser.profile();
  const open = (which = implementation) => profile.open(`${app.origin}/${which}#${backend.origin}`);
  const others = IMPLEMENTATIONS.find(each => each !== implementation);
  try {
    return await scenario.run({ page: await open(), backend, origin: app.origin, another: open, others });
  } catch (error) {
    throw new Error(`${implementation}: ${error.message}`, { cause: error });
  } finally {
    await profile.close();
  }
}

/** A test of each scenario in a browser. */
export function compareIn(browser) {
  after(() => browser.close());
  for (const scenario of scenarios) {
    test(scenario.name, async () => {
      const [ours, theirs] = await Promise.all(IMPLEMENTATIONS.map(implementation => see(browser, scenario, implementation)));
      assert.deepEqual(ours, scenario.expect, 'Stagedoor');
      assert.deepEqual(theirs, ofBackstage(scenario, browser), 'Backstage');
    });
  }
}
