// A program that uses everything the package exports, and what the types must refuse. Compiled, never run.

import {
  ApiRegistry,
  OAuth2,
  OAuthRequestManager,
  SessionState,
  createApiFactory,
  createApiRef,
  openLoginPopup,
  type AnyApiFactory,
  type ApiFactory,
  type ApiFactoryScope,
  type ApiRef,
  type AuthConnector,
  type AuthProviderInfo,
  type AuthRequestOptions,
  type BackstageIdentityResponse,
  type BackstageUserIdentity,
  type ConfigApi,
  type DiscoveryApi,
  type OAuth2CreateOptions,
  type OAuth2CreateOptionsWithAuthConnector,
  type OAuth2Session,
  type OAuthRequestApi,
  type OAuthRequester,
  type Observable,
  type OpenLoginPopupOptions,
  type PendingOAuthRequest,
  type PopupOptions,
  type ProfileInfo,
  type Subscription,
  type TypesToApiRefs,
} from 'stagedoor';

interface Clock {
  now(): number;
}

// Refs carry their interface, factories are given what they depend on.
const clockRef = createApiRef<Clock>({ id: 'acme.clock' });
const laterRef: ApiRef<{ in(ms: number): number }> = createApiRef<{ in(ms: number): number }>().with({ id: 'acme.later' });
const time: typeof clockRef.T = { now: () => 0 };
const discoveryApiRef = createApiRef<DiscoveryApi>({ id: 'core.discovery' });
const oauthRequestApiRef = createApiRef<OAuthRequestApi>({ id: 'core.oauthrequest' });
const authRef = createApiRef<OAuth2>({ id: 'acme.auth' });

const factories: AnyApiFactory[] = [
  createApiFactory(clockRef, time),
  createApiFactory({ api: laterRef, deps: { clock: clockRef }, factory: ({ clock }) => ({ in: ms => clock.now() + ms }) }),
  createApiFactory({ api: oauthRequestApiRef, factory: () => new OAuthRequestManager() }),
  createApiFactory(discoveryApiRef, { getBaseUrl: async plugin => `https://backend.example/api/${plugin}` }),
  createApiFactory({
    api: authRef,
    deps: { discoveryApi: discoveryApiRef, oauthRequestApi: oauthRequestApiRef },
    factory: ({ discoveryApi, oauthRequestApi }) => OAuth2.create({ discoveryApi, oauthRequestApi }),
  }),
];
const deps: TypesToApiRefs<{ clock: Clock }> = { clock: clockRef };
const typed: ApiFactory<number, number, { clock: Clock }> = { api: createApiRef<number>({ id: 'n' }), deps, factory: ({ clock }) => clock.now() };

const registry = new ApiRegistry();
const scope: ApiFactoryScope = 'app';
const taken: boolean = registry.register(scope, typed);
for (const factory of factories) registry.register('default', factory);
const all: Set<ApiRef<unknown>> = registry.getAllApis();
const maybe: Clock | undefined = registry.get(clockRef);

// @ts-expect-error A ref needs an id.
createApiRef<Clock>({});
// @ts-expect-error An instance must be what the ref names.
createApiFactory(clockRef, { later: () => 0 });
// @ts-expect-error A factory must build what the ref names.
createApiFactory({ api: clockRef, deps: {}, factory: () => 'noon' });
// @ts-expect-error A factory is given what it depends on, and nothing else.
createApiFactory({ api: laterRef, deps: { clock: clockRef }, factory: ({ watch }) => ({ in: ms => ms }) });
// @ts-expect-error There are three scopes.
registry.register('plugin', typed);
// @ts-expect-error What is not registered is undefined.
registry.get(clockRef).now();

// Every option of OAuth2.create.
const provider: AuthProviderInfo = { id: 'keycloak', title: 'Keycloak', icon: () => null };
const popupOptions: PopupOptions = { size: { fullscreen: true } };
const configApi: ConfigApi = { getOptionalBoolean: key => key === 'enableExperimentalRedirectFlow' };
const options: OAuth2CreateOptions = {
  discoveryApi: { getBaseUrl: async () => 'https://backend.example/api/auth' },
  oauthRequestApi: new OAuthRequestManager(),
  configApi,
  provider,
  environment: 'production',
  defaultScopes: ['openid'],
  popupOptions,
  scopeTransform: scopes => scopes.map(each => `https://scopes.example/${each}`),
};
const auth = OAuth2.create(options);

// @ts-expect-error Where the backend is must be said.
OAuth2.create({ provider });
// @ts-expect-error A provider has a title.
OAuth2.create({ ...options, provider: { id: 'x' } });
// @ts-expect-error Full screen has no width.
OAuth2.create({ ...options, popupOptions: { size: { fullscreen: true, width: 100, height: 100 } } });
// @ts-expect-error A width goes with a height.
OAuth2.create({ ...options, popupOptions: { size: { width: 100 } } });
// @ts-expect-error Use OAuth2.create.
new OAuth2(options);

const session: OAuth2Session = { providerInfo: { idToken: '', accessToken: '', scopes: OAuth2.normalizeScopes('a,b|c d') }, profile: {} };
const connector: AuthConnector = {
  createSession: async ({ scopes, instantPopup = false }) => (instantPopup && scopes.has('a') ? session : Promise.reject(new Error())),
  refreshSession: async ({ scopes }) => ({ ...session, providerInfo: { ...session.providerInfo, scopes } }),
  removeSession: async () => {},
};
const own: OAuth2CreateOptionsWithAuthConnector = { authConnector: connector, defaultScopes: ['a'], scopeTransform: scopes => scopes };
OAuth2.create(own);
// @ts-expect-error A connector also ends sessions.
OAuth2.create({ authConnector: { createSession: connector.createSession, refreshSession: connector.refreshSession } });

export async function everything(): Promise<void> {
  const how: AuthRequestOptions = { optional: true, instantPopup: true };
  await auth.signIn();
  const tokens: string[] = [await auth.getAccessToken(), await auth.getAccessToken(['a', 'b'], how), await auth.getIdToken(how)];
  const identity: BackstageIdentityResponse | undefined = await auth.getBackstageIdentity(how);
  const who: BackstageUserIdentity | undefined = identity?.identity;
  const profile: ProfileInfo | undefined = await auth.getProfile();
  const states: Observable<SessionState> = auth.sessionState$();
  const subscription: Subscription = states.subscribe(state => state === SessionState.SignedIn);
  states.subscribe({ next: state => void (state satisfies 'SignedIn' | 'SignedOut') });
  if (!subscription.closed) subscription.unsubscribe();
  await auth.signOut();

  const popup: OpenLoginPopupOptions = { url: 'https://backend.example/start', name: 'Login', width: 450, height: 730 };
  const answer: unknown = await openLoginPopup(popup);

  const manager = new OAuthRequestManager();
  const ask: OAuthRequester<{ token: string }> = manager.createAuthRequester({ provider, onAuthRequest: async scopes => ({ token: [...scopes].join() }) });
  manager.authRequest$().subscribe((pending: PendingOAuthRequest[]) => pending.forEach(request => void request.trigger().catch(() => request.reject())));
  const { token } = await ask(new Set(['a']));

  // @ts-expect-error Identity may be missing.
  identity.token;
  // @ts-expect-error Scopes are text.
  await auth.getAccessToken(5);
  // @ts-expect-error There is no such option.
  await auth.getProfile({ silent: true });
  // @ts-expect-error There is no such state.
  states.subscribe(state => state === 'Lost');
  // @ts-expect-error The answer is not known.
  answer.profile;
  void [tokens, who, profile, token];
}

void [taken, all, maybe];
