// An auth backend that answers as a scenario says, and remembers what it was asked.

import http from 'node:http';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { until } from '../../support/wait.mjs';

/** A session as the backend sends it. `scope` and lifetimes in seconds. */
export const session = ({ scope = 'openid profile email', accessToken = 'access', seconds = 3600, identitySeconds = 3600, identity = true } = {}) => ({
  profile: { email: 'ada@example.com', displayName: 'Ada Lovelace' },
  providerInfo: { idToken: 'id', accessToken, scope, expiresInSeconds: seconds },
  ...(identity && {
    backstageIdentity: {
      token: 'backstage',
      expiresInSeconds: identitySeconds,
      identity: { type: 'user', userEntityRef: 'user:default/ada', ownershipEntityRefs: ['user:default/ada', 'group:default/math'] },
    },
  }),
});

/** Answers: `{status, body}`, or `'cut'` to break the connection. */
export const refused = { status: 401, body: { error: { name: 'AuthenticationError', message: 'Refresh failed' } } };
export const given = options => ({ status: 200, body: session(options) });

/** Does what it is told, one command after the other. */
const POPUP = id => `<!doctype html><title>popup</title><script>
for (;;) {
  const { post, close, go } = await (await fetch('/commands/${id}')).json();
  if (post !== undefined) opener.postMessage(post, '*');
  if (close) window.close();
  if (go) { location.href = go; break; }
}
</script>`.replace('<script>', '<script type="module">');

export class ScriptedBackend {
  /** `METHOD /path?query`, below the provider's routes, in the order of arrival. */
  requests = [];
  headers = [];
  /** What `/refresh` and `/logout` answer: a value, or a function of the scopes asked for. */
  refresh = refused;
  logout = { status: 200 };
  /** Those of this scenario. Their numbers on the wire are never used again: a window of another scenario hears nothing of this one. */
  #popups = [];
  #opened = 0;
  #held = [];

  async listen(origin) {
    this.server = http.createServer((request, response) => void this.#serve(request, response, origin));
    await new Promise(resolve => this.server.listen(0, '127.0.0.1', resolve));
    this.withdraw = onProcessEnd(() => this.server.closeAllConnections());
    this.origin = `http://localhost:${this.server.address().port}`;
    return this;
  }

  close() {
    this.withdraw();
    this.release();
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(resolve));
  }

  /** Forgets everything, for the next scenario. */
  reset() {
    Object.assign(this, { requests: [], headers: [], refresh: refused, logout: { status: 200 }, hold: false });
    for (const popup of this.#popups) popup.answer({ close: true });
    this.#popups = [];
    this.release();
  }

  /** How often a route was asked. */
  count(route) {
    return this.requests.filter(request => request.includes(`/${route}?`)).length;
  }

  /** The scopes that each request to a route asked for. */
  scopes(route) {
    return this.requests
      .filter(request => request.includes(`/${route}?`))
      .map(request => (new URLSearchParams(request.split('?')[1]).get('scope') ?? '').split(' ').sort().join(' '));
  }

  /** Lets refreshes go on that `hold` made wait. */
  release() {
    this.hold = false;
    this.#held.splice(0).forEach(go => go());
  }

  /** The popup that was opened as the `number`th, once it listens: `post` a message from it, `close` it, send it elsewhere. */
  async popup(number = 0) {
    const popup = await until(() => this.#popups[number]?.listening && this.#popups[number], { what: `popup ${number}` });
    return {
      post: data => popup.answer({ post: data }),
      /** What Stagedoor's and Backstage's last page sends. */
      finish: response => {
        popup.answer({ post: { type: 'config_info', targetOrigin: popup.appOrigin } });
        popup.answer({ post: { type: 'authorization_response', response } });
        popup.answer({ close: true });
      },
      close: () => popup.answer({ close: true }),
      go: url => popup.answer({ go: url }),
    };
  }

  #open(query) {
    const commands = [];
    const popup = {
      id: String((this.#opened += 1)),
      appOrigin: query.get('origin'),
      waiting: undefined,
      listening: false,
      answer(command) {
        if (popup.waiting) popup.waiting(command);
        else commands.push(command);
        popup.waiting = undefined;
      },
      next: () => (commands.length ? commands.shift() : new Promise(resolve => (popup.waiting = resolve))),
    };
    this.#popups.push(popup);
    return popup.id;
  }

  async #serve(request, response, origin) {
    const url = new URL(request.url, this.origin);
    const cors = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', 'access-control-allow-headers': 'x-requested-with' };
    if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
    const [, command] = /^\/commands\/(\d+)$/.exec(url.pathname) ?? [];
    if (command) {
      const popup = this.#popups.find(({ id }) => id === command);
      if (!popup) return response.writeHead(200, { 'content-type': 'application/json' }).end('{"close":true}');
      popup.listening = true;
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await popup.next()));
    }
    const [, path] = /^\/api\/auth(\/.+)$/.exec(request.url) ?? [];
    if (!path) return response.writeHead(404, cors).end();
    this.requests.push(`${request.method} ${path}`);
    this.headers.push({ requestedWith: request.headers['x-requested-with'] ?? null, cookie: request.headers.cookie ?? null });
    const route = url.pathname.split('/').at(-1);
    if (route === 'start') return response.writeHead(200, { 'content-type': 'text/html' }).end(POPUP(this.#open(url.searchParams)));
    if (route === 'refresh' && this.hold) await new Promise(resolve => this.#held.push(resolve));
    const answer = route === 'refresh' ? this.refresh : this.logout;
    const { status, body, text } = typeof answer === 'function' ? answer(url.searchParams.get('scope')) : answer === 'cut' ? {} : answer;
    if (!status) return request.socket.destroy();
    if (body === undefined) return response.writeHead(status, cors).end(text);
    return response.writeHead(status, { ...cors, 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}
