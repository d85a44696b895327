// The web-message page, read the way a browser reads it: its script is run, its messages are caught.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import vm from 'node:vm';
import { secretsOfAnswer } from './record.mjs';

/** Runs the page's only script and returns what it posted; fails when its Content-Security-Policy would have stopped it. */
export function readFrame(response) {
  assert.match(response.headers['content-type'], /^text\/html/, 'the frame page is HTML');
  const scripts = [...response.text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/gi)].map(match => match[1]);
  assert.equal(scripts.length, 1, `the frame page has exactly one script, got ${scripts.length}: ${response.text.slice(0, 400)}`);
  const [script] = scripts;
  const hash = createHash('sha256').update(script, 'utf8').digest('base64');
  const policy = response.headers['content-security-policy'] ?? '';
  assert.ok(policy.includes(`'sha256-${hash}'`), `the policy allows just that script by its hash: ${policy}`);
  assert.doesNotMatch(policy, /script-src[^;]*'unsafe-inline'/, 'the policy allows no other inline script');
  assert.equal(response.headers['x-frame-options']?.toLowerCase(), 'sameorigin');

  const messages = [];
  let closed = false;
  const opener = { postMessage: (message, targetOrigin) => messages.push({ message: structuredClone(message), targetOrigin }) };
  const window = { opener, close: () => (closed = true) };
  const timers = [];
  vm.runInNewContext(script, { window, opener, close: window.close, decodeURIComponent, JSON, URL, setTimeout: (run, ms) => timers.push({ run, ms }), document: { getElementById: () => null } });
  for (const { run, ms } of timers) {
    assert.ok(ms >= 100, 'the window stays open for the 100 ms the frontend polls in');
    run();
  }
  assert.ok(closed, 'the window closes itself');
  return interpret(messages);
}

function interpret(messages) {
  assert.equal(messages.length, 2, `two messages are posted, got ${JSON.stringify(messages)}`);
  const [info, answer] = messages;
  secretsOfAnswer(JSON.stringify(answer.message));
  assert.equal(info.targetOrigin, '*');
  assert.equal(info.message.type, 'config_info');
  assert.equal(answer.message.type, 'authorization_response');
  assert.equal(answer.targetOrigin, info.message.targetOrigin, 'both messages name the same origin');
  assert.notEqual(answer.targetOrigin, '*', 'the answer is never posted to everyone');
  return { origin: answer.targetOrigin, session: answer.message.response, error: answer.message.error, messages };
}
