// docs/configuration.md: no key is missing, none is made up, and every example is one.

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { certificateAuthority } from '../config/support/tls.mjs';
import { KEYS, RESOLVERS } from '../config/keys.mjs';
import { CATALOG } from '../support/house.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';
import { page } from './support/page.mjs';

const { markdown } = page('configuration.md');
const SETTINGS = fileURLToPath(new URL('../../crates/config/src/settings/', import.meta.url));
const packages = new URL('../backstage/package.json', import.meta.url);

/** The rows of every table of keys: `{key, example}`, the key whole. A heading that is a key is what the rows below are under. */
const rows = markdown.split(/^##+ /m).slice(1).flatMap(section => {
  const [, prefix = ''] = /^`([^`]+)`\n/.exec(section) ?? [];
  return [...section.matchAll(/^\| `([^`]+)` \|(?:[^|\n]*\|){3}([^|\n]*)\|$/gm)].map(([, key, example]) => ({
    key: prefix ? `${prefix}.${key}` : key,
    example: /`(.*)`/.exec(example)?.[1],
  }));
});

test('every key that is read is there', () => {
  const there = new Set([...rows.map(({ key }) => key), ...[...markdown.matchAll(/^##+ `(.+)`$/gm)].map(([, key]) => key)]);
  assert.deepEqual(Object.keys(KEYS).filter(key => !there.has(key)), []);
});

test('every resolver is there', () => {
  for (const name of RESOLVERS) assert.match(markdown, new RegExp(`^\\| \`${name}\` \\|`, 'm'));
});

test('no key is there twice, or is not read', () => {
  const sources = readdirSync(SETTINGS).map(name => readFileSync(join(SETTINGS, name), 'utf8')).join('\n');
  for (const { key } of rows) {
    assert.equal(rows.filter(row => row.key === key).length, 1, key);
    const name = key.split('.').at(-1).replace('[]', '');
    assert.ok(sources.includes(`"${name}"`), `${key}: nothing reads a key of this name`);
  }
});

/** Sets `value` at a key in an object, making what is missing, and objects of what was none. */
function set(root, key, value) {
  const parts = key.replace('<id>', 'oidc').replace('<env>', 'production').split('.');
  let at = root;
  for (const [index, part] of parts.entries()) {
    const name = part.replace('[]', '');
    const last = index === parts.length - 1;
    if (part.endsWith('[]')) {
      at[name] = Array.isArray(at[name]) ? at[name] : [{}];
      at = at[name][0];
    } else if (last) {
      at[name] = value;
    } else {
      at = at[name] = typeof at[name] === 'object' && at[name] !== null ? at[name] : {};
    }
  }
}

test('every example is taken', { skip: !existsSync(new URL('node_modules/yaml', packages)) && 'the packages of Backstage are not there: npm ci --prefix backstage' }, async () => {
  const yaml = createRequire(packages)('yaml');
  const directory = temporaryDirectory();
  const { certFile, keyFile } = certificateAuthority(directory).issue(['localhost']);
  const publicKey = createPublicKey(readFileSync(keyFile)).export({ type: 'spki', format: 'pem' });
  const files = { 'server.crt': certFile, 'ca.crt': certFile, 'server.key': keyFile, 'private.pem': keyFile };
  for (const [name, file] of Object.entries(files)) writeConfig(join(directory, 'tls'), readFileSync(file, 'utf8'), name);
  writeConfig(join(directory, 'tls'), publicKey, 'public.pem');
  writeConfig(join(directory, 'icons'), '<svg xmlns="http://www.w3.org/2000/svg"/>', 'logo.svg');
  writeConfig(join(directory, 'people'), readFileSync(CATALOG, 'utf8'), 'people.yaml');

  const config = {};
  for (const { key, example } of rows) if (example) set(config, key, yaml.parse(example));
  const port = await freePort();
  config.backend.listen = { host: '127.0.0.1', port };
  // Nobody is to be asked: what is checked is how it is read.
  const text = yaml.stringify(config).replaceAll(/127\.0\.0\.1:(5432|7007)/g, '127.0.0.1:1').replace('port: 5432', 'port: 1').replaceAll('https://sso.example.com', 'http://127.0.0.1:1');
  const run = new Run(['check', '--json', '--config', writeConfig(directory, text)], { cwd: directory });
  const { code } = await run.ended();
  assert.deepEqual(JSON.parse(run.stdout).problems, [], text);
  assert.notEqual(code, 2, run.tail());
});
