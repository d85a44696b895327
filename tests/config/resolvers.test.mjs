// signIn.resolvers: each of the eight with its options, and several in a row (contract §11)

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signIn } from '../support/flows.mjs';
import { openHouse, providerBlock } from '../support/house.mjs';
import { temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { configFor, refusedBy } from './support/house.mjs';
import { startVersatileIdp } from './support/idp.mjs';

const user = (name, { email, namespace, annotations, spec } = {}) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name, ...(namespace && { namespace }), annotations: annotations ?? {} },
  spec: { ...(email && { profile: { email } }), memberOf: [], ...spec },
});

/** `---` between documents; JSON is YAML. */
const CATALOG = [
  user('ada', { email: 'Ada@Example.com', annotations: { 'keycloak.org/id': 'kc-1', 'pingidentity.org/id': 'kc-2', 'acme.com/employee': '1815' } }),
  user('alan', { email: 'alan@example.com', namespace: 'bletchley' }),
  user('grace', { email: 'grace@example.com', annotations: { 'keycloak.org/id': 'kc-2', 'pingidentity.org/id': 'kc-1' }, spec: { badge: { number: 'B-7' } } }),
  user('castor', { email: 'twins@example.com', annotations: { 'acme.com/employee': '7', 'keycloak.org/id': 'kc-7' } }),
  user('pollux', { email: 'twins@example.com', annotations: { 'acme.com/employee': '7', 'keycloak.org/id': 'kc-7' } }),
];

const EMAIL = { resolver: 'emailMatchingUserEntityProfileEmail' };
const LOCAL_PART = { resolver: 'emailLocalPartMatchingUserEntityName' };
const USERNAME = { resolver: 'preferredUsernameMatchingUserEntityName' };
const KEYCLOAK = { resolver: 'oidcSubClaimMatchingKeycloakUserId' };
const PING = { resolver: 'oidcSubClaimMatchingPingIdentityUserId' };
const ANNOTATION = { resolver: 'claimMatchingUserEntityAnnotation', claim: 'employee', annotation: 'acme.com/employee' };
const NAME = { resolver: 'claimMatchingUserEntityName', claim: 'org.login' };
const FILTER = { resolver: 'claimMatchingUserEntityFilter', claim: 'org.badge', filter: 'spec.badge.number' };
const anyone = { dangerouslyAllowSignInWithoutUserInCatalog: true };

const ENVIRONMENTS = {
  email: [EMAIL],
  emailAnyone: [{ ...EMAIL, ...anyone }],
  emailDomains: [{ ...EMAIL, allowedDomains: ['Example.COM', 'example.org'] }],
  localPart: [LOCAL_PART],
  localPartAnyone: [{ ...LOCAL_PART, ...anyone }],
  localPartDomains: [{ ...LOCAL_PART, allowedDomains: ['example.com'] }],
  username: [USERNAME],
  usernameAnyone: [{ ...USERNAME, ...anyone }],
  keycloak: [KEYCLOAK],
  ping: [PING],
  annotation: [ANNOTATION],
  annotationAnyone: [{ ...ANNOTATION, ...anyone }],
  name: [NAME],
  nameAnyone: [{ ...NAME, ...anyone }],
  filter: [FILTER],
  filterAnyone: [{ ...FILTER, ...anyone }],
  chain: [KEYCLOAK, EMAIL, LOCAL_PART],
  closed: [{ ...LOCAL_PART, allowedDomains: ['example.org'] }, { ...EMAIL, ...anyone }],
  none: [],
};

const idp = await startVersatileIdp({ claims: { profile: ['employee', 'org'] }, subject: name => ({ ada: 'kc-1', grace: 'kc-2', twins: 'kc-7' })[name] ?? `sub-${name}` });
const verified = email => ({ email, email_verified: true });
Object.assign(idp.accounts, {
  ada: { ...verified('ada@example.com'), preferred_username: 'Ada', employee: 1815, org: { login: 'ADA', badge: 'B-1' } },
  grace: { ...verified('grace@example.com'), preferred_username: 'grace', employee: '1906', org: { login: 'grace', badge: 'b-7' } },
  alan: { ...verified('alan+enigma@example.com'), preferred_username: 'alan' },
  twins: { ...verified('twins@example.com'), employee: '7' },
  stranger: { ...verified('Some.One+tag@elsewhere.example'), preferred_username: 'some.one', employee: 'e-99', org: { login: 'someone', badge: 'X-1' } },
  org: { ...verified('ada@example.org'), preferred_username: 'ada' },
  nobody: { name: 'No Claims' },
  sneaky: { ...verified('ada@example.com'), preferred_username: 'group:default/admins', employee: '', org: { login: 'bletchley/alan', badge: ['B-7'] } },
});

const directory = temporaryDirectory();
const target = writeConfig(directory, CATALOG.map(entity => JSON.stringify(entity)).join('\n---\n'), 'people.yaml');
const { door, close } = await openHouse({
  idp,
  catalog: { locations: [{ type: 'file', target }] },
  providers: idp => ({ oidc: Object.fromEntries(Object.entries(ENVIRONMENTS).map(([env, resolvers]) => [env, providerBlock(idp, { signIn: { resolvers } })])) }),
});
after(async () => {
  await close();
  await idp.down();
});

const UNRESOLVED = /unable to resolve user identity/;
const NO_EMAIL = /does not contain an email/;
const DOMAIN = /not from an allowed domain/;
const ANYTHING = /./;

/** Environment, account, and the user it must be, or what must be said. */
const DECISIONS = {
  emailMatchingUserEntityProfileEmail: [
    ['email', 'ada', 'user:default/ada'],
    ['email', 'alan', 'user:bletchley/alan'],
    ['email', 'twins', ANYTHING],
    ['email', 'stranger', UNRESOLVED],
    ['email', 'nobody', NO_EMAIL],
    ['emailAnyone', 'ada', 'user:default/ada'],
    ['emailAnyone', 'stranger', 'user:default/some.one@elsewhere.example'],
    ['emailAnyone', 'twins', ANYTHING],
    ['emailDomains', 'ada', 'user:default/ada'],
    ['emailDomains', 'stranger', DOMAIN],
  ],
  emailLocalPartMatchingUserEntityName: [
    ['localPart', 'ada', 'user:default/ada'],
    ['localPart', 'org', 'user:default/ada'],
    ['localPart', 'stranger', UNRESOLVED],
    ['localPart', 'nobody', NO_EMAIL],
    ['localPartAnyone', 'grace', 'user:default/grace'],
    ['localPartDomains', 'ada', 'user:default/ada'],
    ['localPartDomains', 'org', DOMAIN],
  ],
  preferredUsernameMatchingUserEntityName: [
    ['username', 'ada', 'user:default/ada'],
    ['username', 'stranger', UNRESOLVED],
    ['username', 'alan', UNRESOLVED],
    ['username', 'nobody', ANYTHING],
    ['username', 'sneaky', ANYTHING],
    ['usernameAnyone', 'stranger', 'user:default/some.one'],
    ['usernameAnyone', 'sneaky', ANYTHING],
  ],
  oidcSubClaimMatchingKeycloakUserId: [
    ['keycloak', 'ada', 'user:default/ada'],
    ['keycloak', 'grace', 'user:default/grace'],
    ['keycloak', 'stranger', UNRESOLVED],
    ['keycloak', 'twins', ANYTHING],
  ],
  oidcSubClaimMatchingPingIdentityUserId: [
    ['ping', 'ada', 'user:default/grace'],
    ['ping', 'grace', 'user:default/ada'],
    ['ping', 'stranger', UNRESOLVED],
  ],
  claimMatchingUserEntityAnnotation: [
    ['annotation', 'ada', 'user:default/ada'],
    ['annotation', 'grace', UNRESOLVED],
    ['annotation', 'twins', ANYTHING],
    ['annotation', 'sneaky', ANYTHING],
    ['annotation', 'nobody', ANYTHING],
    ['annotationAnyone', 'stranger', 'user:default/e-99'],
  ],
  claimMatchingUserEntityName: [
    ['name', 'ada', 'user:default/ada'],
    ['name', 'stranger', UNRESOLVED],
    ['name', 'sneaky', ANYTHING],
    ['nameAnyone', 'stranger', 'user:default/someone'],
    ['nameAnyone', 'sneaky', ANYTHING],
  ],
  claimMatchingUserEntityFilter: [
    ['filter', 'grace', 'user:default/grace'],
    ['filter', 'ada', UNRESOLVED],
    ['filter', 'sneaky', ANYTHING],
    ['filterAnyone', 'stranger', 'user:default/x-1'],
  ],
  'several in a row': [
    ['chain', 'ada', 'user:default/ada'],
    ['chain', 'alan', 'user:bletchley/alan'],
    ['chain', 'org', 'user:default/ada'],
    ['chain', 'stranger', UNRESOLVED],
    ['chain', 'twins', ANYTHING],
    ['closed', 'ada', DOMAIN],
  ],
};

for (const [resolver, decisions] of Object.entries(DECISIONS)) {
  describe(resolver, () => {
    for (const [env, as, expected] of decisions) {
      test(`${env}: ${as} is ${expected instanceof RegExp ? 'turned away' : expected}`, async () => {
        const jar = new Jar();
        const { session, error } = await signIn(jar, door, { env, as });
        if (expected instanceof RegExp) {
          assert.equal(session, undefined, JSON.stringify(session?.backstageIdentity));
          assert.match(error.message, expected);
        } else {
          assert.equal(error, undefined, error?.message);
          assert.equal(session.backstageIdentity.identity.userEntityRef, expected);
          assert.ok(session.backstageIdentity.identity.ownershipEntityRefs.includes(expected));
          assert.equal((await refresh(jar, door, { env })).json().backstageIdentity.identity.userEntityRef, expected, 'the same at a refresh');
        }
      });
    }
  });
}

test('two users that fit are a conflict, not the first of them', async () => {
  for (const env of ['email', 'keycloak', 'annotation']) {
    const { error } = await signIn(new Jar(), door, { env, as: 'twins' });
    assert.match(`${error.name} ${error.message}`, /Conflict|multiple|more than one|several/i, env);
  }
});

test('an empty list is none: access tokens only', async () => {
  const { session, error } = await signIn(new Jar(), door, { env: 'none' });
  assert.equal(error, undefined);
  assert.equal(session.backstageIdentity, undefined);
});

describe('mistakes', () => {
  for (const [what, resolver, says] of [
    ['an unknown name: the nearest one', { resolver: 'emailMatchingUserEntityProfilEmail' }, /emailMatchingUserEntityProfileEmail/],
    ['no name', { name: 'emailMatchingUserEntityProfileEmail' }, /resolver/],
    ['allowedDomains that is no list', { ...LOCAL_PART, allowedDomains: 'example.com' }, /allowedDomains/],
    ['a claim that is missing', { ...ANNOTATION, claim: undefined }, /claim/],
    ['an annotation that is missing', { ...ANNOTATION, annotation: undefined }, /annotation/],
    ['a filter that is missing', { ...FILTER, filter: undefined }, /filter/],
    ['a switch that is no boolean', { ...EMAIL, dangerouslyAllowSignInWithoutUserInCatalog: 'perhaps' }, /dangerouslyAllowSignInWithoutUserInCatalog/],
  ]) {
    test(what, async () => {
      const stderr = await refusedBy(await configFor(idp, () => {}, { signIn: { resolvers: [EMAIL, resolver] } }));
      assert.match(stderr, says);
      assert.match(stderr, /resolvers\[1\]|resolvers\.1/);
    });
  }
});
