// Doors for one test: opened with a piece of configuration, closed when the test ends.

import assert from 'node:assert/strict';
import { appConfig, openHouse, providerBlock } from '../../support/house.mjs';
import { send } from '../../support/http.mjs';
import { Run, temporaryDirectory, writeConfig } from '../../support/stagedoor.mjs';
import { freePort } from '../../support/wait.mjs';

/** A running house for the test `t`; `idp` is shared. */
export async function houseFor(t, idp, options = {}) {
  const house = await openHouse({ idp, ...options });
  t.after(house.close);
  return house;
}

/** Runs `serve` over a configuration it must refuse, and returns what it said on standard error. */
export async function refusedBy(config, { env, code = 2, directory = temporaryDirectory() } = {}) {
  const run = new Run(['serve', '--config', writeConfig(directory, config)], { cwd: directory, env });
  const exit = await run.ended();
  assert.equal(exit.code, code, run.tail());
  return run.stderr;
}

/** The app-config of a house that is not opened by itself, changed by `edit`. */
export async function configFor(idp, edit = () => {}, provider = {}) {
  const port = await freePort();
  idp.client('backstage', `http://localhost:${port}/api/auth/oidc/handler/frame`);
  const config = appConfig({ port, providers: { oidc: { development: providerBlock(idp, provider) } } });
  edit(config);
  return config;
}

/** Lines of a log that are warnings or worse. */
export const complaints = log => log.split('\n').filter(line => /\b(WARN|ERROR)\b/.test(line));

/** The page at `/`: its title, and for each button its provider, label and hint. */
export async function signInPage(door, query = '') {
  const { status, text } = await send('GET', `${door.local}/${query}`);
  assert.equal(status, 200, text.slice(0, 300));
  const plain = html => html.replace(/<[^>]*>/g, '').trim();
  const ways = [...text.matchAll(/<li data-provider="([^"]*)" data-title="([^"]*)">([\s\S]*?)<\/li>/g)];
  return {
    title: /data-app-title="([^"]*)"/.exec(text)?.[1],
    appUrl: /<a class="button primary" href="([^"]*)"/.exec(text)?.[1],
    ways: ways.map(([, provider, title, html]) => ({ provider, environment: /data-environment="([^"]*)"/.exec(text)[1], title, label: plain(/<span class="label">[\s\S]*?<\/a>/.exec(html)[0]) })),
  };
}

/** The parts of `Set-Cookie` lines that a test compares, by name without a flow's own ending. */
export const cookieAttributes = response =>
  Object.fromEntries(
    response.setCookies
      .filter(line => !/^[^=]+=;/.test(line))
      .map(line => {
        const [pair, ...attributes] = line.split(/;\s*/);
        const kept = Object.fromEntries(attributes.map(attribute => attribute.split('=')).map(([key, value = true]) => [key.toLowerCase(), value]));
        return [pair.split('=')[0].replace(/^((?:__Host-)?\w+-nonce).*/, '$1'), kept];
      }),
  );
