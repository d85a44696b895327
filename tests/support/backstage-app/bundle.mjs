// The app of app.js on an origin of its own.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onProcessEnd } from '../cleanup.mjs';

const here = name => fileURLToPath(new URL(name, import.meta.url));

/** Bundles app.js with the real packages. */
export async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [here('app.js')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    loader: { '.css': 'empty' },
  });
  return outputFiles.find(({ path }) => !path.endsWith('.css')).text;
}

/** Serves the app at http://localhost:`port` with the given app-config. */
export async function serveApp(port, config) {
  const script = await bundle();
  const files = {
    '/': ['text/html', readFileSync(here('index.html'))],
    '/app.js': ['text/javascript', script],
    '/config.json': ['application/json', JSON.stringify(config)],
  };
  const server = http.createServer((request, response) => {
    const [type, body] = files[new URL(request.url, 'http://app').pathname] ?? ['text/html', files['/'][1]];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(body);
  });
  await new Promise(resolve => server.listen(port, '127.0.0.1', resolve));
  const withdraw = onProcessEnd(() => server.closeAllConnections());
  return {
    origin: `http://localhost:${port}`,
    bytes: script.length,
    close() {
      withdraw();
      server.closeAllConnections();
      return new Promise(resolve => server.close(resolve));
    },
  };
}
