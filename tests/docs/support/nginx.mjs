// A real nginx that serves the `server` blocks of a directory, and can be told to read them again.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NGINX } from '../../config/support/proxies.mjs';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { send } from '../../support/http.mjs';
import { until } from '../../support/wait.mjs';

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Prepares one in `directory`; `arguments` is what every call of nginx needs, `sites` where its `server` blocks are. */
export function prepareNginx(directory) {
  const sites = join(directory, 'conf.d');
  mkdirSync(sites, { recursive: true });
  const config = join(directory, 'nginx.conf');
  writeFileSync(config, `
    ${process.getuid() === 0 ? 'user root;' : ''}
    daemon off;
    worker_processes 1;
    pid ${directory}/nginx.pid;
    error_log stderr warn;
    events {}
    http {
      access_log off;
      ${TEMPORARY.map(name => `${name}_temp_path ${directory}/${name};`).join('\n      ')}
      include ${sites}/*.conf;
    }`);
  return { arguments: ['-c', config, '-p', directory, '-e', 'stderr'], sites };
}

/** Starts it, and waits until something listens on `port`. */
export async function startNginx({ arguments: args }, port) {
  const child = spawn(NGINX, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', text => (log += text));
  const exit = new Promise(resolve => child.on('close', resolve));
  // Not by force: its workers would stay.
  const forget = onProcessEnd(() => child.kill('SIGTERM'));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${log}`);
    return send('GET', `http://localhost:${port}/`);
  }, { what: 'nginx to answer', everyMs: 30 });
  const workers = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
  return {
    /** Runs what makes it read its files again, and waits until nobody serves by the old ones. */
    reload: async run => {
      const old = workers();
      await run();
      await until(() => workers().every(pid => pid && !old.includes(pid)), { what: 'the old workers of nginx to end', everyMs: 10 });
    },
    close: async () => {
      child.kill('SIGTERM');
      await exit;
      forget();
    },
  };
}
