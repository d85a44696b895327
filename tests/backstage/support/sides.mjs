// The two sides of every comparison: a real Backstage auth backend and Stagedoor, on the same app-config (ports aside), before
// the same identity provider.

import { Jar } from '../../support/browser-jar.mjs';
import { authorize, deliver, signedIn, start } from '../../support/flows.mjs';
import { appConfig, providerBlock } from '../../support/house.mjs';
import { send } from '../../support/http.mjs';
import { startIdp } from '../../support/provider.mjs';
import { Door } from '../../support/stagedoor.mjs';
import { freePort } from '../../support/wait.mjs';
import { Backend, externalAccess } from './backend.mjs';

/** Where a reverse proxy would send the callback of the environment `proxied`. */
export const PROXIED = 'https://sso.example.com/login/oidc/handler/frame';
/** A preview of the app, allowed by pattern. */
export const PREVIEW = 'https://pr-7.preview.example.com';

const resolver = (name, options) => ({ signIn: { resolvers: [{ resolver: name, ...options }] } });

/** The environments of the provider `oidc`: one for every setting that is to be compared. */
const environments = idp => ({
  development: providerBlock(idp),
  noresolver: providerBlock(idp, { signIn: undefined }),
  silent: providerBlock(idp, { prompt: undefined }),
  login: providerBlock(idp, { prompt: 'login' }),
  list: providerBlock(idp, { additionalScopes: ['photos', 'email'] }),
  text: providerBlock(idp, { additionalScopes: 'calendar, photos|email' }),
  params: providerBlock(idp, { startUrlSearchParams: { organization: 'Acme & Söhne', kc_idp_hint: 'google' } }),
  proxied: providerBlock(idp, { callbackUrl: PROXIED }),
  brief: providerBlock(idp, { sessionDuration: { hours: 2 } }),
  formpost: providerBlock(idp, { startUrlSearchParams: { response_mode: 'form_post' } }),
  norefresh: providerBlock(idp, { client: 'norefresh' }),
  wrongsecret: providerBlock(idp, { clientSecret: 'not the secret' }),
  name: providerBlock(idp, resolver('emailLocalPartMatchingUserEntityName')),
  domain: providerBlock(idp, resolver('emailLocalPartMatchingUserEntityName', { allowedDomains: ['elsewhere.example.com'] })),
  anyone: providerBlock(idp, resolver('emailMatchingUserEntityProfileEmail', { dangerouslyAllowSignInWithoutUserInCatalog: true })),
  anyname: providerBlock(idp, resolver('emailLocalPartMatchingUserEntityName', { dangerouslyAllowSignInWithoutUserInCatalog: true })),
  chain: providerBlock(idp, {
    signIn: { resolvers: [{ resolver: 'emailLocalPartMatchingUserEntityName' }, { resolver: 'emailMatchingUserEntityProfileEmail' }] },
  }),
});

/** What is asked of a side, in the words of a case. */
class Side {
  constructor(server, idp) {
    Object.assign(this, { server, idp, auth: server.auth, baseUrl: server.baseUrl, port: server.port });
  }

  /** One request to a path under the auth base, nothing remembered. */
  send(method, path, options) {
    return send(method, `${this.auth}/`, { ...options, path: `/api/auth${path}` });
  }

  get(path, headers = {}) {
    return this.send('GET', path, { headers });
  }

  /** A new browser that has started a flow and stands before the callback. */
  async begun({ as, deny, why, jar = new Jar(), ...options } = {}) {
    const location = await start(jar, this, options);
    return { jar, callback: await authorize(jar, location, { as, deny, why }) };
  }

  /** The answer of the callback to a whole sign-in. */
  async callback(options) {
    const { jar, callback } = await this.begun(options);
    return deliver(jar, callback);
  }

  /** A new browser, signed in. */
  signedIn(options) {
    return signedIn(this, options);
  }
}

/** Starts everything; `close` ends it. `config` goes over both app-configs. */
export async function openSides(config = {}) {
  const idp = await startIdp();
  const ports = await Promise.all([freePort(), freePort()]);
  const callbacks = ports.map(port => `http://localhost:${port}/api/auth/oidc/handler/frame`);
  idp.client('backstage', [...callbacks, PROXIED]);
  idp.client('norefresh', callbacks, { grant_types: ['authorization_code'] });
  const configs = ports.map(port => appConfig({
    port,
    providers: { oidc: environments(idp) },
    ...config,
    backend: { auth: { externalAccess }, ...config.backend },
    auth: { experimentalExtraAllowedOrigins: ['https://*.preview.example.com'], ...config.auth },
  }));
  const backstage = new Backend({ config: configs[0] });
  const door = new Door({ port: ports[1], config: configs[1] });
  const close = () => Promise.all([backstage.close(), door.close(), idp.down()]);
  try {
    await Promise.all([backstage.open(), door.open()]);
  } catch (error) {
    await close();
    throw error;
  }
  return { idp, backstage: new Side(backstage, idp), stagedoor: new Side(door, idp), close };
}
