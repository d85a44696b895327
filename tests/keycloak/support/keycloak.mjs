// A real Keycloak on loopback: a process with a database of its own, gone when the test is.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { send } from '../../support/http.mjs';
import { until } from '../../support/wait.mjs';

const ADMIN = { username: 'admin', password: 'of-the-tests' };
const JSON_BODY = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A start in a short life: a small heap, and no time spent on code that is fast later. */
const JAVA = { JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m', JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1' };

export class Keycloak {
  output = '';

  constructor({ home, port, realm }) {
    this.home = home;
    this.port = port;
    this.realm = realm.realm;
    // Not an address: frontends follow a logoutUrl over plain HTTP to localhost alone.
    this.url = `http://localhost:${port}`;
    this.issuer = `${this.url}/realms/${this.realm}`;
    mkdirSync(join(home, 'data/import'), { recursive: true });
    writeFileSync(join(home, 'data/import/realm.json'), JSON.stringify(realm));
  }

  /** Starts, or starts again with what it knew, and returns when it answers. */
  async up() {
    const args = ['start-dev', '--http-host=127.0.0.1', `--http-port=${this.port}`, '--hostname-strict=false', '--import-realm'];
    this.child = spawn(join(this.home, 'bin/kc.sh'), args, {
      env: { ...process.env, ...JAVA, KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.username, KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // A process group, for the script starts others.
    });
    let ended;
    for (const stream of [this.child.stdout, this.child.stderr]) stream.setEncoding('utf8').on('data', text => (this.output = (this.output + text).slice(-8_000)));
    this.ended = new Promise(resolve => this.child.on('close', () => resolve((ended = true))));
    this.forget = onProcessEnd(() => process.kill(-this.child.pid, 'SIGKILL'));
    const ready = async () => ended || (await send('GET', `${this.issuer}/.well-known/openid-configuration`)).status === 200;
    await until(ready, { what: 'Keycloak to answer', timeoutMs: 240_000, everyMs: 250 }).catch(error => {
      throw new Error(`${error.message}\n${this.output}`);
    });
    assert.ok(!ended, `Keycloak ended: ${this.output}`);
    return this;
  }

  /** Stops it; its database stays. */
  async down() {
    process.kill(-this.child.pid, 'SIGTERM');
    await this.ended;
    this.forget();
  }

  /** A call of the admin REST API, below the realm. */
  async admin(method, path, body) {
    const login = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...ADMIN }).toString();
    const token = await send('POST', `${this.url}/realms/master/protocol/openid-connect/token`, { headers: FORM, body: login });
    assert.equal(token.status, 200, token.text);
    const headers = { authorization: `Bearer ${token.json().access_token}`, ...(body && JSON_BODY) };
    const response = await send(method, `${this.url}/admin/realms/${this.realm}${path}`, { headers, body: body && JSON.stringify(body) });
    assert.ok(response.status < 300, `${method} ${path}: ${response.status} ${response.text}`);
    return response.text ? response.json() : undefined;
  }

  /** How often something happened, by the realm's own event log. */
  async happened(type) {
    return (await this.admin('GET', `/events?type=${type}&max=1000`)).length;
  }

  /** The sessions of a user that the client takes part in. */
  async sessions(user, client) {
    const all = await this.admin('GET', `/users/${user}/sessions`);
    return all.filter(({ clients }) => Object.values(clients).includes(client));
  }

  /** A new RSA key that signs from now on, as "Add provider" of the realm's keys makes it. */
  async rotateKeys(priority) {
    const { id } = await this.admin('GET', '');
    await this.admin('POST', '/components', {
      name: `rsa-${priority}`,
      parentId: id,
      providerId: 'rsa-generated',
      providerType: 'org.keycloak.keys.KeyProvider',
      config: { priority: [String(priority)], enabled: ['true'], active: ['true'], algorithm: ['RS256'], keySize: ['2048'] },
    });
  }

  /** Deletes the provider of a key, so that nothing it signed is good any more. */
  async withdrawKey(kid) {
    const { keys } = await this.admin('GET', '/keys');
    await this.admin('DELETE', `/components/${keys.find(key => key.kid === kid).providerId}`);
  }

  /** The ids of the keys that it publishes. */
  async kids() {
    const { keys } = (await send('GET', `${this.issuer}/protocol/openid-connect/certs`)).json();
    return keys.map(({ kid }) => kid);
  }
}
