// Waiting for a condition, never for a length of time.

import { setTimeout as pause } from 'node:timers/promises';
import { createServer } from 'node:net';

/** Polls `probe` until it answers something truthy, and returns that; fails with `what` after `timeoutMs`. */
export async function until(probe, { what = 'a condition', timeoutMs = 30_000, everyMs = 20 } = {}) {
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

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
