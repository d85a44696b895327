// Processes: starting them, ending them, and what Linux has counted of their memory.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

export const root = path => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const LOAD = process.env.STAGEDOOR_LOAD_BIN ?? root('target/release/stagedoor-load');

const running = new Set();
process.on('exit', () => running.forEach(child => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** Starts a program; it is ended when the work is done, and must not end before. */
export async function during([command, args], { cwd, env = process.env }, work) {
  let output = '';
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output = (output + text).slice(-8_000)));
  let done = false;
  const ended = new Promise(resolve => child.on('close', resolve).on('error', resolve));
  const early = ended.then(code => {
    if (!done) throw new Error(`${command} ended (${code}):\n${output}`);
  });
  try {
    return await Promise.race([work(child.pid), early]);
  } catch (error) {
    throw new Error(`${error.message}\n${output}`, { cause: error });
  } finally {
    done = true;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
    running.delete(child);
  }
}

/** Runs a program to its end, which must be a good one. */
export async function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  running.add(child);
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  running.delete(child);
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}`);
}

/** Keeps all processors from falling asleep, with what runs only where nothing else would; the function ends that. */
export function awake() {
  const children = cpus().map(() => spawn('chrt', ['--idle', '0', process.execPath, '-e', 'for (;;);'], { stdio: ['ignore', 'ignore', 'inherit'] }));
  children.forEach(child => running.add(child.on('error', error => { throw error; })));
  return () => children.forEach(child => running.delete(child) && child.kill('SIGKILL'));
}

export const pause = ms => new Promise(done => setTimeout(done, ms));

/** Waits until `is` answers something truthy. */
export async function until(what, is, { everyMs = 20, timeoutMs = 120_000 } = {}) {
  for (const end = Date.now() + timeoutMs; ; await pause(everyMs)) {
    if (await is().catch(() => false)) return;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`);
  }
}

/** Memory that is resident now. */
export function residentMib(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
