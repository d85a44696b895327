// CHANGELOG.md: its newest version is that of the crates, and its form is that of Keep a Changelog.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const changelog = readFileSync(root('CHANGELOG.md'), 'utf8');
const headings = [...changelog.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

test('first what is not released, then the version of Cargo.toml', () => {
  assert.equal(headings[0], '[Unreleased]');
  const [, version] = /^version = "(.+)"$/m.exec(readFileSync(root('Cargo.toml'), 'utf8'));
  assert.match(headings[1], new RegExp(`^\\[${version.replaceAll('.', '\\.')}\\] - (\\d{4}-\\d\\d-\\d\\d|unreleased)$`));
});

test('versions go down, and every version but the newest has its day', () => {
  const versions = headings.slice(1).map(heading => /^\[(\d+)\.(\d+)\.(\d+)\] - (.+)$/.exec(heading) ?? assert.fail(heading));
  const numbers = versions.map(([, ...it]) => it.slice(0, 3).map(Number).reduce((all, each) => all * 1000 + each));
  assert.deepEqual(numbers, numbers.toSorted((a, b) => b - a));
  assert.ok(versions.slice(1).every(([, , , , day]) => /^\d{4}-\d\d-\d\d$/.test(day)));
});

test('changes are of the kinds that there are', () => {
  for (const [, kind] of changelog.matchAll(/^### (.+)$/gm)) assert.ok(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'].includes(kind), kind);
});
