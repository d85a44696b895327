// docs/troubleshooting.md has every code that can be answered or logged, and no other, under messages that are said.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { startIdp } from '../support/provider.mjs';
import { appConfig, providerBlock } from '../support/house.mjs';
import { freePort } from '../support/wait.mjs';
import { page } from './support/page.mjs';
import { Place } from './support/place.mjs';

const block = page('troubleshooting.md');
const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const source = path => readFileSync(root(path), 'utf8').split('#[cfg(test)]')[0];
const sources = folder =>
  readdirSync(root(folder), { recursive: true })
    .filter(name => name.endsWith('.rs') && !name.includes('tests'))
    .map(name => ({ name, text: source(`${folder}/${name}`) }));

/** Where codes are made, each in functions that return nothing else. */
const MAKERS = [
  ['crates/signin/src/error.rs', 'fn code('],
  ['crates/signin/src/admission.rs', 'fn code('],
  ['crates/signin/src/resolver/error.rs', 'fn code('],
  ['crates/signin/src/native/oauth_error.rs', 'fn as_str('],
  ['crates/oidc/src/error.rs', 'fn code('],
  ['crates/oidc/src/violation/code.rs', 'fn code('],
  ['crates/server/src/error.rs', 'fn code('],
  ['crates/server/src/error.rs', 'fn plain('],
];

/** The body of a function. */
function body(path, head) {
  const text = source(path);
  const from = text.indexOf(head);
  assert.ok(from >= 0, `${path} has ${head}`);
  const ends = /\n( {4})?\}\n/g;
  ends.lastIndex = from;
  return text.slice(from, ends.exec(text).index);
}

/** The codes that are written out. */
const plain = MAKERS.flatMap(([path, head]) => [...body(path, head).replaceAll(/at!\([^)]*\)/g, '').matchAll(/"([a-z]+(?:_[a-z]+)*)"/g)].map(([, code]) => code));

/** The codes of rules that several tokens and answers can break: `place_rule`, for every place where the code looks. */
function placed() {
  const violation = source('crates/oidc/src/violation/code.rs');
  const prefixes = Object.fromEntries([...violation.matchAll(/Place::(\w+) => concat!\("(\w+_)", \$rule\)/g)].map(([, place, prefix]) => [place, prefix]));
  const rules = Object.fromEntries([...violation.matchAll(/Self::(\w+) \{ at[^}]*\} => (?:at!\(at, "(\w+)"\)|match at \{)/g)].map(([, variant, rule]) => [variant, rule ?? 'too_long']));
  assert.ok(Object.keys(prefixes).length === 8 && Object.keys(rules).length > 15);
  /** Whatever is a JWT is read by the same functions. */
  const TOKENS = ['IdToken', 'LogoutToken', 'Userinfo'];
  const found = sources('crates/oidc/src').filter(({ name }) => !name.startsWith('violation')).flatMap(({ name, text }) => {
    const [, own] = /const AT: Place = Place::(\w+)/.exec(text) ?? [];
    return [...text.matchAll(/Violation::(\w+)\s*\{([^}]*)\}?/g)].filter(([, variant]) => variant in rules).flatMap(([, variant, fields]) => {
      const [, said] = /\bat(?:: ([\w:.()]+))?/.exec(fields) ?? [];
      if (fields.trim() === '..') return [];
      const [, place] = /Place::(\w+)/.exec(said ?? '') ?? [];
      // `issuer.rs` compares names, also that of the callback, which has a row by itself.
      const places = place ? [place] : said === 'AT' ? [own] : TOKENS;
      assert.ok(places.every(each => each in prefixes), `${name}: ${variant} at ${said}`);
      return places.map(each => `${prefixes[each]}${rules[variant]}`);
    });
  });
  // That one has a name of its own.
  return found.map(code => (code === 'token_response_too_long' ? 'answer_too_long' : code));
}

const rows = [...block.markdown.matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|(.*)\|$/gm)].map(([, codes, rest]) => ({
  codes: [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => code),
  cells: rest.split(' | '),
}));

test('every code has a row, one only, and no row is of a code that does not exist', () => {
  const there = rows.flatMap(({ codes }) => codes);
  assert.deepEqual(there.filter((code, at) => there.indexOf(code) !== at), [], 'there twice');
  const exist = new Set([...plain, ...placed()]);
  assert.ok(exist.size > 120, `${exist.size} were found`);
  assert.deepEqual([...exist].filter(code => !there.includes(code)).sort(), [], 'are missing');
  assert.deepEqual(there.filter(code => !exist.has(code)).sort(), [], 'do not exist');
});

test('the sign-in page knows the same codes', () => {
  const [, list] = /const CODES: &\[&str\] = &\[([^\]]*)\]/.exec(source('crates/server/src/pages/codes.rs'));
  assert.deepEqual([...list.matchAll(/"(\w+)"/g)].map(([, code]) => code), rows.flatMap(({ codes }) => codes).sort());
});

test('every message of a row is said in those words', () => {
  const said = ['crates/signin/src', 'crates/oidc/src', 'crates/server/src', 'crates/stagedoor/src', 'crates/storage/src'].flatMap(sources).map(({ text }) => text).concat(readFileSync(root('web/popup.js'), 'utf8')).join('\n');
  const tables = block.markdown.split('\n').filter(line => line.startsWith('| '));
  let looked = 0;
  for (const line of tables) {
    const cells = line.slice(2).split(' | ');
    const message = /^`([^`]+)`$/.exec(/^`[a-z_]+`/.test(cells[0]) ? cells[1] : cells[0])?.[1];
    if (!message || message === 'Failed to fetch') continue;
    for (const part of message.split(/…|, |: /).map(part => part.trim()).filter(Boolean)) {
      looked += 1;
      assert.ok(said.includes(part), `“${part}” of “${message}” is said nowhere`);
    }
  }
  assert.ok(looked > 40, `${looked} messages`);
});

test('check --as of the page', async t => {
  const idp = await startIdp();
  t.after(() => idp.down());
  const port = await freePort();
  idp.client('backstage', `http://localhost:${port}/api/auth/oidc/handler/frame`);
  const place = new Place({});
  place.write('app-config.yaml', JSON.stringify(appConfig({ port, providers: { oidc: { development: providerBlock(idp) } } })));
  place.write('claims.json', JSON.stringify({ sub: 'ada', email: 'ada@example.com', email_verified: true }));
  assert.match(await place.succeed(block('run', 'as')), /emailMatchingUserEntityProfileEmail +user:default\/ada/);
});
