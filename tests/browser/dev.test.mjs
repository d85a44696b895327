// `stagedoor dev` as a process: one command, one line, and it ends when told

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send } from '../support/http.mjs';
import { Run, temporaryDirectory } from '../support/stagedoor.mjs';
import { freePort, isQuick } from '../support/wait.mjs';

test('a page within a second, a clean end, nothing left behind', async () => {
  let run;
  const end = async () => {
    if (run) assert.equal(await run.stop(), 0, run.tail());
    run = undefined;
  };
  try {
    await isQuick(2_000, async () => {
      run = new Run(['dev', '--port', String(await freePort()), '--idp-port', String(await freePort())], { cwd: temporaryDirectory() });
      const link = await run.until(() => /https?:\/\/\S+/.exec(run.stdout)?.[0], 'the link');
      assert.equal((await send('GET', link)).status, 200);
    }, { before: end });
  } finally {
    await end();
  }
});

test('two of them do not collide, or say why', async () => {
  const port = await freePort();
  const idpPort = await freePort();
  const first = new Run(['dev', '--port', String(port), '--idp-port', String(idpPort)], { cwd: temporaryDirectory() });
  await first.until(() => first.stdout.includes('http'), 'the link');
  const second = new Run(['dev', '--port', String(port), '--idp-port', String(idpPort)], { cwd: temporaryDirectory() });
  try {
    const { code } = await second.ended();
    assert.equal(code, 1);
    assert.match(second.stderr, new RegExp(`${port}|${idpPort}`));
    assert.match(second.stderr, /--port|--idp-port|in use/i);
  } finally {
    await first.stop();
    await second.kill();
  }
});
