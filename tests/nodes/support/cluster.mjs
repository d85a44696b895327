// Stagedoors on one PostgreSQL behind nginx, with the configuration of docs/production/nginx.conf.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareNginx, startNginx } from '../../docs/support/nginx.mjs';
import { NGINX } from '../../config/support/proxies.mjs';
import { Cluster } from '../../postgres/support/cluster.mjs';
import { APP } from '../../support/flows.mjs';
import { CATALOG, providerBlock } from '../../support/house.mjs';
import { send } from '../../support/http.mjs';
import { startIdp } from '../../support/provider.mjs';
import { Door, temporaryDirectory } from '../../support/stagedoor.mjs';
import { freePort, until } from '../../support/wait.mjs';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LoadProvider, prepare } from './load.mjs';

const PAGE = fileURLToPath(new URL('../../../docs/production/nginx.conf', import.meta.url));
const run = promisify(execFile);

/** The page's configuration as it is here: other addresses, no TLS, and a log of who answered what. */
function siteConfig({ port, ports, log }) {
  let text = readFileSync(PAGE, 'utf8');
  const replace = (pattern, by) => {
    assert.match(text, pattern, 'the page still says what a test replaces');
    text = text.replace(pattern, by);
  };
  replace(/(\s*server stagedoor-\d\.internal:7007 ([^;]+);)+/, (_lines, _last, options) => ports.map(each => `\n  server 127.0.0.1:${each} ${options};`).join(''));
  replace(/listen 443 ssl;/, `listen 127.0.0.1:${port};\n  access_log ${log} nodes;`);
  replace(/server_name [^;]+;/, 'server_name localhost;');
  replace(/\n\s*ssl_certificate [^;]+;\n\s*ssl_certificate_key [^;]+;/, '');
  return `log_format nodes '$upstream_addr $status $request_method $uri';\n${text}`;
}

export class Nodes {
  nodes = [];
  #ended = '';
  #config;
  #nginx;
  #place;

  /** `count` of them, a provider whose every call is seen, and one for loads of `people` that treats refresh tokens by `rotation`. */
  static async start({ count = 3, people = 1, rotation } = {}) {
    const all = new Nodes();
    [all.database, all.idp, all.port] = await Promise.all([Cluster.start(), startIdp(), freePort()]);
    all.baseUrl = `http://localhost:${all.port}`;
    all.auth = `${all.baseUrl}/api/auth`;
    try {
      await all.#prepare(people);
      all.provider = await LoadProvider.start(all.load, { rotation });
      await all.#add(await Promise.all(Array.from({ length: count }, freePort)));
      await all.#balance();
    } catch (error) {
      await all.close();
      throw error;
    }
    return all;
  }

  async #prepare(people) {
    this.load = await prepare({ people, port: this.port, baseUrl: this.baseUrl });
    this.idp.client('backstage', `${this.auth}/oidc/handler/frame`, {
      post_logout_redirect_uris: [APP],
      backchannel_logout_uri: `${this.auth}/oidc/backchannel-logout?env=development`,
      backchannel_logout_session_required: true,
    });
    const { config } = this.load;
    config.backend.database = this.database.database();
    config.auth.providers.oidc = { development: providerBlock(this.idp, { timeout: '20s' }) };
    config.stagedoor.trustedProxies = ['loopback'];
    config.catalog.locations.push({ type: 'file', target: CATALOG });
    this.#config = config;
  }

  async #add(ports) {
    const nodes = ports.map(port => {
      const config = structuredClone(this.#config);
      config.backend.listen.port = port;
      return new Door({ port, baseUrl: this.baseUrl, config });
    });
    await Promise.all(nodes.map(node => node.open()));
    this.nodes.push(...nodes);
    return nodes;
  }

  /** Puts nginx before the nodes there are; the first time, starts it. */
  async #balance() {
    this.#place ??= temporaryDirectory();
    this.#nginx ??= prepareNginx(this.#place);
    this.log = join(this.#place, 'nodes.log');
    const site = siteConfig({ port: this.port, ports: this.nodes.map(({ port }) => port), log: this.log });
    writeFileSync(join(this.#nginx.sites, 'stagedoor.conf'), site);
    if (this.proxy) await run(NGINX, [...this.#nginx.arguments, '-s', 'reload']);
    else this.proxy = await startNginx(this.#nginx, this.port);
  }

  /** A new node takes part. */
  async add() {
    const [node] = await this.#add([await freePort()]);
    await this.#balance();
    return node;
  }

  /** A node takes part no more, and ends when it has answered what it was asked: soon, or when a dead node's lease has run out. */
  async remove(node) {
    this.nodes = this.nodes.filter(other => other !== node);
    await this.#balance();
    node.run.child.kill('SIGTERM');
    assert.equal((await node.run.ended()).code, 0, node.run.tail());
    this.#ended += node.log;
  }

  /** A power cut at one of them. */
  async kill(node) {
    await node.kill();
    this.#ended += node.log;
  }

  /** A node as a test sends to it directly. */
  direct(node) {
    return { auth: `${node.local}/api/auth`, local: node.local };
  }

  /** Which nodes answered requests whose path ends so, in order. */
  answeredBy(path) {
    const lines = readFileSync(this.log, 'utf8').trim().split('\n').map(line => line.split(' '));
    return lines.filter(([, , , uri]) => uri?.endsWith(path)).map(([address]) => Number(address.split(':').at(-1)));
  }

  /** Waits until so many refreshes have been answered, however slow the machine is. */
  async refreshed(number) {
    await until(() => this.answeredBy('/refresh').length > number, { what: `${number} refreshes`, timeoutMs: 300_000, everyMs: 200 });
  }

  /** What the nodes that ever were had to complain of, for when a test fails. */
  complaints() {
    const lines = [this.#ended, ...this.nodes.map(node => node.log)].join('\n').split('\n');
    return lines.filter(line => / (WARN|ERROR) /.test(line) && !/sqlx::pool/.test(line)).map(line => line.slice(0, 500)).slice(-30).join('\n');
  }

  /** Waits until a node is ready. */
  async ready(node) {
    await until(async () => (await send('GET', `${node.local}/.backstage/health/v1/readiness`)).status === 200, { what: 'the node to be ready' });
  }

  async close() {
    await Promise.all(this.nodes.map(node => node.kill()));
    await this.proxy?.close();
    await Promise.all([this.idp?.down(), this.provider?.close()]);
    await this.database?.close();
  }
}
