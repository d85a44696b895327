// The browser module, as Stagedoor serves it: see the page's import map.
import { ApiRegistry } from 'stagedoor';

export { OAuth2, OAuthRequestManager, SessionState, createApiFactory, createApiRef, openLoginPopup } from 'stagedoor';

export class Registry extends ApiRegistry {
  ids = () => [...this.getAllApis()].map(String);
}
