// The usual house: one identity provider, one Stagedoor that trusts it, one catalog.

import { fileURLToPath } from 'node:url';
import { APP } from './flows.mjs';
import { startIdp } from './provider.mjs';
import { Door, temporaryDirectory } from './stagedoor.mjs';
import { freePort } from './wait.mjs';

export const CATALOG = fileURLToPath(new URL('../fixtures/catalog.yaml', import.meta.url));

export const SESSION_SECRET = 'a session secret of the test suite, at least 32 bytes';

/** One provider block of `auth.providers.<id>.<env>`. */
export function providerBlock(idp, { client = 'backstage', ...rest } = {}) {
  const { client_secret: clientSecret } = idp.store.clients.get(client);
  return {
    metadataUrl: idp.metadataUrl,
    clientId: client,
    clientSecret,
    prompt: 'auto',
    signIn: { resolvers: [{ resolver: 'emailMatchingUserEntityProfileEmail' }] },
    ...rest,
  };
}

/** The app-config of a small Backstage; `providers` replaces `auth.providers`, the rest is merged over. */
export function appConfig({ port, providers, app = {}, backend = {}, auth = {}, catalog, ...rest }) {
  return {
    app: { title: 'Test app', baseUrl: APP, ...app },
    backend: {
      baseUrl: `http://localhost:${port}`,
      listen: { host: '127.0.0.1', port },
      cors: { origin: APP, methods: ['GET', 'HEAD', 'PATCH', 'POST', 'PUT', 'DELETE'], credentials: true },
      database: { client: 'better-sqlite3', connection: ':memory:' },
      ...backend,
    },
    auth: { environment: 'development', session: { secret: SESSION_SECRET }, providers, ...auth },
    catalog: catalog ?? { rules: [{ allow: ['User', 'Group'] }], locations: [{ type: 'file', target: CATALOG }] },
    ...rest,
  };
}

/**
 * Starts both. `idp` are provider options, or a running provider; `provider` goes into the provider block;
 * `providers(idp, port)` replaces the lot; whatever else goes into the app-config. `close()` ends what was started here.
 */
export async function openHouse({ idp: idpOptions = {}, provider = {}, providers, env, args, openFiles, open = true, baseUrl, directory = temporaryDirectory(), ...config } = {}) {
  const port = await freePort();
  const auth = `${baseUrl ?? `http://localhost:${port}`}/api/auth`;
  const idp = idpOptions.issuer ? idpOptions : await startIdp(idpOptions);
  idp.client('backstage', ['oidc', 'other', 'third'].map(id => `${auth}/${id}/handler/frame`).concat(provider.callbackUrl ?? []), {
    post_logout_redirect_uris: [APP, `${APP}/`],
  });
  const door = new Door({
    port,
    baseUrl,
    directory,
    env,
    args,
    openFiles,
    config: appConfig({ port, providers: providers?.(idp, port) ?? { oidc: { development: providerBlock(idp, provider) } }, ...config, ...(baseUrl && { backend: { baseUrl, ...config.backend } }) }),
  });
  const close = async () => {
    await door.close();
    if (idp !== idpOptions) await idp.down();
  };
  try {
    if (open) await door.open();
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  return { door, idp, close };
}
