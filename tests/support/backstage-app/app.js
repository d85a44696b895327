// A Backstage app's frontend, as far as signing in goes: the real client packages, wired as the page
// "OIDC provider from scratch" of Backstage's documentation shows. Bundled by bundle.mjs.

import { ApiFactoryRegistry, ApiResolver, ConfigReader, OAuth2, OAuthRequestManager, UrlPatternDiscovery } from '@backstage/core-app-api';
import { configApiRef, createApiFactory, createApiRef, discoveryApiRef, oauthRequestApiRef } from '@backstage/core-plugin-api';

const keycloakAuthApiRef = createApiRef({ id: 'auth.keycloak' });
const KeycloakIcon = () => null;

function createApis(config) {
  const registry = new ApiFactoryRegistry();
  const app = factory => registry.register('app', factory);
  app(createApiFactory(configApiRef, new ConfigReader(config)));
  app(createApiFactory({
    api: discoveryApiRef,
    deps: { configApi: configApiRef },
    factory: ({ configApi }) => UrlPatternDiscovery.compile(`${configApi.getString('backend.baseUrl')}/api/{{ pluginId }}`),
  }));
  app(createApiFactory({ api: oauthRequestApiRef, deps: {}, factory: () => new OAuthRequestManager() }));
  app(createApiFactory({
    api: keycloakAuthApiRef,
    deps: { discoveryApi: discoveryApiRef, oauthRequestApi: oauthRequestApiRef, configApi: configApiRef },
    factory: ({ discoveryApi, oauthRequestApi, configApi }) =>
      OAuth2.create({
        configApi,
        discoveryApi,
        oauthRequestApi,
        provider: { id: configApi.getOptionalString('test.providerId') ?? 'keycloak', title: 'Keycloak', icon: KeycloakIcon },
        environment: configApi.getOptionalString('auth.environment'),
        defaultScopes: ['openid', 'profile', 'email'],
        popupOptions: { size: { fullscreen: true } },
      }),
  }));
  return new ApiResolver(registry);
}

/** The dialog that asks before a popup opens; a popup needs the click. */
function showRequests(oauthRequestApi, dialog) {
  oauthRequestApi.authRequest$().subscribe(requests => {
    dialog.replaceChildren(
      ...requests.flatMap(request => {
        const login = Object.assign(document.createElement('button'), { textContent: `Log in to ${request.provider.title}` });
        login.addEventListener('click', () => request.trigger().catch(error => window.failures.push(`${error.name}: ${error.message}`)));
        const reject = Object.assign(document.createElement('button'), { textContent: 'Reject' });
        reject.addEventListener('click', () => request.reject());
        return [login, reject];
      }),
    );
  });
}

const config = await (await fetch('/config.json')).json();
const apis = createApis(config);
window.failures = [];
window.auth = apis.get(keycloakAuthApiRef);
window.states = [];
window.auth.sessionState$().subscribe(state => window.states.push(state));
showRequests(apis.get(oauthRequestApiRef), document.querySelector('#requests'));
// Sign-in pages call this from a click, without the dialog.
document.querySelector('#sign-in').addEventListener('click', () => {
  window.outcome = window.auth
    .getBackstageIdentity({ instantPopup: true })
    .then(identity => ({ identity }), error => ({ error: `${error.name}: ${error.message}` }));
});
document.body.dataset.ready = 'true';
