// The search for secrets in what processes write finds them (support/leaks.mjs)

import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { forms, leaks } from '../support/leaks.mjs';
import { temporaryDirectory } from '../support/stagedoor.mjs';

const SECRET = 'planted: a secret/with "signs" & spaces?';

function recorded(text) {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, '1.secrets'), ['another secret of the test', SECRET].map(value => `${JSON.stringify({ what: 'planted', value, test: 'here' })}\n`).join(''));
  writeFileSync(join(directory, '1-1-serve.log'), 'a line\n');
  appendFileSync(join(directory, '1-2-serve.log'), `before\n\u0000 INFO ${text} and on\n`);
  return leaks(directory).found;
}

for (const [how, written] of Object.entries({
  'as it is': SECRET,
  percent: `?code=${encodeURIComponent(SECRET)}`,
  JSON: JSON.stringify({ secret: SECRET }),
  base64: Buffer.from(SECRET).toString('base64'),
  'credentials in base64': Buffer.from(`client:${SECRET}`).toString('base64'),
  'amid others in base64url': Buffer.from(`12${SECRET}34`).toString('base64url'),
})) {
  test(`a planted secret is found: ${how}`, () => {
    const found = recorded(written);
    assert.equal(found.length, 1, written);
    assert.deepEqual({ what: found[0].what, line: found[0].line }, { what: 'planted', line: 2 });
  });
}

test('what is no secret is not found', () => {
  assert.deepEqual(recorded('sd1. planted: another secret'), []);
  assert.ok(forms('123456789012').every(form => form.length >= 12));
});

test('the suite fails for a planted secret, and for nothing recorded, and passes otherwise', () => {
  const record = fileURLToPath(new URL('../support/record.mjs', import.meta.url));
  const run = program => spawnSync(process.execPath, [fileURLToPath(new URL('../support/leaks.mjs', import.meta.url)), process.execPath, '--input-type=module', '-e', `import { isSecret, outputOf } from ${JSON.stringify(record)}; ${program}`], { encoding: 'utf8', env: { ...process.env, STAGEDOOR_TEST_RECORD: undefined } });
  const planted = run(`isSecret('planted', 'a planted secret'); outputOf('serve')('the log: a planted secret\\n');`);
  assert.equal(planted.status, 1);
  assert.match(planted.stderr, /A secret was written: planted/);
  assert.ok(!planted.stderr.includes('a planted secret'));
  const clean = run(`isSecret('planted', 'a planted secret'); outputOf('serve')('the log\\n');`);
  assert.equal(clean.status, 0, clean.stderr);
  assert.match(clean.stdout, /1 secrets looked for/);
  assert.equal(run('').status, 1);
  assert.equal(run(`isSecret('planted', 'a planted secret'); outputOf('serve')('the log\\n'); process.exit(3);`).status, 3);
});
