// packaging/bill.mjs: the bill of materials is valid and names what is linked in; the licences come along.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { temporaryDirectory } from '../support/stagedoor.mjs';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** That of this machine, whose crates are there: the others differ in the C library. */
const TARGET = 'x86_64-unknown-linux-gnu';

function write(env = {}) {
  const folder = temporaryDirectory();
  execFileSync('node', [root('packaging/bill.mjs'), TARGET, folder], { env: { ...process.env, STAGEDOOR_COMMIT: 'abcdef0', SOURCE_DATE_EPOCH: '1795000000', ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const [bill, licences] = ['stagedoor.cdx.json', 'THIRD_PARTY_LICENSES.txt'].map(name => readFileSync(join(folder, name), 'utf8'));
  return { text: bill, bill: JSON.parse(bill), licences };
}

describe('the bill of materials', () => {
  let written, named;
  before(() => {
    written = write();
    named = new Map(written.bill.components.map(it => [`${it.name} ${it.version}`, it]));
  });

  test('is valid CycloneDX 1.6', async () => {
    assert.equal(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(written.text), null);
    const broken = JSON.stringify({ ...written.bill, components: [{ name: 'without a type' }] });
    assert.notEqual(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(broken), null);
  });

  test('is the same for the same commit', () => {
    const again = write();
    assert.equal(again.text, written.text);
    assert.equal(again.licences, written.licences);
    assert.notEqual(write({ STAGEDOOR_COMMIT: '0fedcba' }).bill.serialNumber, written.bill.serialNumber);
  });

  test('names every crate that is linked in, and none that only tests, builds or macros use', () => {
    const names = new Set(written.bill.components.map(({ name }) => name));
    for (const name of ['aws-lc-sys', 'libsqlite3-sys', 'rustls', 'tokio', 'stagedoor-server', 'stagedoor-ambient', 'std']) assert.ok(names.has(name), name);
    for (const name of ['insta', 'proptest', 'rstest', 'cc', 'syn', 'serde_derive', 'stagedoor-load']) assert.ok(!names.has(name), name);
  });

  test('has the checksums of Cargo.lock, for all that is not ours', () => {
    const lock = readFileSync(root('Cargo.lock'), 'utf8');
    for (const { name, version, hashes } of written.bill.components) {
      const [, sum] = new RegExp(`name = "${name}"\nversion = "${version.replaceAll(/[.+]/g, '\\$&')}"\nsource = .+\nchecksum = "(.+)"`).exec(lock) ?? [];
      assert.equal(hashes?.[0].content, sum, name);
      assert.ok(sum || name.startsWith('stagedoor-') || name === 'std', name);
    }
  });

  test('leads from the program to every part', () => {
    const uses = new Map(written.bill.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
    const seen = new Set();
    const follow = ref => seen.has(ref) || (seen.add(ref), uses.get(ref).forEach(follow));
    follow(written.bill.metadata.component['bom-ref']);
    assert.deepEqual(written.bill.components.map(it => it['bom-ref']).filter(ref => !seen.has(ref)), []);
  });

  test('every part’s licence may be used', () => {
    const [, allowed] = /^allow = \[([^\]]*)\]/m.exec(readFileSync(root('deny.toml'), 'utf8'));
    const may = new Set([...allowed.matchAll(/"(.+)"/g)].map(([, name]) => name));
    const allows = expression => expression.split(' AND ').every(part => part.replaceAll(/[()]/g, '').split(' OR ').some(name => may.has(name)));
    for (const [name, { licenses: [{ expression }] }] of named) assert.ok(allows(expression), `${name}: ${expression}`);
  });

  test('the licences say whose software it is, and what goes with it', () => {
    for (const [name] of named) if (!name.startsWith('stagedoor-')) assert.ok(written.licences.includes(`\n${name}: `), name);
    for (const text of ['Apache License', 'Permission is hereby granted', 'Redistribution and use in source and binary forms', 'OpenSSL']) assert.ok(written.licences.includes(text), text);
  });
});
