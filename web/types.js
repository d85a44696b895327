/**
 * The types that the modules share, by short names. They are declared, with their documentation, in `stagedoor.d.ts`.
 * @module
 */

/** @template T @typedef {import('./stagedoor.js').ApiRef<T>} ApiRef */
/** @template T @typedef {import('./stagedoor.js').ApiFactory<T, T, any>} ApiFactory */
/** @typedef {import('./stagedoor.js').ApiFactoryScope} ApiScope */
/** @typedef {import('./stagedoor.js').AuthProviderInfo} Provider */
/** @typedef {import('./stagedoor.js').ProfileInfo} Profile */
/** @typedef {import('./stagedoor.js').BackstageIdentityResponse} BackstageIdentity */
/** @typedef {import('./stagedoor.js').OAuth2Session} Session */
/** @typedef {import('./stagedoor.js').AuthConnector} Connector */
/** @typedef {import('./stagedoor.js').AuthRequestOptions} AuthOptions */
/** @typedef {import('./stagedoor.js').OAuthRequestApi} OAuthRequestApi */
/** @typedef {import('./stagedoor.js').PendingOAuthRequest} PendingOAuthRequest */
/** @typedef {import('./stagedoor.js').OAuth2CreateOptions} OAuth2Options */
/** @typedef {import('./stagedoor.js').OAuth2CreateOptionsWithAuthConnector} OAuth2ConnectorOptions */

export {};
