/**
 * What passes between the modules: types only.
 * @module
 */

/** @template T @typedef {{ id: string, toString(): string, T?: T }} ApiRef */
/** @template T @typedef {{ api: ApiRef<T>, deps: Record<string, ApiRef<any>>, factory(deps: any): T }} ApiFactory */
/** @typedef {'default' | 'app' | 'static'} ApiScope */
/** @typedef {{ id: string, title: string, icon?: unknown }} Provider */
/** @typedef {{ email?: string, displayName?: string, picture?: string }} Profile */
/** @typedef {{ type: 'user', userEntityRef: string, ownershipEntityRefs: string[] }} UserIdentity */
/** @typedef {{ token: string, expiresAt?: Date, identity: UserIdentity }} BackstageIdentity */
/** @typedef {{ idToken: string, accessToken: string, scopes: Set<string>, expiresAt?: Date }} ProviderInfo */
/** @typedef {{ profile: Profile, providerInfo: ProviderInfo, backstageIdentity?: BackstageIdentity }} Session */
/** @typedef {{ optional?: boolean, instantPopup?: boolean }} AuthOptions */
/** @typedef {{ size?: { fullscreen?: boolean, width?: number, height?: number } }} PopupOptions */
/** @typedef {{ getBaseUrl(pluginId: string): Promise<string> }} DiscoveryApi */
/** @typedef {{ getOptionalBoolean(key: string): boolean | undefined }} ConfigApi */
/** @typedef {(scopes: Set<string>) => Promise<any>} AuthRequester */
/** @typedef {{ createAuthRequester(options: { provider: Provider, onAuthRequest: AuthRequester }): AuthRequester }} OAuthRequestApi */
/** @typedef {{ provider: Provider, trigger(): Promise<void>, reject(): void }} PendingOAuthRequest */
/**
 * @typedef {object} OAuth2Options
 * @property {DiscoveryApi} discoveryApi where the auth backend is
 * @property {OAuthRequestApi} [oauthRequestApi] collects requests into one prompt; without it the popup opens at once
 * @property {ConfigApi} [configApi] read for `enableExperimentalRedirectFlow`
 * @property {Provider} [provider]
 * @property {string} [environment]
 * @property {string[]} [defaultScopes]
 * @property {PopupOptions} [popupOptions]
 * @property {(scopes: string[]) => string[]} [scopeTransform]
 */

export {};
