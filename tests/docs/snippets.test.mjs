// Every block of the pages that no walk runs is at least what it says: configuration that is known, JSON, code that can be read.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { transform } from 'esbuild';
import { KEYS } from '../config/keys.mjs';
import { page } from './support/page.mjs';

const packages = new URL('../backstage/package.json', import.meta.url);
const skip = !existsSync(new URL('node_modules/yaml', packages)) && 'the packages of Backstage are not there: npm ci --prefix backstage';
const ROOTS = new Set(Object.keys(KEYS).map(key => key.split('.')[0]));
/** Walked by themselves, and with keys of other programs in them. */
const WALKED = /^(providers\/|migrate-from-backstage)/;

const names = readdirSync(fileURLToPath(new URL('../../docs/', import.meta.url)), { recursive: true }).filter(name => name.endsWith('.md') && !WALKED.test(name));
const blocks = language => names.flatMap(name => page(name).all.filter(block => block.language === language).map(block => ({ name, ...block })));

/** The keys of a configuration as docs/configuration.md has them. */
function keysOf(value, path = []) {
  const key = path.join('.').replaceAll('.[]', '[]');
  if (Array.isArray(value)) return value.some(item => typeof item === 'object') ? value.flatMap(item => keysOf(item, [...path, '[]'])) : [key];
  if (typeof value !== 'object' || value === null || '$file' in value || key in WHOLE) return [key];
  return Object.entries(value).flatMap(([name, inner]) => keysOf(inner, [...path, called(name, path)]));
}
const called = (name, path) => (path.join('.') === 'auth.providers' || path.join('.') === 'stagedoor.nativeClients' ? '<id>' : path.at(-1) === '<id>' && path[0] === 'auth' ? '<env>' : name);
/** Durations, and what has names of one's own in it. */
const WHOLE = Object.fromEntries(['auth.session.idleTimeout', 'auth.session.absoluteLifetime', 'stagedoor.traces.headers'].map(key => [key, true]));

test('configuration has no key that is none', { skip }, () => {
  const yaml = createRequire(packages)('yaml');
  let looked = 0;
  for (const { name, text, file } of blocks('yaml')) {
    for (const document of yaml.parseAllDocuments(text)) {
      const config = document.toJS();
      assert.deepEqual(document.errors, [], name);
      if (file?.includes('backstage') || !Object.keys(config).every(key => ROOTS.has(key))) continue;
      looked += 1;
      for (const key of keysOf(config)) assert.ok(key in KEYS, `${name}: ${key} is no key of docs/configuration.md`);
    }
  }
  assert.ok(looked >= 8, `${looked} configurations`);
});

test('JSON is JSON', () => {
  // What `…` stands for is left out there; a long line is broken in one place.
  for (const { name, text } of blocks('json')) for (const line of [text]) assert.doesNotThrow(() => JSON.parse(line), `${name}: ${text}`);
});

test('code of the frontend can be read', async () => {
  const found = [...blocks('ts'), ...blocks('tsx')];
  assert.ok(found.length >= 3);
  for (const { text, language, name } of found) {
    const code = /^\w+: /.test(text) ? `export default {\n${text}};` : text;
    await assert.doesNotReject(transform(code, { loader: language }), `${name}: ${text}`);
  }
});

test('a command of ours in a block is one that there is', () => {
  const commands = [...page('commands.md').markdown.matchAll(/^\| `stagedoor (\w+)` \|/gm)].map(([, name]) => name);
  let looked = 0;
  for (const { name, text } of blocks('sh')) {
    for (const [, command] of text.matchAll(/^(?:.*\$\()?stagedoor (\w+)/gm)) {
      looked += 1;
      assert.ok(commands.includes(command), `${name}: stagedoor ${command}`);
    }
  }
  assert.ok(looked > 10, `${looked} commands`);
});
