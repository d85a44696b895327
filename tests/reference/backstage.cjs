#!/usr/bin/env node
// Answers to "serve --config FILE" as the binary does, with a real Backstage backend. See ../README.md.

const fs = require('node:fs');
const http = require('node:http');
const { createRequire } = require('node:module');
const path = require('node:path');

// The packages are those of the tests beside: "npm ci --prefix backstage".
const home = path.resolve(__dirname, '../backstage');
const load = createRequire(path.join(home, 'package.json'));

const config = JSON.parse(fs.readFileSync(process.argv[process.argv.indexOf('--config') + 1], 'utf8'));

// The catalog is open, and read before anything counts as alive: Backstage reads it in the background.
process.env.NODE_ENV = 'development';
process.env.APP_CONFIG_backend_auth_dangerouslyDisableDefaultAuthPolicy = 'true';
process.chdir(home);

let ready = false;
const { emit } = http.Server.prototype;
http.Server.prototype.emit = function (event, request, response) {
  if (event === 'request' && !ready && request.url.includes('/health/')) {
    response.writeHead(503).end();
    return true;
  }
  return emit.apply(this, arguments);
};

async function catalogIsRead() {
  if (!config.catalog?.locations) return true;
  const answer = await fetch(`http://127.0.0.1:${config.backend.listen.port}/api/catalog/entities?filter=relations.memberOf=group:default/analysts`);
  return answer.ok && (await answer.json()).length > 0;
}

const backend = load('@backstage/backend-defaults').createBackend();
for (const name of ['auth-backend', 'auth-backend-module-oidc-provider', 'catalog-backend']) backend.add(load(`@backstage/plugin-${name}`).default);
backend.start().then(async () => {
  while (!(await catalogIsRead())) await new Promise(resolve => setTimeout(resolve, 100));
  ready = true;
});
