// The place where a page's walk happens: the files of its blocks, its commands, its hosts and ports as they are here.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NGINX } from '../../config/support/proxies.mjs';
import { binary, temporaryDirectory } from '../../support/stagedoor.mjs';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { until } from '../../support/wait.mjs';

export class Place {
  directory = temporaryDirectory();
  #substitutes;
  #env;

  /** `substitutes` are pairs of what the page says and what it is here; `nginx` what `prepareNginx` made; `path` more programs. */
  constructor({ substitutes = [], env = {}, nginx, path = [] }) {
    this.#substitutes = substitutes;
    const programs = join(this.directory, 'bin');
    mkdirSync(programs);
    symlinkSync(binary(), join(programs, 'stagedoor'));
    const program = (name, script) => {
      writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(programs, name), 0o755);
    };
    program('sudo', 'exec "$@"');
    if (nginx) program('nginx', `exec ${NGINX} ${nginx.arguments.map(word => `'${word}'`).join(' ')} "$@"`);
    this.#env = { PATH: [programs, ...path, process.env.PATH].join(':'), HOME: process.env.HOME, NO_COLOR: '1', LC_ALL: 'C.UTF-8', ...env };
  }

  /** What a text of the page is here. */
  here(text) {
    for (const [there, here] of this.#substitutes) text = text.replaceAll(there, here);
    return text;
  }

  write(name, text) {
    const path = resolve(this.directory, name);
    // Whole at once, for whoever watches it.
    writeFileSync(`${path}.new`, this.here(text));
    renameSync(`${path}.new`, path);
    return path;
  }

  /** Runs the commands of a block, as a shell that stops at the first that fails; `{code, stdout, stderr}`. */
  async run(commands) {
    const running = this.start(commands);
    const code = await running.exit;
    return { code, stdout: running.stdout, stderr: running.stderr };
  }

  /** The same, for commands that must succeed; their output. */
  async succeed(commands) {
    const { code, stdout, stderr } = await this.run(commands);
    assert.equal(code, 0, `${commands}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Runs the commands of a block that is to go on. */
  start(commands) {
    const child = spawn('sh', ['-ec', this.here(commands).replace(/^stagedoor serve/m, 'exec $&')], { cwd: this.directory, env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] });
    const running = { stdout: '', stderr: '', code: undefined };
    const forget = onProcessEnd(() => child.kill('SIGKILL'));
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', text => (running[name] += text));
    running.exit = new Promise(resolve => child.on('close', code => {
      forget();
      resolve((running.code = code));
    }));
    running.close = async () => {
      child.kill('SIGTERM');
      await running.exit;
    };
    running.until = (probe, what) => until(() => {
      if (running.code !== undefined) throw new Error(`${commands} ended: ${running.stderr}`);
      return probe();
    }, { what }).catch(error => {
      throw new Error(`${error.message}\n${running.stderr}`, { cause: error });
    });
    return running;
  }
}
