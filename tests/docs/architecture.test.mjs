// ARCHITECTURE.md: its picture is the imports, its table names what is there, and the domain knows no HTTP, no SQL, no CLI

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

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
  const manifest = readFileSync(root(`crates/${crate}/Cargo.toml`), 'utf8');
  const section = /^\[dependencies\]\n([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(manifest)?.[1] ?? '';
  const names = [...section.matchAll(/^([\w-]+)[.\s=]/gm)].map(([, name]) => name);
  return { names, rooms: names.filter(name => name.startsWith('stagedoor-')).map(name => name.slice('stagedoor-'.length)) };
}

const crates = readdirSync(root('crates')).filter(crate => existsSync(root(`crates/${crate}/Cargo.toml`)));

test('every crate is a room of the picture, but for the load program, which knows none of them', () => {
  assert.deepEqual(crates.filter(crate => crate !== 'load').sort(), [...rooms.values()].sort());
  assert.deepEqual(dependencies('load').rooms, []);
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

test('the domain knows no HTTP server, no SQL and no command line', () => {
  const foreign = ['axum', 'hyper', 'hyper-util', 'tower-http', 'sqlx', 'clap'];
  for (const crate of ['ambient', 'claims', 'identity', 'oidc', 'signin', 'catalog', 'config']) {
    assert.deepEqual(dependencies(crate).names.filter(name => foreign.includes(name)), [], crate);
  }
});

test('the table of places names files and folders that are there', () => {
  const table = /## Where things happen\n([\s\S]*?)\n## /.exec(page)[1];
  const named = [...table.matchAll(/`((?:[\w-]+\/)+(?:[\w-]+\.\w+)?)`/g)].map(([, path]) => path);
  assert.ok(named.length > 20, `${named.length} were found`);
  const at = path => [root(`crates/${path}`), root(path), root(`crates/${path}`.replace(/\/src\//, '/'))].some(existsSync);
  const relative = path => crates.some(crate => existsSync(root(`crates/${crate}/src/${path}`)));
  assert.deepEqual(named.filter(path => !at(path) && !relative(path)), []);
});
