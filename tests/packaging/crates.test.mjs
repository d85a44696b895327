// The crates as they are published: each says what it is, and holds all that it is built from.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cargo = (...args) => execFileSync('cargo', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] });
const { packages } = JSON.parse(cargo('metadata', '--no-deps', '--offline', '--format-version=1'));
const published = packages.filter(({ publish }) => publish?.length !== 0);
const MARKERS = /include_(?:str|bytes)!\(\s*"([^"]+)"/g;

test('the library crates and the program are published; load, benchmarks and examples are not', () => {
  const names = published.map(({ name }) => name);
  for (const name of ['stagedoor', 'stagedoor-client', 'stagedoor-oidc', 'stagedoor-ambient']) assert.ok(names.includes(name), name);
  for (const { name, manifest_path: path } of packages) if (/\/(examples|bench|load)\b/.test(path)) assert.ok(!names.includes(name), name);
});

for (const it of published) {
  describe(it.name, () => {
    const folder = dirname(it.manifest_path);
    const files = new Set(cargo('package', '-p', it.name, '--list', '--allow-dirty', '--offline').trim().split('\n'));

    test('says what it is', () => {
      for (const key of ['description', 'license', 'repository', 'documentation', 'rust_version', 'readme']) assert.ok(it[key], key);
      assert.ok(existsSync(join(folder, it.readme)), it.readme);
      assert.ok(it.keywords.length > 0 && it.keywords.length <= 5 && it.categories.length > 0 && it.categories.length <= 5);
      for (const word of it.keywords) assert.match(word, /^[a-zA-Z][\w+-]{0,19}$/);
      assert.ok(files.has('LICENSE') && files.has('README.md'));
    });

    test('asks for versions of the crates beside it', () => {
      for (const { name, path, req, kind } of it.dependencies) if (path && kind !== 'dev') assert.equal(req, `^${it.version}`, name);
    });

    test('holds what its sources take in', () => {
      for (const file of files) {
        const source = resolve(folder, file);
        if (!file.startsWith('src/') || !file.endsWith('.rs')) continue;
        // What is for the tests of documentation alone may stay out.
        const text = readFileSync(source, 'utf8').replaceAll(/^#\[cfg\([^\n]*doctest[^\n]*\n#\[doc = [^\n]*/gm, '');
        for (const [, path] of text.matchAll(MARKERS)) assert.ok(files.has(relative(folder, resolve(dirname(source), path))), `${file}: ${path}`);
      }
    });
  });
}
