// No key without a test: keys.mjs is held against what the code reads, and against the tests it names

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { KEYS, OF_BACKSTAGE, RESOLVERS } from './keys.mjs';

const SETTINGS = fileURLToPath(new URL('../../crates/config/src/settings/', import.meta.url));
const TESTS = fileURLToPath(new URL('../', import.meta.url));

const PROVIDER = 'auth.providers.<id>.<env>';
const RESOLVER = `${PROVIDER}.signIn.resolvers[]`;

/** For each file of settings: what its lists of keys are the keys of, in their order. */
const LISTS = {
  'app.rs': ['app'],
  'auth.rs': ['auth'],
  'backend.rs': ['backend'],
  'backend_auth.rs': ['backend.auth'],
  'client_credentials.rs': [`${PROVIDER}.clientAssertion`, `${PROVIDER}.clientCertificate`],
  'cors.rs': ['backend.cors'],
  'database.rs': ['backend.database', 'backend.database.connection'],
  'discovery.rs': ['discovery.endpoints[].target'],
  'display.rs': [`${PROVIDER}.display`],
  'group_claim.rs': [`${PROVIDER}.signIn.groupClaims[]`],
  'https.rs': ['backend.https'],
  'key_store.rs': ['auth.keyStore', 'auth.keyStore.static.keys[]'],
  'limits.rs': ['stagedoor.rateLimit', 'stagedoor.rateLimit.start', 'stagedoor.limits'],
  'listen.rs': ['backend.listen'],
  'logout.rs': [`${PROVIDER}.logout`],
  'mod.rs': [''],
  'native_clients.rs': ['stagedoor.nativeClients.<id>'],
  'postgres.rs': ['backend.database.connection'],
  'profile.rs': [`${PROVIDER}.profile`],
  'provider_environment.rs': [PROVIDER],
  'requirement.rs': [`${PROVIDER}.signIn.requireClaims[]`],
  'resolver.rs': [RESOLVER, RESOLVER, RESOLVER, RESOLVER],
  'session.rs': ['auth.session'],
  'sign_in.rs': [`${PROVIDER}.signIn`],
  'sign_in_page.rs': ['stagedoor.signInPage'],
  'stagedoor.rs': ['stagedoor', 'stagedoor.catalog', 'stagedoor.metrics'],
  'traces.rs': ['stagedoor.traces'],
};

const sources = readdirSync(SETTINGS, { recursive: true })
  .filter(name => name.endsWith('.rs') && !name.endsWith('tests.rs'))
  .map(name => [name, readFileSync(`${SETTINGS}${name}`, 'utf8').replace(/#\[cfg\(test\)\]\s*mod tests \{[\s\S]*$/, '').replace(/^\s*\/\/.*$/gm, '')]);

/** The lists of keys in a file, constants in them resolved: `const KEYS`, and what is given to `warn_of_typos`. */
function keyLists(source) {
  const constants = Object.fromEntries([...source.matchAll(/const (\w+): &str = "([^"]*)"/g)].map(([, name, value]) => [name, value]));
  return [...source.matchAll(/const KEYS: [^=]*= &?\[([^\]]*)\]|warn_of_typos\(\s*&\[([^\]]*)\]/g)].map(([, all, given]) =>
    (all ?? given).split(',').map(item => item.trim()).filter(Boolean).map(item => /^"(.*)"$/.exec(item)?.[1] ?? constants[item]).filter(Boolean),
  );
}

const known = key => key in KEYS || key in OF_BACKSTAGE || Object.keys(KEYS).some(other => other.startsWith(`${key}.`) || other.startsWith(`${key}[`));

for (const [file, source] of sources) {
  test(`every key of ${file} has a test`, () => {
    const lists = keyLists(source);
    const parents = LISTS[file] ?? [];
    assert.equal(lists.length, parents.length, `${file} has ${lists.length} lists of keys: say in LISTS of this test what they are the keys of`);
    const missing = lists.flatMap((keys, index) => keys.map(key => (parents[index] ? `${parents[index]}.${key}` : key))).filter(key => !known(key));
    assert.deepEqual(missing, [], 'write a test for it, and name both in keys.mjs');
  });

  test(`every name that ${file} asks for is in a key`, () => {
    const names = [...source.matchAll(/\.(?:get|required|section|optional_section)\(\s*"(\w+)"/g)].map(([, name]) => name);
    const segments = new Set(Object.keys(KEYS).flatMap(key => key.split(/\.|\[\]/)));
    assert.deepEqual(names.filter(name => !segments.has(name)), []);
  });
}

test('every resolver has its decisions', () => {
  const [, source] = sources.find(([file]) => file === 'resolver.rs');
  const names = [.../const NAMES: [^=]*= \[([^\]]*)\]/.exec(source)[1].matchAll(/"(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual(names.toSorted(), RESOLVERS.toSorted());
  const tests = readFileSync(`${TESTS}config/resolvers.test.mjs`, 'utf8');
  for (const name of names) assert.match(tests, new RegExp(`^  ${name}: \\[`, 'm'), name);
});

test('every test that is named is there', () => {
  for (const [key, covered] of Object.entries(KEYS)) {
    const [, file, name] = /^(\S+\.mjs): (.*)$/.exec(covered);
    assert.ok(readFileSync(`${TESTS}${file}`, 'utf8').includes(name), `${key}: ${file} has no “${name}”`);
  }
});
