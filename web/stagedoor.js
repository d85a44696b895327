/**
 * Stagedoor in the browser: API refs and factories, OAuth2 sessions, the login popup.
 * Speaks to the auth backend exactly as Backstage's own frontend does. No build, no dependencies.
 * @module
 */
export { ApiRegistry, createApiFactory, createApiRef } from './api-registry.js';
export { OAuth2 } from './oauth2.js';
export { OAuthRequestManager } from './oauth-requests.js';
export { openLoginPopup } from './popup.js';
export { SessionState } from './sessions.js';
