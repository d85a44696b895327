// SECURITY.md: every function and every test that it names is there

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(root('SECURITY.md'), 'utf8');
const rows = page.split('\n').filter(line => line.startsWith('|'));
const names = [...rows.join('\n').matchAll(/`([\w/.-]+): ([^`]+)`/g)].map(([, place, name]) => ({ place, name }));

const below = (folder, ending) =>
  readdirSync(root(folder), { recursive: true })
    .filter(name => name.endsWith(ending))
    .map(name => readFileSync(root(`${folder}/${name}`), 'utf8'))
    .join('\n');
const rust = new Map();
const ofCrate = crate => rust.get(crate) ?? rust.set(crate, below(`crates/${crate}`, '.rs')).get(crate);

/** What is missing of one reference, or nothing. */
function missing({ place, name }) {
  if (place.endsWith('.rs')) {
    const [crate, ...path] = place.split('/');
    const file = root(`crates/${crate}/src/${path.join('/')}`);
    return !existsSync(file) || !new RegExp(`fn ${name}\\b`).test(readFileSync(file, 'utf8'));
  }
  if (place.endsWith('.mjs')) {
    const file = root(`tests/${place}`);
    return !existsSync(file) || !readFileSync(file, 'utf8').includes(name);
  }
  return !new RegExp(`fn ${name}\\b`).test(ofCrate(place));
}

test('every function and every test that it names is there', () => {
  assert.ok(names.length > 100, `${names.length} names were found`);
  assert.deepEqual(names.filter(missing).map(({ place, name }) => `${place}: ${name}`), []);
});

test('every row of attacks and requirements names a defence and a test', () => {
  const bare = rows.filter(row => row.includes('.rs: ') !== /`(\w+: \w+|[\w/-]+\.test\.mjs: )/.test(row));
  assert.deepEqual(bare, []);
});
