// Backstage's own packages.
import { ApiFactoryRegistry, ApiResolver } from '@backstage/core-app-api';

export { OAuth2, OAuthRequestManager, openLoginPopup } from '@backstage/core-app-api';
export { SessionState, createApiFactory, createApiRef } from '@backstage/core-plugin-api';

/** What is one thing in Stagedoor is two here; an application checks for cycles when it starts. */
export class Registry {
  factories = new ApiFactoryRegistry();
  resolver = new ApiResolver(this.factories);
  register(scope, factory) {
    const taken = this.factories.register(scope, factory);
    ApiResolver.validateFactories(this.factories, this.factories.getAllApis());
    return taken;
  }
  get = api => this.resolver.get(api);
  ids = () => [...this.factories.getAllApis()].map(String);
}
