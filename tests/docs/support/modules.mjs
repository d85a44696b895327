// Which module of a crate imports which, read from its source; and where they go in circles
//
// Code under `#[cfg(test)]` does not count. Every path counts whose first name leads to a module of the crate: in a
// `use`, in an expression, in a serde attribute. A name that a module takes over by `use` leads on to where it is defined.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|b?r(#*)"[\s\S]*?"\1|[bc]?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\(?:u\{\w+\}|x\w\w|.)|[^'\\])'|'\w+|\$?(?:r#)?[A-Za-z_]\w*|::|[^\s\w]|\d[\w.]*/g;
const NAME = /^[A-Za-z_]\w*$/;
const ITEM = new Set(['fn', 'struct', 'enum', 'trait', 'type', 'const', 'static', 'union']);
const HEAD = new Set(['crate', 'super', 'self']);

function tokens(source) {
  return [...source.matchAll(TOKEN)].flatMap(([token]) => {
    if (token.startsWith('//') || token.startsWith('/*')) return [];
    // serde names its functions in strings
    if (/^"(crate|super|self)(::\w+)+"$/.test(token)) return token.slice(1, -1).split(/(::)/);
    return [token.replace(/^(\$|r#)/, '')];
  });
}

/** Where the bracket that opens at `at` is closed. */
function closing(list, at) {
  for (let depth = 0, i = at; i < list.length; i++) {
    if ('{[('.includes(list[i])) depth++;
    else if ('}])'.includes(list[i]) && --depth === 0) return i;
  }
  return list.length;
}

/** Where the item or statement that begins at `at` ends. */
function ending(list, at) {
  for (let i = at; i < list.length; i++) {
    if (list[i] === ';' || list[i] === ',') return i;
    if (list[i] === '}') return i - 1;
    if (list[i] === '{') return closing(list, i);
    if ('[('.includes(list[i])) i = closing(list, i);
  }
  return list.length;
}

function withoutTests(list) {
  const kept = [];
  for (let i = 0; i < list.length; i++) {
    const attribute = list.slice(i, i + 7).join('');
    if (/^#\[cfg\((test|doctest)\)\]$/.test(attribute)) i = ending(list, i + 7);
    else kept.push(list[i]);
  }
  return kept;
}

class Module {
  children = new Map();
  items = new Set();
  uses = new Map();
  globs = [];
  paths = [];

  constructor(name, parent, file) {
    Object.assign(this, { name, parent, file });
  }

  get path() {
    return this.parent ? `${this.parent.path}::${this.name}` : 'crate';
  }

  get root() {
    return this.parent?.root ?? this;
  }
}

/** Reads a tree of `use`, from `at` to its end: the names it gives and the paths they stand for. */
function readUse(module, list, at, before = []) {
  const path = [...before];
  for (let i = at; i < list.length; i++) {
    if (list[i] === '::') continue;
    if (list[i] === '{') {
      const end = closing(list, i);
      for (let start = i + 1; start < end; start++) start = readUse(module, list, start, path);
      return end + 1;
    }
    if (list[i] === '*') module.globs.push(path);
    else if (list[i] === 'as') module.uses.set(list[++i], path);
    else if (NAME.test(list[i])) {
      path.push(list[i]);
      if (list[i + 1] !== '::' && list[i + 1] !== 'as') {
        if (list[i] === 'self' && path.length > 1) path.pop();
        module.uses.set(path.at(-1), path);
      }
    } else return i;
  }
  return list.length;
}

/** Reads what stands in a module: its children, its items, what it takes over, and every path. */
function readModule(module, list, folder) {
  for (let i = 0; i < list.length; i++) {
    const next = list[i + 1];
    if (list[i] === 'use') {
      const found = { uses: new Map(), globs: [] };
      i = readUse(found, list, i + 1);
      for (const [name, path] of found.uses) module.uses.set(name, path);
      module.globs.push(...found.globs);
      module.paths.push(...found.uses.values(), ...found.globs);
    } else if (list[i] === 'mod' && NAME.test(next)) {
      const child = new Module(next, module);
      module.children.set(next, child);
      if (list[i + 2] === '{') {
        const end = closing(list, i + 2);
        readModule(child, list.slice(i + 3, end), join(folder, next));
        i = end;
      } else readFile(child, folder);
    } else if (ITEM.has(list[i]) && NAME.test(next)) module.items.add(next);
    else if (list[i] === 'macro_rules') module.items.add(list[i + 2]);
    else if (NAME.test(list[i]) && next === '::' && list[i - 1] !== '::') {
      const path = [list[i]];
      while (list[i + 1] === '::' && NAME.test(list[i + 2])) path.push(list[(i += 2)]);
      module.paths.push(path);
    }
  }
}

function readFile(module, folder) {
  const file = [join(folder, `${module.name}.rs`), join(folder, module.name, 'mod.rs')].find(existsSync);
  module.file = file;
  readModule(module, withoutTests(tokens(readFileSync(file, 'utf8'))), join(folder, module.name));
}

/** The modules that a path leads through to what it names, seen from `module`; none when it leads out of the crate. */
function resolve(module, path, seen = new Set()) {
  const key = `${module.path} ${path.join('::')}`;
  if (seen.has(key)) return [];
  seen.add(key);
  let [head, ...rest] = path;
  let way = [module];
  if (head === 'crate') way = [module.root];
  else if (!HEAD.has(head)) way = look(module, head, seen);
  else if (head === 'super') way = [module.parent];
  for (; way.length && rest.length; rest = rest.slice(1)) {
    const here = way.at(-1);
    const on = rest[0] === 'super' ? [here.parent] : look(here, rest[0], seen);
    if (!on.length || on.at(-1) === here) break;
    way = [...way, ...on];
  }
  return way;
}

/** Where `name` is defined that is used as one of `module`. */
function look(module, name, seen) {
  if (module.children.has(name)) return [module.children.get(name)];
  if (module.items.has(name)) return [module];
  if (module.uses.has(name)) return resolve(module, module.uses.get(name), seen);
  for (const glob of module.globs) {
    const way = resolve(module, glob, seen);
    const found = way.length && way.at(-1) !== module ? look(way.at(-1), name, seen) : [];
    if (found.length) return [...way, ...found];
  }
  return [];
}

/** The modules from the root's child down to `module`. */
const lineage = module => (module.parent ? [...lineage(module.parent), module] : []);

/** The two siblings by which `from` and `to` are apart; none where one is within the other. */
function apart(from, to) {
  const [left, right] = [lineage(from), lineage(to)];
  const at = left.findIndex((module, i) => module !== right[i]);
  return at < 0 || !right[at] ? undefined : [left[at], right[at]];
}

export function readCrate(folder) {
  const file = ['lib.rs', 'main.rs'].map(name => join(folder, name)).find(existsSync);
  const root = new Module('crate', undefined, file);
  readModule(root, withoutTests(tokens(readFileSync(file, 'utf8'))), dirname(file));
  return root;
}

export const everyModule = module => [module, ...[...module.children.values()].flatMap(everyModule)];

/** For each module what its siblings are that it imports, or that are imported within it: and by which modules. */
export function imports(root) {
  const graph = new Map();
  for (const module of everyModule(root)) {
    for (const target of module.paths.flatMap(path => resolve(module, path))) {
      const [from, to] = apart(module, target) ?? [];
      if (!from) continue;
      const arrows = graph.get(from) ?? graph.set(from, new Map()).get(from);
      arrows.set(to, (arrows.get(to) ?? new Set()).add(`${module.path} → ${target.path}`));
    }
  }
  return graph;
}

/** What can be reached from `module`. */
function reach(graph, module, seen = new Set()) {
  for (const next of graph.get(module)?.keys() ?? []) if (!seen.has(next)) reach(graph, next, seen.add(next));
  return seen;
}

/** The circles among siblings, each with the imports that make it. */
export function circles(graph) {
  const reached = new Map([...graph.keys()].map(module => [module, reach(graph, module)]));
  const found = new Map();
  for (const [module, seen] of reached) {
    if (!seen.has(module)) continue;
    const members = [...seen].filter(other => reached.get(other)?.has(module)).sort((a, b) => (a.path < b.path ? -1 : 1));
    const within = members.flatMap(from => [...(graph.get(from) ?? [])].filter(([to]) => members.includes(to)).flatMap(([, why]) => [...why]));
    found.set(members.map(({ path }) => path).join(' ↔ '), within);
  }
  return found;
}
