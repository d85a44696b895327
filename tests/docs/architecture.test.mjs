// ARCHITECTURE.md: its picture is the imports, its table names what is there, and the domain knows no HTTP, no SQL, no CLI
//
// Within a crate, modules go in no circle. A module and what is below it are one room: a child may use what its parent
// has, and the parent its children. But of two siblings, each with all that is below it, only one may lead to the other.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { circles, everyModule, imports, readCrate } from './support/modules.mjs';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const page = readFileSync(root('ARCHITECTURE.md'), 'utf8');
const picture = /```mermaid\n([\s\S]*?)```/.exec(page)[1];

/** A room of the picture by its short name: `demo["demo-idp<br/>…"]` is the crate demo-idp. */
const rooms = new Map([...picture.matchAll(/^ {2}(\w+)\["([\w-]+)<br\/>/gm)].map(([, short, crate]) => [short, crate]));
const arrows = [...picture.matchAll(/^ {2}(\w+) --> (.+)$/gm)].flatMap(([, from, to]) => to.split('&').map(name => [rooms.get(from), rooms.get(name.trim())]));

function below(crate, seen = new Set()) {
  for (const [, to] of arrows.filter(([from]) => from === crate)) if (!seen.has(to)) below(to, seen.add(to));
  return seen;
}

/** The crates that `crate` depends on, tests aside; and all it depends on by name. */
function dependencies(crate) {
  const manifest = readFileSync(root(`${crate.includes('/') ? crate : `crates/${crate}`}/Cargo.toml`), 'utf8');
  const section = /^\[dependencies\]\n([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(manifest)?.[1] ?? '';
  const names = [...section.matchAll(/^([\w-]+)[.\s=]/gm)].map(([, name]) => name);
  return { names, rooms: names.filter(name => name.startsWith('stagedoor-')).map(name => name.slice('stagedoor-'.length)) };
}

/** A program's own file beside its library, and what stands in for a module that is left out. */
const NOT_MODULES = /\/(main|no_traces)\.rs$/;

/** Programs that measure are outside of the picture: they are other people. */
const MEASURING = ['crates/load', 'bench/floor'].filter(crate => existsSync(root(crate)));

const crates = readdirSync(root('crates')).filter(crate => existsSync(root(`crates/${crate}/Cargo.toml`)));

test('every crate is a room of the picture, but for programs that measure, which know none of them', () => {
  assert.deepEqual(crates.filter(crate => crate !== 'load').sort(), [...rooms.values()].sort());
  for (const program of MEASURING) {
    assert.deepEqual(dependencies(program).rooms, [], program);
    assert.deepEqual(Object.fromEntries(circles(imports(readCrate(root(`${program}/src`))))), {}, program);
  }
});

test('no crate imports against the arrows', () => {
  const wrong = crates.filter(crate => crate !== 'load').flatMap(crate => dependencies(crate).rooms.filter(room => !below(crate).has(room)).map(room => `${crate} → ${room}`));
  assert.deepEqual(wrong, []);
});

test('every arrow is an import', () => {
  const idle = arrows.filter(([from, to]) => !dependencies(from).rooms.includes(to)).map(([from, to]) => `${from} → ${to}`);
  assert.deepEqual(idle, []);
});

test('there is no circle', () => {
  assert.deepEqual(crates.filter(crate => below(crate).has(crate)), []);
});

for (const crate of crates) {
  test(`the modules of ${crate} go in no circle`, () => {
    assert.deepEqual(Object.fromEntries(circles(imports(readCrate(root(`crates/${crate}/src`))))), {});
  });
}

test('every file of a crate is a module that was looked at, but for tests', () => {
  for (const crate of crates) {
    const looked = everyModule(readCrate(root(`crates/${crate}/src`))).map(({ file }) => file);
    const there = readdirSync(root(`crates/${crate}/src`), { recursive: true }).filter(name => name.endsWith('.rs')).map(name => root(`crates/${crate}/src/${name}`));
    const tests = there.flatMap(file => [...readFileSync(file, 'utf8').matchAll(/#\[cfg\(test\)\]\s*mod (\w+);/g)].map(([, name]) => name));
    const left = there.filter(file => !looked.includes(file) && !NOT_MODULES.test(file) && !tests.some(name => file.endsWith(`/${name}.rs`)));
    assert.deepEqual(left, [], crate);
  }
});

test('a circle is found, however it is written', () => {
  const found = Object.keys(Object.fromEntries(circles(imports(readCrate(root('tests/docs/support/circles'))))));
  assert.deepEqual(found.sort(), ['crate::a ↔ crate::b', 'crate::c::x ↔ crate::c::y', 'crate::d ↔ crate::e ↔ crate::f']);
});

test('the domain knows no HTTP server, no SQL and no command line', () => {
  const foreign = ['axum', 'hyper', 'hyper-util', 'tower-http', 'sqlx', 'clap'];
  for (const crate of ['ambient', 'claims', 'identity', 'oidc', 'signin', 'catalog', 'config']) {
    assert.deepEqual(dependencies(crate).names.filter(name => foreign.includes(name)), [], crate);
  }
});

/** Where `path` is, said after `before` in one row: `session/cookie.rs`, then `tokens.rs`. */
function place(path, before) {
  const near = before ? before.split('/').map((_, i, parts) => parts.slice(0, parts.length - 1 - i).join('/')) : [];
  return [path, `crates/${path}`, ...near.map(folder => `${folder}/${path}`)].find(there => existsSync(root(there)));
}

test('the table of places names files and folders that are there', () => {
  const rows = /## Where things happen\n([\s\S]*?)\n## /.exec(page)[1].split('\n').filter(line => line.startsWith('| '));
  const missing = [];
  let found = 0;
  for (const row of rows) {
    let before;
    for (const [, path] of row.matchAll(/`((?:[\w-]+\/)+|(?:[\w-]+\/)*[\w-]+\.(?:rs|md|mjs))`/g)) {
      const there = place(path, before);
      if (there) found++;
      else missing.push(`${path} in ${row}`);
      before = there ?? before;
    }
  }
  assert.deepEqual(missing, []);
  assert.ok(found > 40, `${found} were found`);
});

const MADE_ELSEWHERE = /^(node_modules|target|\.cache|\.git|screenshots)$/;

/** Every file of code in `folder`. */
function* code(folder) {
  for (const entry of readdirSync(root(folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !MADE_ELSEWHERE.test(entry.name)) yield* code(path);
    else if (entry.isFile() && /\.(rs|m?js|ts|css|html|sql|sh)$/.test(entry.name)) yield path;
  }
}

test('no file is longer than 400 lines without a reason at its head', () => {
  const long = ['crates', 'examples', 'tests', 'web', 'bench'].filter(folder => existsSync(root(folder))).flatMap(folder => [...code(folder)]).filter(path => {
    const lines = readFileSync(root(path), 'utf8').split('\n');
    return lines.length > 401 && !lines.slice(0, 8).some(line => /Longer than 400 lines: /.test(line));
  });
  assert.deepEqual(long, []);
});

test('a file that a comment names is there', () => {
  const gone = [...code('crates')].filter(path => path.endsWith('.rs')).flatMap(path => {
    const [crate, own] = [path.split('/').slice(0, 2).join('/'), path.slice(0, path.lastIndexOf('/'))];
    const named = [...readFileSync(root(path), 'utf8').matchAll(/^\s*\/\/.*$/gm)].flatMap(([line]) => [...line.matchAll(/`([\w/-]+\.rs)`/g)].map(([, name]) => name));
    return named.filter(name => ![`${crate}/src/${name}`, `${crate}/${name}`, `${own}/${name}`, `crates/${name}`, name].some(there => existsSync(root(there)))).map(name => `${name} in ${path}`);
  });
  assert.deepEqual(gone, []);
});
