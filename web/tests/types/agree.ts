// What is declared in stagedoor.d.ts is what the modules are: each of them can stand where its declaration is expected.

import type * as Declared from '../../stagedoor.js';
import { ApiRegistry, createApiFactory, createApiRef } from '../../api-registry.js';
import { AuthConnector } from '../../connector.js';
import { OAuthRequestManager } from '../../oauth-requests.js';
import { OAuth2 } from '../../oauth2.js';
import { openLoginPopup } from '../../popup.js';
import { SessionState } from '../../sessions.js';

const registry: Declared.ApiRegistry = new ApiRegistry();
const requests: Declared.OAuthRequestManager = new OAuthRequestManager();
const ref: typeof Declared.createApiRef = createApiRef;
const popup: typeof Declared.openLoginPopup = openLoginPopup;
const state: typeof Declared.SessionState = SessionState;
const normalize: typeof Declared.OAuth2.normalizeScopes = OAuth2.normalizeScopes;
type Instance = Pick<Declared.OAuth2, keyof Declared.OAuth2>;
const create: (options: Declared.OAuth2CreateOptions | Declared.OAuth2CreateOptionsWithAuthConnector) => Instance = OAuth2.create;
const connector: new (...rest: ConstructorParameters<typeof AuthConnector>) => Declared.AuthConnector = AuthConnector;
const factory: (api: Declared.ApiRef<number>, instance: number) => Declared.ApiFactory<number> = createApiFactory;

// And nothing is exported that is not declared, or declared and not exported.
type Exports = typeof import('../../api-registry.js') & { OAuth2: unknown; OAuthRequestManager: unknown; openLoginPopup: unknown; SessionState: unknown };
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const same: Same<keyof Exports, keyof typeof Declared> = true;

void [registry, requests, ref, popup, state, normalize, create, connector, factory, same];
