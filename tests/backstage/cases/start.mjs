// GET /{provider}/start

import { APP } from '../../support/flows.mjs';
import { PREVIEW } from '../support/sides.mjs';

const path = query => {
  const parameters = { env: 'development', scope: '', origin: APP, flow: 'popup', ...query };
  return `/oidc/start?${new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null))}`;
};
const starts = (name, query, headers) => ({ name: `start: ${name}`, run: side => side.get(path(query), headers) });

export default [
  starts('as the frontend does', {}),
  starts('with nothing but env', { scope: null, origin: null, flow: null }),
  starts('no env', { env: null }),
  starts('empty env', { env: '' }),
  starts('unknown env', { env: 'nowhere' }),
  starts('unknown env and a foreign origin', { env: 'nowhere', origin: 'https://evil.example.com' }),
  starts('no env and a foreign origin', { env: null, origin: 'https://evil.example.com' }),
  { name: 'start: env twice', run: side => side.get('/oidc/start?env=development&env=login') },
  { name: 'start: env as an object', run: side => side.get('/oidc/start?env[a]=development') },
  starts('env of a prototype', { env: '__proto__' }),
  starts('origin with a path', { origin: `${APP}/catalog` }),
  starts('origin of a preview', { origin: PREVIEW }),
  starts('origin of a preview in capitals', { origin: PREVIEW.toUpperCase() }),
  starts('origin under a preview', { origin: 'https://a.b.preview.example.com' }),
  starts('foreign origin', { origin: 'https://evil.example.com' }),
  starts('the app over another scheme', { origin: 'https://localhost:3000' }),
  starts('unparsable origin', { origin: 'not a url' }),
  starts('origin null', { origin: 'null' }),
  starts('empty origin', { origin: '' }),
  starts('origin javascript:', { origin: 'javascript:alert(1)' }),
  starts('scopes', { scope: 'calendar openid photos calendar' }),
  starts('scopes with commas and bars', { scope: 'photos,calendar|openid  email' }),
  { name: 'start: scope twice', run: side => side.get('/oidc/start?env=development&scope=calendar&scope=photos') },
  starts('scopes of 3,000 characters', { scope: 'x'.repeat(3_000) }),
  starts('scopes granted before', { scope: 'photos' }, { cookie: 'oidc-granted-scope=openid%20calendar' }),
  starts('granted scopes in chunks', { scope: 'photos' }, { cookie: 'oidc-granted-scope-0=openid%20cal; oidc-granted-scope-1=endar' }),
  starts('additionalScopes as a list', { env: 'list', scope: 'calendar' }),
  starts('additionalScopes as text', { env: 'text', scope: 'openid' }),
  starts('prompt by default', { env: 'silent' }),
  starts('prompt login', { env: 'login' }),
  starts('after a refusal', {}, { cookie: 'oidc-refused=1' }),
  starts('after a refusal, prompt by default', { env: 'silent' }, { cookie: 'oidc-refused=1' }),
  starts('after a refusal, prompt login', { env: 'login' }, { cookie: 'oidc-refused=1' }),
  starts('startUrlSearchParams', { env: 'params' }),
  starts('sessionDuration does not shorten a flow', { env: 'brief' }),
  starts('a callback over https on another host', { env: 'proxied' }),
  starts('a callback over https, for a preview', { env: 'proxied', origin: PREVIEW }),
  starts('unknown flow', { flow: 'sideways' }),
  starts('redirect flow', { flow: 'redirect', redirectUrl: `${APP}/catalog?x=1#top` }),
  starts('redirect flow to a preview', { flow: 'redirect', redirectUrl: `${PREVIEW}/catalog` }),
  starts('redirect flow without redirectUrl', { flow: 'redirect' }),
  starts('redirect flow with an empty redirectUrl', { flow: 'redirect', redirectUrl: '' }),
  starts('redirect flow with an unparsable redirectUrl', { flow: 'redirect', redirectUrl: '::::' }),
  starts('redirect flow with a path for redirectUrl', { flow: 'redirect', redirectUrl: '/catalog' }),
  starts('redirect flow elsewhere', { flow: 'redirect', redirectUrl: 'https://evil.example.com/' }),
  starts('redirect flow to javascript:', { flow: 'redirect', redirectUrl: 'javascript:alert(1)' }),
  starts('redirect flow, foreign origin first', { flow: 'redirect', origin: 'https://evil.example.com' }),
  starts('a foreign redirectUrl in the popup flow', { redirectUrl: 'https://evil.example.com/' }),
  { name: 'start: HEAD', run: side => side.send('HEAD', path()) },
  { name: 'start: POST', run: side => side.send('POST', path()) },
  { name: 'start: DELETE', run: side => side.send('DELETE', path()) },
  { name: 'start: with a trailing slash', run: side => side.get('/oidc/start/?env=nowhere') },
  { name: 'start: in capitals', run: side => side.get('/OIDC/START?env=nowhere') },
  { name: 'start: an unknown provider', run: side => side.get('/nope/start?env=development') },
  { name: 'start: a provider of another kind', run: side => side.get('/google/start?env=development') },
];
