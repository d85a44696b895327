/**
 * Stagedoor in the browser: sign-in against Backstage's auth routes, with the interfaces of Backstage's own frontend.
 *
 * The names are those of `@backstage/core-plugin-api` and `@backstage/core-app-api`, so that code written for one
 * can use the other.
 */

// ---- APIs: names, factories, a registry

/** The name of an interface. `T` exists for the type checker: `typeof myApiRef.T` is the interface. */
export interface ApiRef<T> {
  readonly id: string;
  readonly T: T;
  /** `apiRef{<id>}`, as it is written in errors. */
  toString(): string;
}

/** For each dependency of a factory, the ref that names it. */
export type TypesToApiRefs<T> = { [Name in keyof T]: ApiRef<T[Name]> };

/** How to build what a ref names, out of what other refs name. */
export interface ApiFactory<Api, Impl extends Api = Api, Deps extends { [name in string]: unknown } = {}> {
  api: ApiRef<Api>;
  deps: TypesToApiRefs<Deps>;
  factory(deps: Deps): Impl;
}

/** A factory of anything. */
export type AnyApiFactory = ApiFactory<any, any, any>;

/** How strong a registration is: `default` gives way to `app`, and both to `static`. */
export type ApiFactoryScope = 'default' | 'app' | 'static';

/**
 * Names an interface.
 *
 * @param config `id`: words of letters, digits and dashes, separated by dots, such as `core.auth.keycloak`
 * @throws Error when `id` is anything else
 */
export function createApiRef<T>(config: { id: string }): ApiRef<T>;
/** Names an interface whose id follows: `createApiRef<Clock>().with({ id: 'acme.clock' })`. */
export function createApiRef<T>(): { with(config: { id: string }): ApiRef<T> };

/** Says how to build an API. The types of `deps` are what `factory` is given. */
export function createApiFactory<Api, Deps extends { [name in string]: unknown }>(factory: {
  api: ApiRef<Api>;
  deps: TypesToApiRefs<Deps>;
  factory(deps: Deps): NoInfer<Api>;
}): ApiFactory<Api, Api, Deps>;
/** Says how to build an API that needs nothing. */
export function createApiFactory<Api>(factory: { api: ApiRef<Api>; factory(deps: {}): NoInfer<Api> }): ApiFactory<Api>;
/** Gives an instance as it is. */
export function createApiFactory<Api>(api: ApiRef<Api>, instance: NoInfer<Api>): ApiFactory<Api>;

/** Holds factories, and builds each API once, on first use. */
export class ApiRegistry {
  /**
   * Adds a factory. A stronger scope replaces a weaker one, unless that has already built its API.
   *
   * @returns whether it was taken
   * @throws Error that names the chain, when the factory would depend on itself; the registry is as it was
   */
  register<Api, Impl extends Api, Deps extends { [name in string]: unknown }>(scope: ApiFactoryScope, factory: ApiFactory<Api, Impl, Deps>): boolean;
  /**
   * The instance, built now if this is its first use; `undefined` when nothing is registered under this name.
   *
   * @throws Error that names the chain, when something it depends on is not registered
   */
  get<T>(api: ApiRef<T>): T | undefined;
  /** The refs of all factories. */
  getAllApis(): Set<ApiRef<any>>;
}

// ---- Values over time

/** What can be undone. */
export interface Subscription {
  unsubscribe(): void;
  /** Whether it has been. */
  readonly closed: boolean;
}

/** A value that changes. Whoever subscribes is told the present value at once, then every other. It never ends. */
export interface Observable<T> {
  subscribe(observer: ((value: T) => void) | { next?(value: T): void }): Subscription;
}

// ---- What is asked of the application

/** Where backends are. */
export interface DiscoveryApi {
  /** @param pluginId `auth` here; answered with, say, `https://portal.example.com/api/auth` */
  getBaseUrl(pluginId: string): Promise<string>;
}

/** The application's configuration, as far as it is read here. */
export interface ConfigApi {
  /** Asked for `enableExperimentalRedirectFlow`: whether to sign in in this window instead of in a popup. */
  getOptionalBoolean(key: string): boolean | undefined;
}

/** Whom one signs in with. */
export interface AuthProviderInfo {
  /** Its key in `auth.providers`. */
  id: string;
  /** What people call it. */
  title: string;
  /** For the application's dialogs; not looked at here. */
  icon?: unknown;
}

// ---- Asking people to sign in

/** Asks for a session with these scopes; rejects with `RejectedError` when the person says no. */
export type OAuthRequester<AuthResponse> = (scopes: Set<string>) => Promise<AuthResponse>;

/** One provider that waits for the person. */
export interface PendingOAuthRequest {
  provider: AuthProviderInfo;
  /** Opens the popup. Call it from a click, or browsers will not open one. Rejects as the popup does; the request then stays. */
  trigger(): Promise<void>;
  /** Says no to everyone who waits, with `RejectedError`. */
  reject(): void;
}

/** Collects requests to sign in, for a dialog to show. */
export interface OAuthRequestApi {
  createAuthRequester<AuthResponse>(options: {
    provider: AuthProviderInfo;
    /** Opens the popup, for all scopes that are waited for. */
    onAuthRequest(scopes: Set<string>): Promise<AuthResponse>;
  }): OAuthRequester<AuthResponse>;
  /** The requests that are waiting, at most one for each requester. */
  authRequest$(): Observable<PendingOAuthRequest[]>;
}

/** Joins the requests of each requester into one prompt with the scopes of all. */
export class OAuthRequestManager implements OAuthRequestApi {
  createAuthRequester<AuthResponse>(options: {
    provider: AuthProviderInfo;
    onAuthRequest(scopes: Set<string>): Promise<AuthResponse>;
  }): OAuthRequester<AuthResponse>;
  authRequest$(): Observable<PendingOAuthRequest[]>;
}

// ---- Sessions

/** What is known of a person. */
export interface ProfileInfo {
  email?: string;
  displayName?: string;
  /** URL of a picture. */
  picture?: string;
}

/** Who someone is in the catalog. */
export interface BackstageUserIdentity {
  type: 'user';
  /** Such as `user:default/ada`. */
  userEntityRef: string;
  ownershipEntityRefs: string[];
}

/** A Backstage token, and whom it names. */
export interface BackstageIdentityResponse {
  token: string;
  expiresAt?: Date;
  identity: BackstageUserIdentity;
}

/** One signed-in session. It is kept in memory only. */
export interface OAuth2Session {
  providerInfo: {
    idToken: string;
    accessToken: string;
    scopes: Set<string>;
    expiresAt?: Date;
  };
  profile: ProfileInfo;
  backstageIdentity?: BackstageIdentityResponse;
}

/** How to be asked for a session. */
export interface AuthRequestOptions {
  /** Ask nobody: the answer is empty (`undefined`, or `''` for tokens) when no session can be had silently. */
  optional?: boolean;
  /** Open the popup at once, without the prompt. Call from a click. */
  instantPopup?: boolean;
}

/** Whether someone is signed in. */
export type SessionState = 'SignedIn' | 'SignedOut';
/** Whether someone is signed in: the values of {@link OAuth2.sessionState$}. */
export const SessionState: { readonly SignedIn: 'SignedIn'; readonly SignedOut: 'SignedOut' };

/** The size of the popup, in CSS pixels; 450 × 730 when not said. */
export interface PopupOptions {
  size?: { width: number; height: number; fullscreen?: never } | { width?: never; height?: never; fullscreen: boolean };
}

/** Fetches, makes and ends sessions. For those who bring their own; otherwise the auth backend's routes are used. */
export interface AuthConnector<AuthSession = OAuth2Session> {
  /** Asks the person. */
  createSession(options: { scopes: Set<string>; instantPopup?: boolean }): Promise<AuthSession>;
  /** Asks the backend. An error whose name is `AuthConnectionError` leaves the session as it is, any other ends it. */
  refreshSession(options: { scopes: Set<string> }): Promise<AuthSession>;
  removeSession(): Promise<void>;
}

export interface OAuth2CreateOptions {
  /** Where the auth backend is. */
  discoveryApi: DiscoveryApi;
  /** Collects requests into one prompt. Without it the popup opens at once. */
  oauthRequestApi?: OAuthRequestApi;
  /** Chooses the redirect flow. Without it: popups. */
  configApi?: ConfigApi;
  /** Default: id `oauth2`, title "Your Identity Provider". */
  provider?: AuthProviderInfo;
  /** The key below the provider in `auth.providers`. Default: `development`. */
  environment?: string;
  /** Asked for whenever anything is. Default: none. */
  defaultScopes?: string[];
  popupOptions?: PopupOptions;
  /** Turns the scopes that callers name into the provider's, and is applied to those the backend answers with, too. */
  scopeTransform?(scopes: string[]): string[];
}

export interface OAuth2CreateOptionsWithAuthConnector {
  authConnector: AuthConnector<OAuth2Session>;
  defaultScopes?: string[];
  scopeTransform?(scopes: string[]): string[];
}

/**
 * Sign-in with one provider: its tokens, the person's profile, their Backstage identity, their session.
 *
 * Every getter first looks for a session in memory, then asks the backend silently, then the person. A session is
 * refreshed when a token of it has less than three minutes to live; callers at the same time share one refresh.
 *
 * Getters reject with an error whose `name` is `AuthConnectionError` (the backend cannot be reached; the session
 * stays), `PopupClosedError`, `PopupRejectedError`, `RejectedError` (the person said no), or what the backend says.
 */
export class OAuth2 {
  static create(options: OAuth2CreateOptions | OAuth2CreateOptionsWithAuthConnector): OAuth2;
  /** A list of scopes, separated by spaces, commas or bars, as a set. */
  static normalizeScopes(scopes: string | string[] | undefined, options?: { scopeTransform(scopes: string[]): string[] }): Set<string>;
  private constructor();
  /** Signs in, asking the person if need be. */
  signIn(): Promise<void>;
  /** Ends the session here and at the backend; may leave the page, for the provider's own sign-out. */
  signOut(): Promise<void>;
  sessionState$(): Observable<SessionState>;
  /** The provider's access token, with at least these scopes: `''` when optional and signed out. */
  getAccessToken(scope?: string | string[], options?: AuthRequestOptions): Promise<string>;
  /** The provider's ID token: `''` when optional and signed out. */
  getIdToken(options?: AuthRequestOptions): Promise<string>;
  getBackstageIdentity(options?: AuthRequestOptions): Promise<BackstageIdentityResponse | undefined>;
  getProfile(options?: AuthRequestOptions): Promise<ProfileInfo | undefined>;
}

// ---- The popup

export interface OpenLoginPopupOptions {
  /** Where signing in starts. Only messages from this origin are believed. */
  url: string;
  /** The window's name: a second popup of this name takes the place of the first. */
  name: string;
  /** In CSS pixels; default 500. */
  width?: number;
  /** In CSS pixels; default 700. */
  height?: number;
}

/**
 * Opens a sign-in window, centred on the screen, and waits for its answer.
 *
 * Rejects with `PopupRejectedError` when the browser does not open it, `PopupClosedError` when it is closed before
 * it answered, or the backend's error, with its `code` and `requestId` where the backend gives them.
 */
export function openLoginPopup(options: OpenLoginPopupOptions): Promise<unknown>;
