// What belongs to others in the same file: neither read, nor complained of (contract §12)

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { assertError } from '../support/asserts.mjs';
import { refresh, signedIn, startUrl } from '../support/flows.mjs';
import { CATALOG, SESSION_SECRET, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { OF_BACKSTAGE } from './keys.mjs';
import { complaints, houseFor } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

/** What a grown Backstage has in its app-config, beside what we read. */
const REST = `
app:
  googleAnalytics: { trackingId: UA-000000-0 }
  support: { url: https://example.com, items: [{ title: Issues, icon: github, links: [{ url: https://example.com, title: Issues }] }] }
  extensions: [entity-card:catalog/about, { page:catalog: { config: { pagination: true } } }]
organization: { name: My Company }
backend:
  auth: { keys: [{ secret: '\${BACKEND_SECRET}' }] }
  csp: { connect-src: ["'self'", 'http:', 'https:'], upgrade-insecure-requests: false }
  cache: { store: memory }
  reading: { allow: [{ host: example.com }, { host: '*.mozilla.org' }] }
  lifecycle: { serverShutdownDelay: { seconds: 20 } }
integrations:
  github: [{ host: github.com, token: '\${GITHUB_TOKEN}', apps: [{ $include: github-app.yaml }] }]
  gitlab: [{ host: gitlab.com, token: { $env: GITLAB_TOKEN } }]
proxy:
  endpoints: { /test: { target: https://example.com, headers: { Authorization: 'Bearer \${PROXY_TOKEN}' }, changeOrigin: true } }
techdocs: { builder: local, generator: { runIn: docker }, publisher: { type: local } }
scaffolder: { defaultAuthor: { name: Me, email: me@example.com } }
kubernetes: { serviceLocatorMethod: { type: multiTenant }, clusterLocatorMethods: [] }
permission: { enabled: true }
jenkins: { baseUrl: 17, auth: [{ appBaseUrl: [] }] }
authz: { session: { secret: 1 } }
catalog:
  import: { entityFilename: catalog-info.yaml, pullRequestBranchName: backstage-integration }
  rules: [{ allow: [Component, System, API, Resource, Location, User, Group] }]
  processingInterval: { minutes: 30 }
  providers: { github: { id: { organization: acme, schedule: { frequency: PT30M, timeout: PT3M } } } }
  locations:
    - { type: file, target: '${CATALOG}' }
    - { type: url, target: https://example.com/all.yaml, rules: [{ allow: [User] }] }
`;

describe('a grown app-config', () => {
  test('not a word is said about the rest of it, and a sign-in works', async t => {
    const directory = temporaryDirectory();
    writeConfig(directory, 'appId: 1\nprivateKey: |\n  not a key\n', 'github-app.yaml');
    const rest = writeConfig(directory, REST, 'rest.yaml');
    const { door } = await houseFor(t, idp, { directory, args: ['--config', rest] });
    const { jar } = await signedIn(door);
    assert.equal((await refresh(jar, door)).status, 200);
    assert.deepEqual(complaints(door.log), []);
  });

  test('keys that Backstage has and we do not need', async t => {
    const layer = {};
    for (const [path, value] of Object.entries(OF_BACKSTAGE)) {
      const parts = path.split('.');
      const last = parts.pop();
      let at = layer;
      for (const part of parts) at = at[part] ??= {};
      at[last] = value;
    }
    const directory = temporaryDirectory();
    const { door } = await houseFor(t, idp, { directory, args: ['--config', writeConfig(directory, layer, 'theirs.yaml')] });
    await signedIn(door);
    assert.deepEqual(complaints(door.log), []);
  });

  test('a key that is nearly one of ours is asked about, and all goes on', async t => {
    const { door } = await houseFor(t, idp, { auth: { omitIdentityTokenOwnershipClaims: true }, provider: { tokenSignedResponsAlg: 'RS256' } });
    await signedIn(door);
    const said = complaints(door.log).join('\n');
    assert.match(said, /omitIdentityTokenOwnershipClaim/);
    assert.match(said, /tokenSignedResponseAlg/);
    assert.ok(!said.includes(SESSION_SECRET));
  });
});

describe('providers of other modules', () => {
  const others = {
    github: { development: { clientId: '${AUTH_GITHUB_CLIENT_ID}', clientSecret: '${AUTH_GITHUB_CLIENT_SECRET}', signIn: { resolvers: [{ resolver: 'usernameMatchingUserEntityName' }] } } },
    google: { development: { clientId: 'x', clientSecret: 'y', signIn: { resolvers: [{ resolver: 'emailLocalPartMatchingUserEntityName', allowedDomains: ['a.b'] }] } } },
    microsoft: { development: { clientId: 'x', clientSecret: 'y', tenantId: 'z', domainHint: 'z' } },
    saml: { entryPoint: 'https://example.com', issuer: 'passport-saml', cert: 'x' },
    oauth2Proxy: { signIn: { resolvers: [{ resolver: 'forwardedUserMatchingUserEntityName' }] } },
    guest: {},
    ldap: { development: { url: 'ldaps://example.com', metadata: { deep: [1, 2] } } },
    'cfaccess.v2': { teamName: 'acme' },
  };

  test('are left alone, and leave ours alone', async t => {
    const { door } = await houseFor(t, idp, { providers: idp => ({ ...others, oidc: { development: providerBlock(idp) } }) });
    const { jar } = await signedIn(door);
    assert.equal((await refresh(jar, door)).status, 200);
    assert.deepEqual(complaints(door.log), []);
    for (const provider of Object.keys(others)) {
      assertError(await send('GET', startUrl(door, { provider })), 404, 'NotFoundError', new RegExp(`auth provider.*'${provider.replace('.', '\\.')}'`));
    }
  });

  test('and none of ours at all is no mistake', async t => {
    const { door } = await houseFor(t, idp, { providers: () => others });
    assertError(await send('GET', startUrl(door)), 404, 'NotFoundError');
    const { door: without } = await houseFor(t, idp, { auth: { providers: undefined } });
    assertError(await send('GET', startUrl(without)), 404, 'NotFoundError');
  });
});
