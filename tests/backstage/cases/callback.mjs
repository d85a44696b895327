// GET|POST /{provider}/handler/frame

import { Jar } from '../../support/browser-jar.mjs';
import { APP, deliver, signIn } from '../../support/flows.mjs';
import { proxiedCallback, withLongTokens, without, withoutRefreshTokens } from '../support/circumstances.mjs';
import { PREVIEW } from '../support/sides.mjs';

const hex = form => Buffer.from(new URLSearchParams(form).toString()).toString('hex');
const frame = (query, rest) => side => side.send('GET', `/oidc/handler/frame?${new URLSearchParams(query)}`, rest);
const signsIn = (name, options) => ({ name: `callback: ${name}`, run: side => side.callback(options) });
const redirects = (name, redirectUrl, options) => signsIn(name, { flow: 'redirect', redirectUrl, ...options });

/** Begins a flow, then answers the callback with parameters changed by `change(searchParams)`; null removes one. */
const returnsWith = (name, changes, options) => ({
  name: `callback: ${name}`,
  async run(side) {
    const { jar, callback } = await side.begun(options);
    const url = new URL(callback.url);
    for (const [key, value] of Object.entries(changes)) value === null ? url.searchParams.delete(key) : url.searchParams.set(key, value);
    return deliver(jar, { url: url.href });
  },
});

/** The same session at the provider, but other cookies here. */
const arrives = (name, jarFor, options) => ({
  name: `callback: ${name}`,
  async run(side) {
    const { jar, callback } = await side.begun(options);
    return deliver(await jarFor(side, jar), callback);
  },
});

export default [
  signsIn('a sign-in', {}),
  signsIn('with more scopes', { scope: 'calendar photos' }),
  signsIn('with additionalScopes', { env: 'list' }),
  signsIn('without resolvers', { env: 'noresolver' }),
  signsIn('for a preview', { origin: PREVIEW }),
  signsIn('with sessionDuration', { env: 'brief' }),
  signsIn('a refresh token that may not be used', { env: 'norefresh' }),
  { name: 'callback: without a refresh token', run: side => withoutRefreshTokens(side, () => side.callback()) },
  { name: 'callback: a refresh token of 9,000 characters', run: side => withLongTokens(side, 9_000, () => side.callback()) },
  { name: 'callback: behind a proxy', run: side => proxiedCallback(side) },
  { name: 'callback: behind a proxy, for a preview', run: side => proxiedCallback(side, { origin: PREVIEW }) },
  signsIn('an address found without its tag', { as: 'alan' }),
  signsIn('an address in other letters', { as: 'grace' }),
  signsIn('a name to choke on', { as: 'markup' }),
  signsIn('nobody in the catalog', { as: 'stranger' }),
  signsIn('two in the catalog', { as: 'twins' }),
  signsIn('no address', { as: 'noemail' }),
  signsIn('an unverified address', { as: 'unverified' }),
  signsIn('an address of unknown standing', { as: 'unsaid' }),
  signsIn('without resolvers and an unverified address', { as: 'unverified', env: 'noresolver' }),
  signsIn('without resolvers, nobody in the catalog', { as: 'stranger', env: 'noresolver' }),
  signsIn('by name', { env: 'name' }),
  signsIn('by name, nobody', { env: 'name', as: 'stranger' }),
  signsIn('by name, a wrong domain', { env: 'domain' }),
  signsIn('by name, no address', { env: 'name', as: 'noemail' }),
  signsIn('anyone by address', { env: 'anyone', as: 'stranger' }),
  signsIn('anyone by address, and in the catalog', { env: 'anyone' }),
  signsIn('anyone by name', { env: 'anyname', as: 'stranger' }),
  signsIn('the second resolver', { env: 'chain', as: 'alan' }),
  signsIn('no resolver of several', { env: 'chain', as: 'stranger' }),
  signsIn('a wrong client secret', { env: 'wrongsecret' }),
  signsIn('the user said no', { deny: true }),
  signsIn('the user said no, with markup', { deny: true, why: `</script><b>'"no` }),
  signsIn('silent, and nobody is signed in at the provider', { env: 'silent' }),
  signsIn('form_post', { env: 'formpost' }),

  redirects('redirect flow', `${APP}/catalog?x=1#top`),
  redirects('redirect flow to a preview', `${PREVIEW}/`, { origin: PREVIEW }),
  redirects('redirect flow, nobody in the catalog', `${APP}/catalog`, { as: 'stranger' }),
  redirects('redirect flow, the user said no', `${APP}/catalog`, { deny: true }),
  redirects('redirect flow, failed for a preview', `${PREVIEW}/`, { origin: PREVIEW, as: 'stranger' }),

  returnsWith('no code', { code: null }),
  returnsWith('a code of nobody', { code: 'nonsense' }),
  returnsWith('another issuer', { iss: 'https://evil.example.com' }),
  returnsWith('no issuer', { iss: null }),
  returnsWith('error without a description', { code: null, error: 'temporarily_unavailable' }),
  returnsWith('error beside a code', { error: 'server_error', error_description: 'it broke' }),
  returnsWith('env beside state', { env: 'login' }),
  returnsWith('unknown env beside state', { env: 'nowhere' }),
  returnsWith('no state', { state: null }),
  returnsWith('no state but env', { state: null, env: 'development' }),
  returnsWith('empty state', { state: '' }),
  returnsWith('state of words', { state: 'nonsense' }),
  returnsWith('state of words beside an error', { code: null, error: 'access_denied', state: 'nonsense' }),
  returnsWith('state without env', { state: hex({ nonce: 'x' }) }),
  returnsWith('state without nonce', { state: hex({ env: 'development' }) }),
  returnsWith('state of an unknown env', { state: hex({ env: 'nowhere', nonce: 'x' }) }),
  returnsWith('state made up', { state: hex({ env: 'development', nonce: 'x' }) }),
  returnsWith('state made up, foreign origin', { state: hex({ env: 'development', nonce: 'x', origin: 'https://evil.example.com' }) }),
  returnsWith('state made up, foreign redirectUrl', { state: hex({ env: 'development', nonce: 'x', flow: 'redirect', redirectUrl: 'https://evil.example.com/' }) }),

  arrives('no cookies', () => new Jar()),
  arrives('no cookies, redirect flow', () => new Jar(), { flow: 'redirect', redirectUrl: `${APP}/catalog` }),
  arrives('the cookie of another flow alone', async side => (await side.begun()).jar),
  {
    name: 'callback: a second tab began later',
    async run(side) {
      const { jar, callback } = await side.begun();
      await side.begun({ jar });
      return deliver(jar, callback);
    },
  },
  {
    name: 'callback: as someone else after a refusal',
    async run(side) {
      const { jar, callback } = await side.begun({ as: 'stranger' });
      await deliver(jar, callback);
      return deliver(jar, (await side.begun({ jar })).callback);
    },
  },
  {
    name: 'callback: twice',
    async run(side) {
      const { jar, callback } = await side.begun();
      await deliver(jar, callback);
      return deliver(jar, callback);
    },
  },
  {
    name: 'callback: the token endpoint is down',
    run: side => without(side, '/token', 503, () => side.callback()),
  },
  {
    name: 'callback: the userinfo endpoint is down',
    run: side => without(side, '/me', 503, () => side.callback()),
  },
  { name: 'callback: nothing at all', run: frame({}) },
  { name: 'callback: state twice', run: side => side.get('/oidc/handler/frame?code=x&state=y&state=z') },
  { name: 'callback: an error without state', run: frame({ error: 'access_denied' }) },
  { name: 'callback: only env', run: frame({ env: 'development' }) },
  { name: 'callback: HEAD', run: side => side.send('HEAD', '/oidc/handler/frame') },
  { name: 'callback: PUT', run: side => side.send('PUT', '/oidc/handler/frame') },
  { name: 'callback: POST of nothing', run: side => side.send('POST', '/oidc/handler/frame', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' }) },
  { name: 'callback: of an unknown provider', run: side => side.get('/nope/handler/frame?code=x&state=y') },
  {
    name: 'callback: more scopes for someone signed in',
    async run(side) {
      const { jar } = await side.signedIn();
      return (await signIn(jar, side, { scope: 'calendar' })).response;
    },
  },
];
