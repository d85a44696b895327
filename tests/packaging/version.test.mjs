// Which Stagedoor is this? The command, the log and the metrics say it; the build finds it out, or goes without.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { appConfig } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { Run, binary, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';

const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const ofCargo = /^version = "(.+)"$/m.exec(readFileSync(root('Cargo.toml'), 'utf8'))[1];
const say = (...args) => execFileSync(binary(), args, { encoding: 'utf8' }).trim();

test('-V is short; --version names the commit and its day where they are known', () => {
  assert.equal(say('-V'), `stagedoor ${ofCargo}`);
  assert.match(say('--version'), /^stagedoor \d+\.\d+\.\d+( \([0-9a-f]{7,}(-dirty)?( \d{4}-\d\d-\d\d)?\))?$/);
  assert.ok(say('--version').startsWith(`stagedoor ${ofCargo}`));
});

test('the log and the metrics say the same', async t => {
  const [port, metrics] = [await freePort(), await freePort()];
  const config = appConfig({ port, stagedoor: { metrics: { listen: `127.0.0.1:${metrics}` } } });
  const run = new Run(['serve', '--config', writeConfig(temporaryDirectory(), config), '--log-format', 'json'], { env: { STAGEDOOR_LOG: 'info' } });
  t.after(() => run.stop());
  await run.until(() => /"message":"listening"/.test(run.stderr), 'the server to listen');
  const listening = run.stderr.trim().split('\n').map(line => JSON.parse(line)).find(({ message }) => message === 'listening');
  assert.equal(`stagedoor ${listening.version}`, say('--version'));
  const { text } = await send('GET', `http://127.0.0.1:${metrics}/metrics`);
  const [, version, commit] = /^stagedoor_build_info\{version="(.*)",commit="(.*)"\} 1$/m.exec(text) ?? assert.fail(text);
  assert.equal(version, ofCargo);
  assert.equal(/\((\S+)/.exec(listening.version)?.[1].replace(')', '') ?? '', commit);
});

describe('the build', () => {
  const place = temporaryDirectory();
  const script = join(place, 'build-script');
  const git = (folder, ...args) => execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { encoding: 'utf8' }).trim();
  /** What the build script tells Cargo of sources in `folder`. */
  const told = (folder, env = {}) => {
    const crate = join(folder, 'crates/stagedoor');
    mkdirSync(crate, { recursive: true });
    const lines = execFileSync(script, { cwd: crate, encoding: 'utf8', env: { PATH: process.env.PATH, CARGO_MANIFEST_DIR: crate, PROFILE: 'release', ...env } }).trim().split('\n');
    const value = name => lines.find(line => line.startsWith(`cargo::rustc-env=${name}=`)).split('=').at(-1);
    return { commit: value('STAGEDOOR_COMMIT'), described: value('STAGEDOOR_DESCRIBED'), watched: lines.filter(line => line.startsWith('cargo::rerun-if-changed=')).map(line => line.split('=').at(-1)) };
  };
  const repository = join(place, 'repository');
  before(() => {
    execFileSync('rustc', ['--edition=2024', '-o', script, root('crates/stagedoor/build.rs')], { env: { ...process.env, CARGO_PKG_VERSION: '1.2.3' } });
    mkdirSync(repository);
    git(repository, 'init', '--quiet');
    git(repository, 'commit', '--quiet', '--allow-empty', '--message=one');
  });

  test('finds the commit, and is told when there is another', () => {
    const { commit, described, watched } = told(repository);
    assert.equal(described, git(repository, 'show', '--no-patch', '--format=1.2.3 (%h %cs)'));
    assert.ok(described.includes(commit));
    const log = watched.find(path => path.endsWith('logs/HEAD'));
    const before = readFileSync(log, 'utf8');
    git(repository, 'commit', '--quiet', '--allow-empty', '--message=two');
    assert.notEqual(readFileSync(log, 'utf8'), before);
    assert.notEqual(told(repository).commit, commit);
  });

  test('goes without in a folder of sources, also within somebody else’s repository', () => {
    for (const folder of [join(place, 'sources'), join(repository, 'vendor/stagedoor')]) {
      const { commit, described } = told(folder);
      assert.deepEqual([commit, described], ['', '1.2.3']);
    }
  });

  test('is not made anew by every commit while somebody works on it', () => {
    const { commit, watched } = told(repository, { PROFILE: 'debug' });
    assert.deepEqual([commit, watched], ['', ['build.rs']]);
  });

  test('believes what it is told', () => {
    const { commit, described } = told(repository, { STAGEDOOR_COMMIT: 'abcdef0', STAGEDOOR_COMMIT_DATE: '2026-01-01' });
    assert.deepEqual([commit, described], ['abcdef0', '1.2.3 (abcdef0 2026-01-01)']);
    assert.equal(told(repository, { STAGEDOOR_COMMIT: 'abcdef0' }).described, '1.2.3 (abcdef0)');
  });
});
