// A real Backstage backend from the published packages: a process, a port, an app-config.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { send } from '../../support/http.mjs';
import { temporaryDirectory, writeConfig } from '../../support/stagedoor.mjs';
import { until } from '../../support/wait.mjs';

const here = name => fileURLToPath(new URL(name, import.meta.url));

/** What `backend.auth.externalAccess` lets in: the tests themselves, to see whether the catalog has been read. */
const TESTS_TOKEN = 'the-tests-own-token-of-more-than-enough-characters';
export const externalAccess = [{ type: 'static', options: { token: TESTS_TOKEN, subject: 'tests' } }];

const CATALOG = '@backstage/plugin-catalog-backend';
/** A backend with its own auth service. */
export const WITH_AUTH = ['@backstage/plugin-auth-backend', '@backstage/plugin-auth-backend-module-oidc-provider', CATALOG];
/** A backend whose auth service is elsewhere, with two plugins that tell who calls them. */
export const WITH_PROBE = [CATALOG, here('probe-plugins.cjs')];

export class Backend {
  output = '';
  exited = undefined;

  constructor({ config, features = WITH_AUTH, directory = temporaryDirectory(), env = {} }) {
    this.config = config;
    this.features = features;
    this.directory = directory;
    this.env = env;
    this.port = config.backend.listen.port;
    this.baseUrl = config.backend.baseUrl;
    this.auth = `${this.baseUrl}/api/auth`;
  }

  get local() {
    return `http://localhost:${this.port}`;
  }

  /** Starts, and returns when it is ready and its catalog has been read to the end. */
  async open() {
    const path = writeConfig(this.directory, this.config);
    this.exited = undefined;
    this.child = spawn(process.execPath, [here('minimal-backend.cjs'), '--config', path], {
      cwd: here('..'),
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', NODE_ENV: 'production', BACKSTAGE_FEATURES: JSON.stringify(this.features), ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const forget = onProcessEnd(() => this.child.kill('SIGKILL'));
    for (const stream of [this.child.stdout, this.child.stderr]) stream.setEncoding('utf8').on('data', text => (this.output += text));
    this.exit = new Promise(ended => this.child.on('close', (code, signal) => {
      forget();
      ended((this.exited = { code, signal }));
    }));
    try {
      await until(() => this.exited ?? this.#ready(), { what: 'Backstage to be ready', timeoutMs: 60_000, everyMs: 50 });
      if (this.exited) throw new Error(`Backstage ended (code ${this.exited.code})`);
    } catch (error) {
      await this.close();
      throw new Error(`${error.message}\n${this.output.slice(-8_000)}`, { cause: error });
    }
    return this;
  }

  async #ready() {
    if ((await send('GET', `${this.local}/.backstage/health/v1/readiness`)).status !== 200) return false;
    const members = await send('GET', `${this.local}/api/catalog/entities?filter=kind=user,relations.memberOf=group:default/compilers`, {
      headers: { authorization: `Bearer ${TESTS_TOKEN}` },
    });
    return members.status === 200 && members.json().length === 2;
  }

  /** Ends it, by force if it does not end when asked to. */
  async close() {
    if (!this.child || this.exited) return;
    this.child.kill('SIGTERM');
    await until(() => this.exited, { what: 'Backstage to end', timeoutMs: 10_000 }).catch(() => this.child.kill('SIGKILL'));
    await this.exit;
  }
}
