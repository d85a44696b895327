// Claims to people without code: profile, signIn.requireClaims, signIn.allowedDomains, signIn.groupClaims (ours)

import assert from 'node:assert/strict';
import { after, describe } from 'node:test';
import { assertError, assertRefused, better } from '../support/asserts.mjs';
import { Jar } from '../support/browser-jar.mjs';
import { refresh, signIn, signedIn, start } from '../support/flows.mjs';
import { appConfig, openHouse, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { until } from '../support/wait.mjs';
import { startVersatileIdp } from '../config/support/idp.mjs';

const CLAIMS = ['groups', 'https://example.com/groups', 'realm_access', 'active', 'level', 'mail', 'mail_verified', 'emails', 'person', 'avatar'];
const idp = await startVersatileIdp({ claims: { profile: CLAIMS } });
after(() => idp.down());
const verified = email => ({ email, email_verified: true });
Object.assign(idp.accounts, {
  staff: { ...verified('ada@example.com'), groups: ['/teams/Analysts', '/staff'], realm_access: { roles: ['backstage'] }, active: true, level: 7, 'https://example.com/groups': ['url-group'] },
  text: { ...verified('ada@example.com'), groups: '/staff', active: 'true', level: '7' },
  plain: { ...verified('ada@example.com'), active: false },
  elsewhere: verified('ada@elsewhere.example'),
  claimed: { email: 'ada@example.com', email_verified: false, groups: ['/staff'] },
  odd: { mail: 'ada@example.com', mail_verified: 'true', person: { name: 'Ada L.' }, avatar: ['https://img.example.com/a.png'], preferred_username: 'ada' },
  mixed: { ...verified('grace@example.com'), mail: 'ada@example.com' },
  list: { emails: ['ada@example.com'], mail_verified: 1 },
  nobody: { ...verified('stranger@example.com'), preferred_username: 'stranger', groups: ['/staff', '/teams/a b', '/user:default/grace', '/teams/analysts'] },
  overage: { ...verified('ada@example.com'), _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example.com/ada/getMemberObjects' } } },
  everywhere: { ...verified('ada@example.com'), groups: Array.from({ length: 1_500 }, (_, n) => `/a-group-with-a-name-that-is-nearly-as-long-as-can-be-${n}`) },
});

const EMAIL = [{ resolver: 'emailMatchingUserEntityProfileEmail' }];
const requiring = (...requireClaims) => ({ signIn: { resolvers: EMAIL, requireClaims } });
const ANYONE = [{ resolver: 'preferredUsernameMatchingUserEntityName', dangerouslyAllowSignInWithoutUserInCatalog: true }];
const KEYCLOAK = { claim: 'groups', allow: ['/teams/*', '/user:*', '/staff'], stripPrefix: ['/teams/', '/'], prefix: 'kc-' };

const ENVIRONMENTS = {
  contains: requiring({ claim: 'groups', contains: ['/admins', '/staff'] }),
  nested: requiring({ claim: 'realm_access.roles', contains: 'backstage' }),
  url: requiring({ claim: 'https://example.com/groups', contains: 'url-group' }),
  equals: requiring({ claim: 'active', equals: true }, { claim: 'level', equals: 7 }),
  matches: requiring({ claim: 'groups', matches: '/teams/*' }),
  exists: requiring({ claim: 'groups', exists: true }),
  absent: requiring({ claim: 'groups', exists: false }),
  email: requiring({ claim: 'email', matches: '*@example.com' }),
  domains: { signIn: { resolvers: EMAIL, allowedDomains: ['Example.com', 'example.org'] } },
  tokens: { signIn: { requireClaims: [{ claim: 'groups', contains: '/staff' }] } },
  mapped: { profile: { email: 'mail', emailVerified: 'mail_verified', displayName: ['displayName', 'person.name'], picture: 'avatar.0' } },
  unsaid: { profile: { email: ['mail', 'email'] } },
  listed: { profile: { email: ['mail', 'emails.0'], emailVerified: 'mail_verified' } },
  groups: { signIn: { resolvers: EMAIL, groupClaims: [KEYCLOAK, { claim: 'https://example.com/groups', namespace: 'ops', kind: 'Team' }] } },
  groupsOfAnyone: { signIn: { resolvers: ANYONE, groupClaims: [KEYCLOAK] } },
  allGroups: { signIn: { resolvers: EMAIL, groupClaims: [{ claim: 'groups', stripPrefix: '/' }] } },
};

const house = await openHouse({
  idp,
  auth: { omitIdentityTokenOwnershipClaim: false },
  providers: idp => ({ oidc: Object.fromEntries(Object.entries(ENVIRONMENTS).map(([env, rest]) => [env, providerBlock(idp, rest)])) }),
});
after(house.close);
const { door } = house;

const CLAIM = /^Your account at the identity provider may not sign in here/;
const NO_EMAIL = /^The identity provider vouches for no e-mail address of yours/;
const DOMAIN = /^Only people with an e-mail address of certain domains may sign in here/;

async function refusedAt(env, as, says, jar = new Jar()) {
  const { response, session, error } = await signIn(jar, door, { env, as });
  assert.equal(session, undefined, JSON.stringify(session?.backstageIdentity));
  assert.equal(error.name, 'NotAllowedError');
  assert.match(error.message, says);
  assertRefused(response);
  return jar;
}

describe('who is let in', () => {
  for (const [env, as, says] of [
    ['contains', 'staff'],
    ['contains', 'text'],
    ['contains', 'plain', CLAIM],
    ['nested', 'staff'],
    ['nested', 'plain', CLAIM],
    ['url', 'staff'],
    ['url', 'plain', CLAIM],
    ['equals', 'staff'],
    ['equals', 'text', CLAIM],
    ['equals', 'plain', CLAIM],
    ['matches', 'staff'],
    ['matches', 'text', CLAIM],
    ['exists', 'text'],
    ['exists', 'plain', CLAIM],
    ['absent', 'plain'],
    ['absent', 'staff', CLAIM],
    ['email', 'plain'],
    ['email', 'elsewhere', CLAIM],
    ['email', 'claimed', CLAIM],
    ['domains', 'plain'],
    ['domains', 'elsewhere', DOMAIN],
    ['domains', 'claimed', NO_EMAIL],
    ['tokens', 'claimed'],
    ['tokens', 'plain', CLAIM],
  ]) {
    better(`${env}: ${as} is ${says ? 'not let in' : 'let in, at a refresh too'}`, async () => {
      if (says) return refusedAt(env, as, says);
      const { jar } = await signedIn(door, { env, as });
      const again = await refresh(jar, door, { env });
      assert.equal(again.status, 200, again.text.slice(0, 300));
    });
  }
});

better('a refusal is one line in the log: what was not met, and no value', async () => {
  await refusedAt('equals', 'text', CLAIM);
  const line = await until(() => door.log.split('\n').find(line => /sign_in_refused/.test(line) && /environment="equals"/.test(line) && /requireClaims\[1\]/.test(line)), { what: 'the line' });
  assert.match(line, /reason="claim_required"/);
  assert.match(line, /not met: signIn\.requireClaims\[0\] \(active equals\), signIn\.requireClaims\[1\] \(level equals\)/);
  assert.doesNotMatch(line, /staff|ada@/);
});

better('whoever is not let in may choose another account', async () => {
  const jar = await refusedAt('contains', 'plain', CLAIM);
  const location = new URL(await start(jar, door, { env: 'contains' }));
  assert.match(location.searchParams.get('prompt') ?? '', /select_account|login/);
});

better('a group that is taken away ends it at the next refresh, with and without a resolver; given back, it goes on', async () => {
  for (const env of ['contains', 'tokens']) {
    const name = `member-${env}`;
    idp.accounts[name] = { ...verified('ada@example.com'), groups: ['/staff'] };
    const { jar } = await signedIn(door, { env, as: name });
    assert.equal((await refresh(jar, door, { env })).status, 200);
    for (const groups of [['/guests'], [], undefined]) {
      idp.accounts[name].groups = groups;
      const { error } = assertError(await refresh(jar, door, { env }), 401, 'AuthenticationError', /^Refresh failed; caused by NotAllowedError: Your account/);
      assert.doesNotMatch(JSON.stringify(error), /accessToken|guests/);
    }
    idp.accounts[name].groups = ['/staff'];
    assert.equal((await refresh(jar, door, { env })).status, 200);
  }
});

describe('profile', () => {
  better('claims with other names make a profile, and find the user', async () => {
    const { session } = await signedIn(door, { env: 'mapped', as: 'odd' });
    assert.deepEqual(session.profile, { email: 'ada@example.com', displayName: 'Ada L.', picture: 'https://img.example.com/a.png' });
    assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
  });

  better('the first claim that is there counts, out of a list too', async () => {
    assert.equal((await signedIn(door, { env: 'listed', as: 'list' })).session.profile.email, 'ada@example.com');
    assert.equal((await signedIn(door, { env: 'unsaid', as: 'plain' })).session.profile.email, 'ada@example.com');
  });

  better('emailVerified: the claim that is named says it, and no other', async () => {
    idp.accounts.odd.mail_verified = false;
    const { error } = await signIn(new Jar(), door, { env: 'mapped', as: 'odd' });
    assert.match(error.message, /does not contain an email/);
    idp.accounts.odd.mail_verified = 'true';
  });

  better('email_verified says nothing of an address from another claim', async () => {
    const { error } = await signIn(new Jar(), door, { env: 'unsaid', as: 'mixed' });
    assert.match(error.message, /does not contain an email/);
  });
});

const owned = session => session.backstageIdentity.identity.ownershipEntityRefs;

describe('groups', () => {
  better('are owned through beside those of the catalog, mapped, each once, in the token and in userinfo', async () => {
    const { session, jar } = await signedIn(door, { env: 'groups', as: 'staff' });
    const refs = ['user:default/ada', 'group:default/analysts', 'group:default/compilers', 'group:default/kc-analysts', 'group:default/kc-staff', 'team:ops/url-group'];
    assert.deepEqual(owned(session).toSorted(), refs.toSorted());
    assert.equal(owned(session)[0], 'user:default/ada');
    const { token } = session.backstageIdentity;
    const payload = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    assert.deepEqual(payload.ent, owned(session));
    const { claims } = (await send('GET', `${door.auth}/v1/userinfo`, { headers: { authorization: `Bearer ${token}` } })).json();
    assert.deepEqual(claims.ent, owned(session));
    assert.deepEqual(owned((await refresh(jar, door, { env: 'groups' })).json()), owned(session));
  });

  better('of someone who is not in the catalog; what can be no name is left out', async () => {
    const { session } = await signedIn(door, { env: 'groupsOfAnyone', as: 'nobody' });
    assert.deepEqual(owned(session), ['user:default/stranger', 'group:default/kc-staff', 'group:default/kc-analysts']);
    await door.run.until(() => /WARN.*not all groups can be owned through.*claim=groups/.test(door.log), 'a warning');
    assert.doesNotMatch(door.log, /WARN.*a b/);
  });

  better('that change are owned through from the next refresh on', async () => {
    idp.accounts.mover = { ...verified('ada@example.com'), groups: ['/staff'] };
    const { jar } = await signedIn(door, { env: 'groups', as: 'mover' });
    idp.accounts.mover.groups = ['/teams/movers'];
    const refs = owned((await refresh(jar, door, { env: 'groups' })).json());
    assert.ok(refs.includes('group:default/kc-movers') && !refs.includes('group:default/kc-staff'), refs.join());
  });

  better('that the provider left out for being too many: a warning that says what to do, and a gate stays shut', async () => {
    const { session } = await signedIn(door, { env: 'groups', as: 'overage' });
    assert.deepEqual(owned(session).toSorted(), ['group:default/analysts', 'group:default/compilers', 'user:default/ada']);
    await door.run.until(() => /left the claim out for being too long: let it send fewer groups/.test(door.log), 'a warning');
    await refusedAt('contains', 'overage', CLAIM);
    await door.run.until(() => /requireClaims\[0\] \(groups contains\), which the provider left out/.test(door.log), 'the reason');
    assert.equal(idp.requests.filter(({ path }) => path.includes('getMemberObjects')).length, 0);
  });

  better('that make a token too long: an error that says how to mend it, and no session', async () => {
    const { response, error } = await signIn(new Jar(), door, { env: 'allGroups', as: 'everywhere' });
    assert.match(error.message, /No Backstage token could be issued/);
    assertRefused(response);
    await door.run.until(() => /too many ownership refs/.test(door.log), 'the reason in the log');
  });
});

better('a changed requirement counts at the next refresh', async t => {
  const { door, close } = await openHouse({ idp });
  t.after(close);
  const { jar } = await signedIn(door, { as: 'plain' });
  // Until it has taken effect: one write may be read twice, so that counting changes would not do.
  const change = async (requireClaims, expected) => {
    writeConfig(door.directory, appConfig({ port: door.port, providers: { oidc: { development: providerBlock(idp, requiring(...requireClaims)) } } }));
    return until(async () => {
      const response = await refresh(jar, door);
      return response.status === expected && response;
    }, { what: `a refresh to answer ${expected}`, everyMs: 50 });
  };
  assert.equal((await refresh(jar, door)).status, 200);
  assertError(await change([{ claim: 'active', equals: true }], 401), 401, 'AuthenticationError', /^Refresh failed; caused by NotAllowedError/);
  idp.accounts.plain.active = true;
  assert.equal((await refresh(jar, door)).status, 200);
  idp.accounts.plain.active = false;
  assert.equal((await refresh(jar, door)).status, 401);
  await change([], 200);
});

describe('mistakes end the start with their place and the way out', () => {
  for (const [what, rest, says] of [
    ['a path', requiring({ claim: 'realm_access..roles', exists: true }), /signIn\.requireClaims\[0\]\.claim: the path to a claim has no name[\s\S]*names joined by dots/],
    ['a resolver’s path', { signIn: { resolvers: [{ resolver: 'claimMatchingUserEntityName', claim: '$.login' }] } }, /signIn\.resolvers\[0\]\.claim: a path to a claim has no `\$`[\s\S]*names joined by dots/],
    ['a pattern', { signIn: { groupClaims: [{ claim: 'groups', allow: ['{a,b}'] }] } }, /signIn\.groupClaims\[0\]\.allow\[0\]: the pattern has alternatives in braces[\s\S]*as a list/],
    ['an unknown key', { signIn: { groupClaims: [{ claim: 'groups', alow: ['a'] }] } }, /signIn\.groupClaims\[0\]\.alow: this key is unknown[\s\S]*did you mean `allow`/],
    ['a requirement of nothing', requiring({ claim: 'groups' }), /signIn\.requireClaims\[0\]: it is not said what the claim must be/],
    ['a domain', { signIn: { allowedDomains: ['*.example.com'] } }, /signIn\.allowedDomains\[0\][\s\S]*such as `example\.com`/],
  ]) {
    better(what, async () => {
      const directory = temporaryDirectory();
      const config = appConfig({ port: 0, providers: { oidc: { development: providerBlock(idp, rest) } } });
      const run = new Run(['serve', '--config', writeConfig(directory, config)], { cwd: directory });
      assert.equal((await run.ended()).code, 2, run.tail());
      const told = run.stderr.replace(/\n\s*│?\s*/g, ' ');
      assert.match(told, says);
      assert.match(told, /app-config\.yaml:\d+:\d+/);
    });
  }
});
