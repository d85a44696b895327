// A real Dex on loopback: a process with a database of its own, gone when the test is.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { send } from '../../support/http.mjs';
import { temporaryDirectory } from '../../support/stagedoor.mjs';
import { until } from '../../support/wait.mjs';

export class Dex {
  log = '';
  #directory = temporaryDirectory();

  /** `config` is the text of its file, `env` what that names. */
  constructor({ program, port, config, env }) {
    this.program = program;
    this.issuer = `http://localhost:${port}/dex`;
    this.env = env;
    this.config = join(this.#directory, 'dex.yaml');
    writeFileSync(this.config, config);
  }

  /** Starts, or starts again with what it knew, and returns when it answers. */
  async up() {
    this.child = spawn(this.program, ['serve', this.config], { cwd: this.#directory, env: { PATH: process.env.PATH, ...this.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let ended;
    for (const stream of [this.child.stdout, this.child.stderr]) stream.setEncoding('utf8').on('data', text => (this.log += text));
    this.ended = new Promise(resolve => this.child.on('close', () => resolve((ended = true))));
    this.forget = onProcessEnd(() => this.child.kill('SIGKILL'));
    const ready = async () => ended || (await send('GET', `${this.issuer}/.well-known/openid-configuration`)).status === 200;
    await until(ready, { what: 'Dex to answer', everyMs: 50 }).catch(error => {
      throw new Error(`${error.message}\n${this.log}`);
    });
    assert.ok(!ended, `Dex ended: ${this.log}`);
    return this;
  }

  /** The power cut; its database stays. */
  async down() {
    this.child?.kill('SIGKILL');
    await this.ended;
    this.forget?.();
  }

  /** What it says of itself. */
  async metadata() {
    return (await send('GET', `${this.issuer}/.well-known/openid-configuration`)).json();
  }

  /** The ids of the keys that it publishes. */
  async kids() {
    const { jwks_uri: url } = await this.metadata();
    return (await send('GET', url)).json().keys.map(({ kid }) => kid);
  }
}
