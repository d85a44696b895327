// docs/providers/: a page for each provider, with configuration that Stagedoor takes and claims that become what the page says.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { KEYS } from '../config/keys.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';
import { page } from './support/page.mjs';

const PAGES = ['auth0', 'authentik', 'cognito', 'dex', 'entra', 'gitlab', 'google', 'keycloak', 'okta', 'pingfederate'];
const RUN_HERE = ['dex', 'keycloak'];
const SECTIONS = ['Register', 'Configure', 'Claims', 'Traps', 'Run here?'];
/** Blocks that are some other program's configuration. */
const OF_OTHERS = ['dex.yaml'];
const NOWHERE = 'http://127.0.0.1:1';

const packages = new URL('../backstage/package.json', import.meta.url);
const skip = !existsSync(new URL('node_modules/yaml', packages)) && 'the packages of Backstage are not there: npm ci --prefix backstage';

const index = page('providers/README.md');
const pages = Object.fromEntries(PAGES.map(name => [name, page(`providers/${name}.md`)]));
const yamlOf = name => pages[name].all.filter(({ language, file }) => language === 'yaml' && !OF_OTHERS.includes(file));
/** The people of the examples, under every id that the pages give them. */
const CATALOG = `
apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: ada
  annotations:
    keycloak.org/id: 00000000-0000-4000-8000-00000000ada0
    graph.microsoft.com/user-id: 00000000-0000-4000-8000-00000000ada0
    pingidentity.org/id: 0a1b2c3d-0000-4000-8000-00000000ada0
spec: { profile: { email: ada@example.com }, memberOf: [] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: grace }
spec: { profile: { email: grace@example.com }, memberOf: [] }
`;

test('there is a page for each, and no other', () => {
  const there = readdirSync(fileURLToPath(new URL('../../docs/providers/', import.meta.url))).filter(name => name !== 'README.md');
  assert.deepEqual(there.sort(), PAGES.map(name => `${name}.md`));
  const rows = [...index.markdown.matchAll(/^\| \[[^\]]+\]\((\w+)\.md\) \|/gm)].map(([, name]) => name);
  assert.deepEqual(rows.sort(), PAGES);
});

for (const name of PAGES) {
  const { markdown } = pages[name];

  test(`${name}: has what every page has`, () => {
    assert.deepEqual([...markdown.matchAll(/^## (.+)$/gm)].map(([, title]) => title), SECTIONS);
    const [, answer] = /^## Run here\?\n\n(Yes|No)[:,]/m.exec(markdown) ?? [];
    assert.equal(answer, RUN_HERE.includes(name) ? 'Yes' : 'No');
    assert.equal(existsSync(new URL(`../${name}/`, import.meta.url)), RUN_HERE.includes(name), 'which is so');
    assert.ok(yamlOf(name).length > 0 && pages[name].all.some(({ who }) => who));
  });

  test(`${name}: the redirect URI to register is that of the configuration`, { skip }, () => {
    const yaml = createRequire(packages)('yaml');
    for (const { text } of yamlOf(name)) {
      const { providers } = yaml.parse(text).auth;
      for (const id of Object.keys(providers)) assert.match(markdown, new RegExp(`https?://[^/ ]+/api/auth/${id}/handler/frame`));
    }
  });

  for (const [number, block] of yamlOf(name).entries()) {
    test(`${name}: Stagedoor takes its configuration (${number + 1})`, { skip }, async () => {
      const yaml = createRequire(packages)('yaml');
      const config = yaml.parse(block.text);
      for (const key of keysOf(config)) assert.ok(key in KEYS, `${key} is no key of docs/configuration.md`);
      const { code, said } = await check(config);
      assert.deepEqual(said.problems, []);
      assert.notEqual(code, 2);
      assert.deepEqual(said.findings.filter(unexpected), []);
    });
  }

  for (const [number, { text, who, owns, with: file }] of pages[name].all.filter(({ language, who }) => language === 'json' && who).entries()) {
    test(`${name}: its claims become what it says (${number + 1})`, { skip }, async () => {
      const yaml = createRequire(packages)('yaml');
      const { said } = await check(yaml.parse(file ? pages[name]('file', file) : yamlOf(name)[0].text), { claims: JSON.parse(text) });
      assert.equal(said.signIns.length, 1, JSON.stringify(said));
      const [{ user, ownership }] = said.signIns;
      assert.equal(user ?? 'nobody', who, JSON.stringify(said.signIns, null, 2));
      if (user) assert.deepEqual(ownership.toSorted(), [user, ...(owns ? [owns] : [])].toSorted());
    });
  }
}

/** What a check without the provider says: that the provider is not there, and what the surroundings here are to blame for. */
const unexpected = ({ level, check, what }) => level !== 'ok' && check !== 'discovery' && !/backend\.database: is missing|in memory: sessions end/.test(what);

/** Runs the check with the frame of the index around a block that is no whole configuration. */
async function check(config, { claims } = {}) {
  const yaml = createRequire(packages)('yaml');
  const directory = temporaryDirectory();
  writeConfig(directory, CATALOG, 'org.yaml');
  const whole = config.app ? {} : yaml.parse(index('file', 'app-config.yaml').replace('/var/lib/backstage', directory));
  const [[id, environments]] = Object.entries(config.auth.providers);
  const environment = Object.keys(environments)[0];
  environments[environment].metadataUrl = environments[environment].metadataUrl.replace(/^https?:\/\/[^/]+/, NOWHERE);
  const here = { backend: { listen: { host: '127.0.0.1', port: await freePort() } }, auth: { environment } };
  const layers = [whole, config, here].map((layer, number) => writeConfig(directory, layer, `${number}.yaml`));
  const args = ['check', '--json', '--provider', id, ...layers.flatMap(path => ['--config', path])];
  if (claims) args.push('--as', writeConfig(directory, claims, 'claims.json'));
  const secrets = [...JSON.stringify([whole, config]).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, randomBytes(32).toString('base64')]);
  const run = new Run(args, { cwd: directory, env: Object.fromEntries(secrets) });
  const { code } = await run.ended();
  return { code, said: JSON.parse(run.stdout) };
}

/** The keys of a configuration as docs/configuration.md has them; what is below `startUrlSearchParams` is the provider's. */
function keysOf(value, path = []) {
  const key = path.join('.').replaceAll('.[]', '[]');
  if (Array.isArray(value)) {
    if (!value.some(item => typeof item === 'object')) return [key];
    return value.flatMap(item => keysOf(item, [...path, '[]']));
  }
  if (typeof value !== 'object' || value === null || key.endsWith('.startUrlSearchParams')) return [key];
  return Object.entries(value).flatMap(([name, inner]) => keysOf(inner, [...path, called(name, path)]));
}

const called = (name, path) => (path.join('.') === 'auth.providers' ? '<id>' : path.at(-1) === '<id>' ? '<env>' : name);
