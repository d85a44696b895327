// packaging/Containerfile: nothing but the program, run by nobody in particular, and commands that there are.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binary } from '../support/stagedoor.mjs';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const file = readFileSync(root('packaging/Containerfile'), 'utf8');
const build = readFileSync(root('packaging/build'), 'utf8');
const instructions = file.replaceAll(/\\\n\s*/g, '').split('\n').filter(line => line && !line.startsWith('#')).map(line => /^(\S+)\s+(.*)$/.exec(line).slice(1));
const all = name => instructions.filter(([it]) => it === name).map(([, rest]) => rest);
const only = name => (assert.equal(all(name).length, 1, name), all(name)[0]);
const list = text => JSON.parse(/\[.*\]$/.exec(text)[0]);

test('it begins with nothing, runs nothing, fetches nothing and holds no secret', () => {
  assert.equal(only('FROM'), 'scratch');
  for (const name of ['RUN', 'ADD', 'ENV', 'SHELL']) assert.deepEqual(all(name), [], name);
  assert.deepEqual(all('ARG'), ['TARGETARCH', 'VERSION=', 'COMMIT=']);
});

test('it runs as a user without rights, told by number, whom the files know', () => {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(only('USER'));
  assert.ok(Number(uid) > 0 && Number(gid) > 0);
  assert.ok(build.includes(`stagedoor:x:${uid}:${gid}:`));
  assert.ok(all('COPY').some(rest => rest.startsWith(`--chown=${uid}:${gid} `) && rest.endsWith(` ${list(only('VOLUME'))[0]}/`)));
});

test('what is written is a volume, and where the program works', () => {
  assert.deepEqual(list(only('VOLUME')), [only('WORKDIR')]);
});

test('its commands are commands of the program, of one configuration', () => {
  const [program] = list(only('ENTRYPOINT'));
  const [asked, ...health] = list(only('HEALTHCHECK'));
  const serve = list(only('CMD'));
  assert.equal(asked, program);
  const config = args => args[args.indexOf('--config') + 1];
  assert.equal(config(health), config(serve));
  for (const args of [health, serve]) {
    const { status, stderr } = spawnSync(binary(), args.map(it => (it === config(args) ? '/nowhere.yaml' : it)), { encoding: 'utf8' });
    assert.deepEqual([status, /nowhere\.yaml/.test(stderr), /Usage/.test(stderr)], [2, true, false], stderr);
  }
});

test('what is copied is what the build puts together', () => {
  for (const path of ['$folder/stagedoor"', 'ca-certificates.crt', 'THIRD_PARTY_LICENSES.txt', 'stagedoor.cdx.json', 'container/state']) assert.ok(build.includes(path), path);
});
