// One application with two pages: the same kit over Backstage's packages and over the browser module.

import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onProcessEnd } from '../../support/cleanup.mjs';

const here = name => fileURLToPath(new URL(name, import.meta.url));

async function bundle(implementation) {
  const { outputFiles } = await build({
    entryPoints: [here('kit.js')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    minify: true,
    keepNames: true,
    logLevel: 'error',
    external: ['stagedoor'],
    alias: { implementation: here(`${implementation}.js`) },
    outdir: 'out',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    loader: { '.css': 'empty' },
  });
  return outputFiles.find(({ path }) => path.endsWith('.js')).text;
}

const html = (implementation, settings) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><link rel="icon" href="data:,"><title>${implementation}</title>
<script type="importmap">${JSON.stringify({ imports: { stagedoor: settings.module } })}</script>
<script type="application/json" id="settings">${JSON.stringify(settings)}</script></head>
<body><script type="module" src="/${implementation}.js"></script></body></html>`;

/** Listens first, so that others can name its origin; `serve` says where backend, door and module are. */
export async function openApp() {
  const files = new Map();
  const server = http.createServer((request, response) => {
    const [type, body] = files.get(new URL(request.url, 'http://app').pathname) ?? ['text/plain', 'nothing here'];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const withdraw = onProcessEnd(() => server.closeAllConnections());
  return {
    origin: `http://localhost:${server.address().port}`,
    async serve(settings) {
      for (const implementation of ['backstage', 'stagedoor']) {
        files.set(`/${implementation}.js`, ['text/javascript', await bundle(implementation)]);
        files.set(`/${implementation}`, ['text/html', html(implementation, settings)]);
      }
      // A window of the application's own origin that claims to have signed someone in.
      files.set('/forge', ['text/html', `<script>opener.postMessage({ type: 'authorization_response', response: { forged: true } }, '*'); document.title = 'forged'</script>`]);
    },
    close() {
      withdraw();
      server.closeAllConnections();
      return new Promise(resolve => server.close(resolve));
    },
  };
}
