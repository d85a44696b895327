// What a fault looks like from outside.

import assert from 'node:assert/strict';
import { refresh } from '../../support/flows.mjs';
import { send } from '../../support/http.mjs';
import { PATIENCE_MS, until } from '../../support/wait.mjs';

const health = (door, probe) => send('GET', `${door.local}/.backstage/health/v1/${probe}`);

export const readiness = door => health(door, 'readiness');

/** Waits until readiness answers so, while the process lives. */
export async function becomes(door, status, timeoutMs = PATIENCE_MS) {
  const ready = await until(async () => {
    const answer = await readiness(door);
    return answer.status === status && answer;
  }, { what: `readiness ${status}`, timeoutMs, everyMs: 100 });
  assert.equal((await health(door, 'liveness')).status, 200);
  return ready.json();
}

/** A refresh that failed for a reason that passes: the frontend is told so, and the session's cookie is left alone. */
export function assertPasses(response) {
  const where = `${response.status} ${response.text.slice(0, 400)}`;
  assert.ok([401, 503].includes(response.status), where);
  const { error } = response.json();
  assert.equal((error.cause ?? error).name, 'ServiceUnavailableError', where);
  assert.ok(!response.setCookies.some(line => /-refresh-token/.test(line)), 'the cookie is left alone');
  assert.doesNotMatch(response.text, /127\.0\.0\.1|sqlite|postgres|No space|os error/i, 'nothing of the inside is told');
}

/** A sign-in that failed for a reason that passes. */
export function assertSignInPasses({ session, error }) {
  assert.equal(session, undefined);
  assert.equal(error.name, 'ServiceUnavailableError', error.message);
}

/** Waits until every one of these sessions goes on. */
export async function goOn(door, jars, timeoutMs = PATIENCE_MS) {
  for (const jar of jars) {
    await until(async () => {
      const answer = await refresh(jar, door);
      assert.equal(answer.status, 200, answer.text);
      return true;
    }, { what: 'a session to go on', timeoutMs, everyMs: 200 });
  }
}
