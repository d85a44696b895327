// Where a setting comes from: files over files, variables over files, and what a value may be made of (contract §12)

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { APP, signedIn } from '../support/flows.mjs';
import { send } from '../support/http.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { startIdp } from '../support/provider.mjs';
import { configFor, houseFor, refusedBy, signInPage } from './support/house.mjs';

const idp = await startIdp();
after(() => idp.down());

/** The sign-in page shows its buttons where its own origin is allowed. */
const auth = { experimentalExtraAllowedOrigins: ['http://localhost:*'] };

/** A house whose later files are `layers`, of which it has the page. */
async function layered(t, layers, { env, provider, ...config } = {}) {
  const directory = temporaryDirectory();
  const args = layers.flatMap((layer, index) => ['--config', writeConfig(directory, layer, `layer-${index}.yaml`)]);
  const house = await houseFor(t, idp, { directory, args, env, provider, auth, ...config });
  return { ...house, directory, page: await signInPage(house.door) };
}

const oidc = development => ({ auth: { providers: { oidc: { development } } } });

test('of several --config the later wins, objects merge, the rest stays', async t => {
  const { page, door } = await layered(t, [
    { app: { title: 'Second' }, ...oidc({ clientId: 'wrong', display: { title: 'Acme SSO' } }) },
    { app: { title: 'Third' }, ...oidc({ clientId: 'backstage', display: { message: 'for everyone' } }) },
  ]);
  assert.equal(page.title, 'Third');
  assert.equal(page.ways[0].title, 'Acme SSO');
  assert.match(page.ways[0].label, /for everyone/);
  await signedIn(door);
});

test('lists replace, and null takes away what lies beneath', async t => {
  const { page, door } = await layered(t, [{ app: { title: null }, ...oidc({ additionalScopes: ['photos'] }) }], { provider: { additionalScopes: ['calendar', 'email'] } });
  assert.equal(page.title, 'Backstage', 'the default, no title of the first file');
  const { session } = await signedIn(door);
  assert.equal(session.providerInfo.scope, 'openid profile email photos');
});

/** A process started without --config in a directory with these files. */
async function inDirectory(t, files, env) {
  const config = await configFor(idp, it => Object.assign(it.auth, auth));
  const directory = temporaryDirectory();
  writeConfig(directory, config);
  for (const [name, content] of Object.entries(files)) writeConfig(directory, content, name);
  const run = new Run(['serve'], { cwd: directory, env });
  t.after(() => run.stop());
  const local = `http://localhost:${config.backend.listen.port}`;
  await run.until(async () => (await send('GET', `${local}/.backstage/health/v1/liveness`)).status === 200, 'stagedoor to be alive');
  return signInPage({ local });
}

test('without --config: app-config.yaml, then app-config.local.yaml', async t => {
  assert.equal((await inDirectory(t, {})).title, 'Test app');
  assert.equal((await inDirectory(t, { 'app-config.local.yaml': { app: { title: 'Local' } } })).title, 'Local');
});

test('BACKSTAGE_ENV brings files of its own', async t => {
  const files = {
    'app-config.staging.yaml': { app: { title: 'Staging' }, ...oidc({ display: { title: 'Staging SSO' } }) },
    'app-config.local.yaml': { app: { title: 'Local' } },
  };
  const page = await inDirectory(t, files, { BACKSTAGE_ENV: 'staging' });
  assert.deepEqual([page.title, page.ways[0].title], ['Local', 'Staging SSO']);
});

test('with --config the local file is not read', async t => {
  const directory = temporaryDirectory();
  writeConfig(directory, { app: { title: 'Local' } }, 'app-config.local.yaml');
  const { door } = await houseFor(t, idp, { directory, auth });
  assert.equal((await signInPage(door)).title, 'Test app');
});

test('APP_CONFIG_ variables go over every file; their values are JSON, or else text', async t => {
  const { page, door } = await layered(t, [oidc({ clientSecret: 'wrong', display: { title: 'A file’s' } })], {
    env: {
      APP_CONFIG_app_title: '"From a variable"',
      APP_CONFIG_auth_providers_oidc_development_clientSecret: 'backstage-secret',
      APP_CONFIG_auth_providers_oidc_development_display: '{"title":"Variable SSO"}',
      APP_CONFIG_auth_providers_oidc_development_additionalScopes: '["photos"]',
      APP_CONFIG_auth_omitIdentityTokenOwnershipClaim: 'false',
    },
  });
  assert.equal(page.title, 'From a variable');
  assert.equal(page.ways[0].title, 'Variable SSO');
  const { session } = await signedIn(door);
  assert.equal(session.providerInfo.scope, 'openid profile email photos');
  assert.ok(JSON.parse(Buffer.from(session.backstageIdentity.token.split('.')[1], 'base64url')).ent, 'a boolean, not a text');
});

test('${VAR}, fallbacks, escapes, and what is not set drops its key', async t => {
  const { page } = await layered(t, [
    { app: { title: '${PLACE} and ${NOWHERE:-elsewhere} and $${ESCAPED}' }, ...oidc({ display: { title: '${EMPTY:-Fallback}', message: 'never ${NOWHERE}' } }) },
  ], { env: { PLACE: ' here ', EMPTY: '' } });
  assert.equal(page.title, 'here and elsewhere and ${ESCAPED}');
  assert.equal(page.ways[0].title, 'Fallback');
  assert.equal(page.ways[0].label, 'Sign in using Fallback', 'no message');
});

test('a required key that drops out is missing, and the message says why', async () => {
  const config = await configFor(idp, () => {}, { clientSecret: '${NOT_SET_ANYWHERE}' });
  const stderr = await refusedBy(config);
  assert.match(stderr, /clientSecret/);
  assert.match(stderr, /NOT_SET_ANYWHERE/);
});

test('$env, $file without its last newline, and $include of a part or the whole, from where the file is', async t => {
  const directory = temporaryDirectory();
  const below = join(directory, 'below');
  mkdirSync(below);
  writeFileSync(join(below, 'secret.txt'), 'backstage-secret\n');
  writeFileSync(join(below, 'names.yaml'), 'sso:\n  title: Included SSO\n  deep: { client: backstage }\n');
  writeFileSync(join(below, 'display.json'), '{"title":"${TITLE}","message":"whole file"}');
  const layer = writeConfig(below, {
    app: { title: { $include: 'names.yaml#sso.title' } },
    ...oidc({ clientId: { $include: './names.yaml#sso.deep.client' }, clientSecret: { $file: 'secret.txt' }, metadataUrl: { $env: 'METADATA' }, display: { $include: 'display.json' } }),
  }, 'layer.yaml');
  const { door } = await houseFor(t, idp, {
    directory,
    auth,
    args: ['--config', layer],
    env: { METADATA: idp.metadataUrl, TITLE: 'Acme' },
    provider: { clientId: 'wrong', clientSecret: 'wrong', metadataUrl: 'http://127.0.0.1:9/' },
  });
  const page = await signInPage(door);
  assert.equal(page.title, 'Included SSO');
  assert.equal(page.ways[0].title, 'Acme', 'variables in an included file are seen');
  assert.match(page.ways[0].label, /whole file/);
  await signedIn(door, { origin: APP });
});

test('a file that is not there is named, with the file that asked for it', async () => {
  for (const [value, name] of [[{ $file: 'gone.txt' }, /gone\.txt/], [{ $include: 'gone.yaml#a' }, /gone\.yaml/]]) {
    const stderr = await refusedBy(await configFor(idp, () => {}, { clientSecret: value }));
    assert.match(stderr, name);
    assert.match(stderr, /app-config\.yaml/);
  }
});

test('$env that is not set is a missing key', async () => {
  const stderr = await refusedBy(await configFor(idp, () => {}, { clientId: { $env: 'NOT_SET_ANYWHERE' } }));
  assert.match(stderr, /clientId/);
  assert.match(stderr, /NOT_SET_ANYWHERE/);
});
