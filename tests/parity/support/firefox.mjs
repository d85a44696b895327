// Firefox by WebDriver BiDi, which it speaks itself: contexts, pages, scripts. https://w3c.github.io/webdriver-bidi/
// (Playwright's own BiDi asks for commands that Debian's Firefox does not have yet.)

import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import WebSocket from 'ws';
import { onProcessEnd } from '../../support/cleanup.mjs';
import { temporaryDirectory } from '../../support/stagedoor.mjs';

const PREFERENCES = {
  'dom.disable_open_during_load': false,
  'dom.popup_maximum': 1000,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'remote.active-protocols': 1,
};

const ANSWER_MS = 120_000;

/** Sends commands and waits for their answers. */
class Connection {
  #socket;
  #waiting = new Map();
  #last = 0;

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', data => {
      const { id, type, result, error, message } = JSON.parse(data);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (type === 'error') waiting?.reject(new Error(`${error}: ${message}`));
      else waiting?.resolve(result);
    });
    socket.on('close', () => this.#waiting.forEach(({ reject }) => reject(new Error('Firefox is gone'))));
  }

  send(method, params = {}) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`Firefox did not answer ${method} in ${ANSWER_MS} ms`)), ANSWER_MS);
      const settle = how => value => {
        clearTimeout(late);
        how(value);
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  end() {
    this.#socket.terminate();
  }
}

/** Does one thing after the other. */
function inTurn() {
  let last = Promise.resolve();
  return act => {
    const done = last.then(act);
    last = done.catch(() => {});
    return done;
  };
}

async function evaluate(connection, context, expression) {
  const { type, result, exceptionDetails } = await connection.send('script.evaluate', {
    expression,
    target: { context },
    awaitPromise: true,
    userActivation: true,
  });
  if (type === 'exception') throw new Error(exceptionDetails.text);
  return result.value;
}

/** Starts Firefox without a window. */
export async function launchFirefox(executable) {
  const profile = temporaryDirectory();
  writeFileSync(join(profile, 'user.js'), Object.entries(PREFERENCES).map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`).join(''));
  const child = spawn(executable, ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0'], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' } });
  const withdraw = onProcessEnd(() => child.kill('SIGKILL'));
  const gone = new Promise(resolve => child.once('exit', resolve));
  const address = await new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', chunk => {
      text += chunk;
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(text);
      if (found) resolve(found[1]);
    });
    child.once('exit', code => reject(new Error(`Firefox ended with ${code}: ${text}`)));
    child.once('error', reject);
  });
  const socket = new WebSocket(`${address}/session`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const connection = new Connection(socket);
  await connection.send('session.new', { capabilities: {} });
  // It loses what is opened while a profile is closed.
  const turn = inTurn();
  return {
    /** A profile of its own: no cookie of another. */
    async context() {
      const { userContext } = await connection.send('browser.createUserContext');
      return {
        async open(url) {
          // Of a new tab it waits until that is shown: forever, where a popup is opened or closed meanwhile.
          const { context } = await turn(() => connection.send('browsingContext.create', { type: 'window', userContext }));
          await connection.send('browsingContext.navigate', { context, url, wait: 'complete' });
          return { evaluate: expression => evaluate(connection, context, expression) };
        },
        close: () => turn(() => connection.send('browser.removeUserContext', { userContext })),
      };
    },
    async close() {
      connection.end();
      withdraw();
      child.kill('SIGKILL');
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
