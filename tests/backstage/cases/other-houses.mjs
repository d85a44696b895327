// What another app-config makes of the same requests

import { APP, refresh } from '../../support/flows.mjs';
import { limitedTokenOf } from '../../support/tokens.mjs';

const gets = (name, path, headers) => ({ name, run: side => side.get(path, headers) });

/** Ownership in tokens that live long, and no CORS. */
export const ownershipInTokens = {
  config: { auth: { omitIdentityTokenOwnershipClaim: false, backstageTokenExpiration: { hours: 12 } }, backend: { cors: undefined } },
  cases: [
    { name: 'ownership in tokens: a sign-in', run: side => side.callback() },
    {
      name: 'ownership in tokens: a refresh',
      async run(side) {
        const { jar } = await side.signedIn();
        return refresh(jar, side);
      },
    },
    {
      name: 'ownership in tokens: userinfo',
      async run(side) {
        const { session } = await side.signedIn();
        return side.get('/v1/userinfo', { authorization: `Bearer ${session.backstageIdentity.token}` });
      },
    },
    {
      name: 'ownership in tokens: userinfo of a limited token',
      async run(side) {
        const { session } = await side.signedIn();
        return side.get('/v1/userinfo', { authorization: `Bearer ${limitedTokenOf(session.backstageIdentity.token)}` });
      },
    },
    gets('no cors: a fetch from the app', '/.well-known/jwks.json', { origin: APP }),
    {
      name: 'no cors: a preflight',
      run: side => side.send('OPTIONS', '/oidc/refresh', { headers: { origin: APP, 'access-control-request-method': 'GET' } }),
    },
  ],
};

/** No provider that both know is configured. */
export const nobodyConfigured = {
  config: { providers: {} },
  cases: [
    gets('unconfigured: start', '/oidc/start?env=development'),
    gets('unconfigured: start without env', '/oidc/start'),
    gets('unconfigured: refresh', '/oidc/refresh?env=development', { 'x-requested-with': 'XMLHttpRequest' }),
    gets('unconfigured: the callback', '/oidc/handler/frame?code=x&state=y'),
    gets('unconfigured: a word', '/oidc/nope'),
    gets('unconfigured: an unknown provider', '/nope/start?env=development'),
    gets('unconfigured: keys', '/.well-known/jwks.json'),
  ],
};
