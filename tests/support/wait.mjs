// Waiting for a condition, never for a length of time.

import { setTimeout as pause } from 'node:timers/promises';
import { createServer } from 'node:net';

/** How long anything may take on a machine that is busy with something else: longer than all that is waited for, and only reached when a test fails. */
export const PATIENCE_MS = 60_000;

/** Polls `probe` until it answers something truthy, and returns that; fails with `what` after `timeoutMs`. */
export async function until(probe, { what = 'a condition', timeoutMs = PATIENCE_MS, everyMs = 20 } = {}) {
  const deadline = performance.now() + timeoutMs;
  let lastError;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: lastError });
    }
    await pause(everyMs);
  }
}

/**
 * Fails unless `act` once takes less than `boundMs`, not counting what `before` does. A machine that is busy with something else holds up one turn or another,
 * a product that is slow is slow in each.
 */
export async function isQuick(boundMs, act, { before = () => {}, turns = 6 } = {}) {
  const took = [];
  do {
    await before(took.length);
    const began = performance.now();
    await act(took.length);
    took.push(Math.round(performance.now() - began));
  } while (took.at(-1) >= boundMs && took.length < turns);
  if (took.at(-1) >= boundMs) throw new Error(`never less than ${boundMs} ms: ${took.join(', ')}`);
}

// Below the ports that the system gives to whoever asks for any, and to every connection that goes out: of those one may be
// taken between being found free and being listened at. Above the last port that browsers refuse to go to. Each process
// of a suite begins at a place of its own, and goes on from there.
const [FIRST, LAST] = [11_000, 32_000];
const OF_ONE_PROCESS = 60;
let next = FIRST + ((process.pid * OF_ONE_PROCESS) % (LAST - FIRST));

/** A TCP port of 127.0.0.1 that is free, and that nobody else is given. */
export async function freePort() {
  for (;;) {
    const port = next;
    next = next + 1 < LAST ? next + 1 : FIRST;
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', error => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
