// What stands before Stagedoor in production: something that takes a path off, something that ends TLS.

import { spawn, spawnSync } from 'node:child_process';
import http from 'node:http';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { sendAnyhow } from './tls.mjs';
import { until } from '../../support/wait.mjs';
import { writeConfig } from '../../support/stagedoor.mjs';

/** A proxy on `port` that hands on to `to`, with the path that `path` makes of it; undefined is 404. */
export async function pathProxy({ port, to, path }) {
  const seen = [];
  const server = http.createServer((request, response) => {
    const target = path(request.url);
    seen.push(request.url);
    if (target === undefined) return response.writeHead(404).end('not the proxy’s');
    const { hostname, port: toPort } = new URL(to);
    const onward = http.request({ host: hostname, port: toPort, method: request.method, path: target, headers: request.headers, agent: false }, answer => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { seen, close };
}

/** Debian's nginx, where it is, or undefined. */
export const NGINX = [process.env.NGINX, '/usr/sbin/nginx', '/usr/bin/nginx'].find(path => path && existsSync(path));

/** A real nginx that ends TLS on `port` with `certificate` and speaks HTTP to `to`. */
export async function nginx({ directory, port, to, certificate, ca, location = '/' }) {
  for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(directory, name), { recursive: true });
  const config = writeConfig(directory, `
    daemon off;
    master_process off;
    pid ${directory}/nginx.pid;
    error_log stderr warn;
    events {}
    http {
      access_log off;
      client_body_temp_path ${directory}/body;
      proxy_temp_path ${directory}/proxy;
      fastcgi_temp_path ${directory}/fastcgi;
      uwsgi_temp_path ${directory}/uwsgi;
      scgi_temp_path ${directory}/scgi;
      server {
        listen 127.0.0.1:${port} ssl;
        ssl_certificate ${certificate.certFile};
        ssl_certificate_key ${certificate.keyFile};
        location ${location} {
          proxy_pass ${to};
          proxy_set_header Host $host;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header X-Forwarded-Host $http_host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
      }
    }`, 'nginx.conf');
  const child = spawn(NGINX, ['-c', config, '-p', directory, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', text => (log += text));
  const exit = new Promise(resolve => child.on('close', resolve));
  const forget = onProcessEnd(() => child.kill('SIGKILL'));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${log}`);
    return sendAnyhow('GET', `https://localhost:${port}/`, { ca });
  }, { what: `nginx to answer (${log})`, everyMs: 30 });
  return {
    close: async () => {
      child.kill('SIGTERM');
      await exit;
      forget();
    },
  };
}

/** Whether this machine can run nginx at all. */
export const hasNginx = () => NGINX !== undefined && spawnSync(NGINX, ['-v']).status === 0;
