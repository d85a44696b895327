#!/usr/bin/env node
// What a release is made of: `node packaging/bill.mjs TARGET FOLDER` writes into the folder
// - stagedoor.cdx.json, a bill of materials (CycloneDX 1.6): every crate that is linked in, with licence and checksum;
// - THIRD_PARTY_LICENSES.txt, the licences that have to come along.
// Both depend on nothing but Cargo.lock, the commit (STAGEDOOR_COMMIT, SOURCE_DATE_EPOCH) and the compiler.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (program, ...args) => execFileSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] });
const APACHE = 'Apache-2.0';

/** Every package by `name version`, with its checksum where it comes from a registry. */
function packages(target) {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8');
  const sums = new Map([...lock.matchAll(/name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/g)].map(([, name, version, sum]) => [`${name} ${version}`, sum]));
  const found = JSON.parse(run('cargo', 'metadata', '--format-version=1', '--locked', '--filter-platform', target)).packages;
  return new Map(found.map(it => [`${it.name} ${it.version}`, { ...it, sum: sums.get(`${it.name} ${it.version}`), expression: it.license?.replaceAll('/', ' OR ') }]));
}

/** What is linked in, and what by: `name version` → the same of what it uses. Macros, build scripts and tests stay out. */
function linked(target) {
  const tree = run('cargo', 'tree', '--locked', '-p', 'stagedoor', '--edges=normal,no-proc-macro', '--target', target, '--prefix=depth');
  const [uses, way] = [new Map(), []];
  for (const [, depth, name, version] of tree.matchAll(/^(\d+)(\S+) v(\S+)/gm)) {
    const key = `${name} ${version}`;
    if (!uses.has(key)) uses.set(key, new Set());
    way.splice(Number(depth), Infinity, key);
    if (way.length > 1) uses.get(way.at(-2)).add(key);
  }
  return uses;
}

/** What no Cargo.lock names: the standard library, and for musl the C library. */
function runtime(target) {
  const version = /^release: (.+)$/m.exec(run('rustc', '-vV'))[1];
  const std = { name: 'std', version, expression: `MIT OR ${APACHE}`, description: 'The standard library of Rust', purl: `pkg:generic/rust-std@${version}` };
  const musl = { name: 'musl', version: '1.2.5', expression: 'MIT', description: 'The C library, as it comes with the standard library', purl: 'pkg:generic/musl@1.2.5' };
  return target.endsWith('-musl') ? [std, musl] : [std];
}

const purl = it => it.purl ?? `pkg:cargo/${it.name}@${it.version}`;
const component = it => ({
  type: 'library',
  'bom-ref': purl(it),
  name: it.name,
  version: it.version,
  ...(it.description && { description: it.description.trim().replace(/\s+/g, ' ') }),
  ...(it.sum && { hashes: [{ alg: 'SHA-256', content: it.sum }] }),
  licenses: [{ expression: it.expression }],
  purl: purl(it),
  ...(it.repository && { externalReferences: [{ type: 'vcs', url: it.repository }] }),
});

function billOfMaterials({ target, known, uses, others, ours }) {
  const commit = process.env.STAGEDOOR_COMMIT;
  const epoch = process.env.SOURCE_DATE_EPOCH ?? run('git', 'show', '--no-patch', '--format=%ct', 'HEAD').trim();
  const depends = [...uses].map(([key, on]) => ({ ref: purl(known.get(key)), dependsOn: [...on].map(key => purl(known.get(key))).sort() }));
  depends.find(({ ref }) => ref === purl(ours)).dependsOn.push(...others.map(purl));
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: new Date(Number(epoch) * 1000).toISOString(),
      component: { ...component(ours), type: 'application', properties: [{ name: 'target', value: target }, ...(commit ? [{ name: 'commit', value: commit }] : [])] },
    },
    components: [...uses.keys()].map(key => known.get(key)).filter(it => it !== ours).concat(others).map(component),
    dependencies: [...depends, ...others.map(it => ({ ref: purl(it) }))],
  };
  // The same for the same content, as everything here.
  const digest = createHash('sha256').update(JSON.stringify(bill)).digest('hex');
  const uuid = digest.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-8$4-$5');
  return { $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', ...bill, serialNumber: `urn:uuid:${uuid}` };
}

/** The texts that have to come along with a crate. Of several licences to choose from it is Apache-2.0, as ours, where that is one. */
function textsOf(it) {
  const files = it.manifest_path ? readdirSync(dirname(it.manifest_path), { withFileTypes: true }).filter(it => it.isFile() && /^(licen[cs]e|copying|notice|unlicense)/i.test(it.name)).map(it => it.name).sort() : [];
  const read = name => readFileSync(join(dirname(it.manifest_path), name), 'utf8').replaceAll('\r\n', '\n').trim();
  const apache = !/ AND /.test(it.expression) && it.expression.split(' OR ').includes(APACHE);
  if (apache) return [readFileSync(join(root, 'LICENSE'), 'utf8').trim(), ...files.filter(name => /^notice/i.test(name)).map(read)];
  if (it.name === 'musl') return [readFileSync(join(root, 'packaging/musl.COPYRIGHT'), 'utf8').trim()];
  const texts = files.map(read);
  if (!texts.length) throw new Error(`${it.name} ${it.version} (${it.expression}) comes without the text of its licence`);
  return texts;
}

function licences(all) {
  const texts = new Map();
  for (const it of all) for (const text of textsOf(it)) texts.set(text, [...(texts.get(text) ?? []), `${it.name} ${it.version}`]);
  const line = '-'.repeat(80);
  const table = all.map(it => `${it.name} ${it.version}: ${it.expression}`).join('\n');
  const parts = [...texts].map(([text, by]) => `${line}\n${by.join(', ').replace(/(.{60,110}?), /g, '$1,\n')}\n${line}\n\n${text}\n`);
  return `Stagedoor contains the following software of others.\n\n${table}\n\n${parts.join('\n')}`;
}

const [target, folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: bill.mjs TARGET FOLDER');
  process.exit(2);
}
const known = packages(target);
const uses = linked(target);
const others = runtime(target);
const ours = known.get([...uses.keys()][0]);
const foreign = [...uses.keys()].sort().map(key => known.get(key)).filter(({ source }) => source).concat(others);
writeFileSync(join(folder, 'stagedoor.cdx.json'), `${JSON.stringify(billOfMaterials({ target, known, uses, others, ours }), null, 1)}\n`);
writeFileSync(join(folder, 'THIRD_PARTY_LICENSES.txt'), licences(foreign));
