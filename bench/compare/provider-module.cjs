// The load program's provider in Backstage: under an id of its own, which there takes code, as the page "OIDC provider from
// scratch" shows.

const { createBackendModule } = require('@backstage/backend-plugin-api');
const { authProvidersExtensionPoint, commonSignInResolvers, createOAuthProviderFactory } = require('@backstage/plugin-auth-node');
const { oidcAuthenticator } = require('@backstage/plugin-auth-backend-module-oidc-provider');

exports.default = createBackendModule({
  pluginId: 'auth',
  moduleId: 'load-provider',
  register(reg) {
    reg.registerInit({
      deps: { providers: authProvidersExtensionPoint },
      async init({ providers }) {
        providers.registerProvider({
          providerId: 'load',
          factory: createOAuthProviderFactory({
            authenticator: oidcAuthenticator,
            signInResolverFactories: { ...commonSignInResolvers },
          }),
        });
      },
    });
  },
});
