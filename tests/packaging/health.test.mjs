// `stagedoor health`: what a container asks itself.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { appConfig } from '../support/house.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { freePort } from '../support/wait.mjs';

async function asked(path, ...args) {
  // As a container has it; the suite's own level would say how it connects.
  const run = new Run(['health', '--config', path, ...args], { env: { STAGEDOOR_LOG: 'warn' } });
  return { code: (await run.exit).code, stdout: run.stdout, stderr: run.stderr };
}

for (const [name, backend] of Object.entries({
  'over http': { listen: port => `127.0.0.1:${port}` },
  'on all addresses': { listen: port => `:${port}` },
  'over https, with a certificate that nobody knows': { listen: port => `127.0.0.1:${port}`, https: true },
})) {
  test(`${name}: a server that serves is ready and alive, one that is gone is neither`, async t => {
    const port = await freePort();
    const path = writeConfig(temporaryDirectory(), appConfig({ port, backend: { ...backend, listen: backend.listen(port) } }));
    const run = new Run(['serve', '--config', path], { env: { STAGEDOOR_LOG: 'info' } });
    t.after(() => run.stop());
    await run.until(() => /listening/.test(run.stderr), 'the server to listen');
    for (const args of [[], ['--live']]) assert.deepEqual(await asked(path, ...args), { code: 0, stdout: '', stderr: '' });
    await run.stop();
    for (const args of [[], ['--live']]) {
      const { code, stderr } = await asked(path, ...args);
      assert.deepEqual([code, /^stagedoor: https?:\S+\/\.backstage\/health\/v1\/\w+ does not answer/.test(stderr)], [1, true], stderr);
    }
  });
}

test('a mistake in the configuration is told as such', async () => {
  const { code, stderr } = await asked(join(temporaryDirectory(), 'nowhere.yaml'));
  assert.equal(code, 2);
  assert.match(stderr, /nowhere\.yaml/);
});
