// What a scenario finds in the page: one of the two implementations, and what it takes to look at it.

import * as implementation from 'implementation';

const backend = location.hash.slice(1);
const { door } = JSON.parse(document.querySelector('#settings').textContent);
const open = window.open.bind(window);

const kit = {
  ...implementation,
  backendUrl: backend,
  /** Every window that was opened: `[name, features]`. */
  opened: [],
  windows: [],
  popupsBlocked: false,
  /** Promises that a later step of a scenario waits for. */
  later: {},

  /** The value, or the error's name and message. */
  outcome: promise =>
    Promise.resolve(promise).then(
      value => ({ value: value ?? null }),
      error => ({ error: `${error.name}: ${error.message}` }),
    ),

  /** A provider's `OAuth2` with a dialog's list of requests. */
  auth({ at = backend, manager = new implementation.OAuthRequestManager(), provider = 'keycloak', ...options } = {}) {
    kit.count(manager);
    const auth = implementation.OAuth2.create({
      configApi: { getOptionalBoolean: () => undefined },
      discoveryApi: { getBaseUrl: async id => `${at === 'door' ? door : at}/api/${id}` },
      oauthRequestApi: manager,
      provider: { id: provider, title: 'Keycloak', icon: () => null },
      defaultScopes: ['openid', 'profile', 'email'],
      ...options,
    });
    kit.watch(manager);
    return auth;
  },
  /** How often somebody began to wait for the person, at this manager. */
  asked: 0,
  count(manager) {
    if (Object.hasOwn(manager, 'createAuthRequester')) return;
    manager.createAuthRequester = options => {
      const ask = Object.getPrototypeOf(manager).createAuthRequester.call(manager, options);
      return scopes => {
        const answer = ask(scopes);
        kit.asked += 1;
        return answer;
      };
    };
  },
  /** Stops the page's clock: to the second, however long the scenario takes. */
  freeze() {
    const now = Date.now();
    window.Date = class extends Date {
      constructor(...given) {
        super(...(given.length ? given : [now]));
      }
      static now = () => now;
    };
  },
  /** The latest list of requests, as a dialog shows it. */
  watch(manager) {
    if (kit.watched === manager) return;
    kit.watched = manager;
    kit.pending = [];
    manager.authRequest$().subscribe(requests => (kit.pending = requests));
  },
  states(auth) {
    const seen = [];
    auth.sessionState$().subscribe(state => seen.push(state));
    return seen;
  },
  /** Waits for a condition in the page. */
  async until(probe) {
    const late = performance.now() + 60_000;
    while (performance.now() < late) {
      const value = probe();
      if (value) return value;
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    throw new Error(`waited for ${probe}`);
  },
  /** Waits for `count` requests in the dialog. */
  prompts: count => kit.until(() => kit.pending?.length === count && kit.pending),
  /** Presses the first request's button. */
  async press() {
    const [request] = await kit.prompts(1);
    return kit.outcome(request.trigger());
  },
};

window.open = (url, name, features) => {
  kit.opened.push([name, features]);
  if (kit.popupsBlocked) return null;
  const popup = open(url, name, features);
  kit.windows.push(popup);
  return popup;
};
window.kit = kit;
document.body.dataset.ready = 'true';
