// packaging/stagedoor.service: systemd understands every line, and finds little that the service could do beyond its work.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binary, temporaryDirectory } from '../support/stagedoor.mjs';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const unit = readFileSync(root('packaging/stagedoor.service'), 'utf8');
const has = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!has && process.env.CI === 'true') throw new Error('systemd-analyze is missing');
const skip = !has && 'systemd-analyze is missing';
/** Of 100, where 0 is the best. */
const MOST = 15;

function analyze(...args) {
  const path = join(temporaryDirectory(), 'stagedoor.service');
  writeFileSync(path, unit.replace('/usr/local/bin/stagedoor', binary()));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['--no-pager', ...args, path], { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

test('systemd has nothing to say about it', { skip }, () => {
  const { status, said } = analyze('verify', '--man=no', '--recursive-errors=no');
  assert.deepEqual([status, said.split('\n').filter(line => line.includes('stagedoor'))], [0, []]);
});

test('it is exposed to little', { skip }, () => {
  const { status, said } = analyze('security', '--offline=true', `--threshold=${MOST}`);
  assert.equal(status, 0, said);
  assert.ok(readFileSync(root('docs/install.md'), 'utf8').includes(`\nrates it ${/level for stagedoor\.service: (\S+)/.exec(said)[1]} of 10`), said);
});

test('it does not start a wrong configuration again and again', () => {
  const mistake = spawnSync(binary(), ['serve', '--config', '/nowhere.yaml']);
  assert.match(unit, new RegExp(`^RestartPreventExitStatus=${mistake.status}$`, 'm'));
  assert.match(unit, /^Restart=on-failure$/m);
});
