// Mistakes in app-config.yaml end `serve` with 2 and a message that says where, what and how to mend it

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after } from 'node:test';
import { better } from '../support/asserts.mjs';
import { signedIn } from '../support/flows.mjs';
import { appConfig, openHouse, providerBlock } from '../support/house.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { startIdp } from '../support/provider.mjs';
import { freePort } from '../support/wait.mjs';
import { writeFileSync } from 'node:fs';

const idp = await startIdp();
after(() => idp.down());
idp.client('backstage', 'http://localhost:7007/api/auth/oidc/handler/frame');

const port = await freePort();

const good = (edit = config => config) => {
  const config = appConfig({ port, providers: { oidc: { development: providerBlock(idp) } } });
  return edit(structuredClone(config)) ?? config;
};
const oidc = config => config.auth.providers.oidc.development;

/** Runs `serve` over a broken config and returns what it said. */
async function refused(config, { env, args, code = 2 } = {}) {
  const directory = temporaryDirectory();
  const path = writeConfig(directory, config);
  const run = new Run(args?.(path) ?? ['serve', '--config', path], { cwd: directory, env });
  const exit = await run.ended();
  assert.equal(exit.code, code, run.tail());
  assert.ok(!run.stderr.includes('backstage-secret'), 'no secret in the message');
  assert.doesNotMatch(run.stderr, /panicked|RUST_BACKTRACE/);
  return run.stderr;
}

const editing = edit => good(config => {
  edit(config);
  return config;
});

for (const [what, edit, says] of [
  ['clientId missing', config => delete oidc(config).clientId, /clientId/],
  ['clientSecret missing', config => delete oidc(config).clientSecret, /clientSecret/],
  ['metadataUrl no URL', config => (oidc(config).metadataUrl = 'not a url'), /metadataUrl/],
  ['an unknown resolver', config => (oidc(config).signIn.resolvers = [{ resolver: 'emailMatchingUserEntityProfileMail' }]), /emailMatchingUserEntityProfileEmail/],
  ['an unreadable duration', config => (oidc(config).sessionDuration = 'next week'), /sessionDuration/],
  ['app.baseUrl missing', config => delete config.app.baseUrl, /app\.baseUrl|baseUrl/],
  ['backend.baseUrl missing', config => delete config.backend.baseUrl, /backend\.baseUrl|baseUrl/],
  ['backend.baseUrl no URL', config => (config.backend.baseUrl = 'localhost'), /baseUrl/],
  ['a port out of range', config => (config.backend.listen = { host: '127.0.0.1', port: 99999 }), /port|listen/],
  ['a number for a string', config => (oidc(config).clientId = { a: 1 }), /clientId/],
  ['an unknown key store', config => (config.auth.keyStore = { provider: 'clay-tablets' }), /keyStore|clay-tablets/],
  ['static keys that are not there', config => (config.auth.keyStore = { provider: 'static', static: { keys: [{ publicKeyFile: './no.pem', privateKeyFile: './no.key', keyId: 'k' }] } }), /no\.pem|no\.key|publicKeyFile|privateKeyFile/],
]) {
  better(`${what}: names the key and where it belongs`, async () => {
    const stderr = await refused(editing(edit));
    assert.match(stderr, says);
    assert.match(stderr, /app-config\.yaml/, stderr);
  });
}

better('YAML that cannot be read: the line', async () => {
  const stderr = await refused('app:\n  title: "unclosed\nbackend: {\n');
  assert.match(stderr, /app-config\.yaml/);
  assert.match(stderr, /:\s?\d+|line \d+/);
});

better('a mistake is shown at its line', async () => {
  const text = JSON.stringify(editing(config => (oidc(config).sessionDuration = 'next week')), null, 2);
  const line = text.split('\n').findIndex(row => row.includes('next week')) + 1;
  const stderr = await refused(text);
  assert.match(stderr, new RegExp(`\\b${line}\\b`), stderr);
});

better('a file that is not there', async () => {
  const stderr = await refused('{}', { args: () => ['serve', '--config', 'nowhere.yaml'] });
  assert.match(stderr, /nowhere\.yaml/);
});

better('no session secret in production', async () => {
  const config = editing(it => {
    delete it.auth.session;
    it.auth.environment = 'production';
    it.auth.providers.oidc = { production: oidc(it) };
  });
  assert.match(await refused(config), /auth\.session\.secret|session/);
});

better('an unknown flag: 2, with the usage', async () => {
  assert.match(await refused('{}', { args: () => ['serve', '--confg', 'x'] }), /--config/);
});

better('several files, variables, $env, $file and $include come together; later files win', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'secret.txt'), 'backstage-secret\n');
  writeFileSync(join(directory, 'more.yaml'), 'ids:\n  client: backstage\n');
  writeConfig(directory, {
    app: { title: '${TITLE:-Fallback}' },
    auth: { providers: { oidc: { development: { clientId: { $include: 'more.yaml#ids.client' }, clientSecret: { $file: 'secret.txt' }, metadataUrl: { $env: 'METADATA' } } } } },
  }, 'second.yaml');
  const house = await openHouse({ idp, directory, env: { METADATA: idp.metadataUrl }, args: ['--config', join(directory, 'second.yaml')], provider: { clientId: 'wrong', clientSecret: 'wrong', metadataUrl: 'http://127.0.0.1:9/wrong' } });
  try {
    await signedIn(house.door);
  } finally {
    await house.close();
  }
});

better('APP_CONFIG_ variables override files', async () => {
  const house = await openHouse({ idp, provider: { clientSecret: 'wrong' }, env: { APP_CONFIG_auth_providers_oidc_development_clientSecret: 'backstage-secret' } });
  try {
    await signedIn(house.door);
  } finally {
    await house.close();
  }
});

better("the older documentation's scope is taken, with a warning", async () => {
  const house = await openHouse({ idp, provider: { scope: 'openid calendar' } });
  try {
    const { session } = await signedIn(house.door);
    assert.equal(session.providerInfo.scope.split(' ').includes('calendar'), true);
    await house.door.says(/scope/);
  } finally {
    await house.close();
  }
});
