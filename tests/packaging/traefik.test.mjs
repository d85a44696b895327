// docs/production/traefik*.yaml: every key is one that Traefik has. Nothing is sent through a Traefik, since building one takes
// a third as long as all tests together; but its module has files with every key there is, made from its code. By hand, what
// proxies.test.mjs asks of nginx was asked of a Traefik 3.5.0 with these files.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryDirectory } from '../support/stagedoor.mjs';

const MODULE = { what: 'github.com/traefik/traefik/v3@v3.7.13', sum: 'h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw=' };

let place;
let skip = false;
try {
  // The sum is compared here, so that no other service is asked for it.
  const env = { ...process.env, GOFLAGS: '', GOWORK: 'off', GONOSUMDB: 'github.com/traefik/*' };
  const { Dir, Sum } = JSON.parse(execFileSync('go', ['mod', 'download', '-json', MODULE.what], { cwd: temporaryDirectory(), env, encoding: 'utf8' }));
  assert.equal(Sum, MODULE.sum);
  place = join(Dir, 'docs/content/reference');
} catch (error) {
  if (process.env.CI === 'true') throw error;
  skip = `Traefik's module is not there: ${error.message}`;
}

/** What is in a YAML of blocks, as all of these are: `{path, value}`, where `value` is undefined of what has something below it. */
function entries(yaml) {
  const lines = yaml.split('\n').filter(line => line.trim() && !line.trim().startsWith('#'));
  const above = [];
  return lines.flatMap(line => {
    const found = [];
    // `- a: b` is an element, and the first entry in it.
    const [, indent, dash, key, value] = /^( *)(- )?(?:([\w-]+):(?: |$))?(.*)$/.exec(line);
    const enter = (column, name) => {
      while (above.length && above.at(-1).column >= column) above.pop();
      above.push({ column, name });
      return above.map(each => each.name).join('.');
    };
    if (dash) found.push({ path: enter(indent.length, '[]'), value: key ? undefined : value });
    if (key) found.push({ path: enter(indent.length + (dash ? 2 : 0), key), value: value || undefined });
    return found;
  });
}

/** Names that are one's own are numbered in Traefik's file: `Router0`. */
const general = path => path.replace(/(^|\.)(?:[A-Z]\w*|name)\d+(?=\.|$)/g, '$1*');

/** The kind of a value. */
const kind = value => (value === undefined ? 'block' : /^\d+$/.test(value) ? 'number' : /^(true|false)$/.test(value) ? 'boolean' : /^\d+m?s$/.test(value) ? 'duration' : 'text');

/** Those of a file that Traefik's own does not have, or with another kind of value. */
function unknown(ours, theirs) {
  const known = new Map(entries(theirs).map(({ path, value }) => [general(path), kind(value)]));
  const parents = new Set([...known.keys()].filter(path => path.endsWith('.*')).map(path => path.slice(0, -2)));
  const named = path => path.split('.').reduce((above, name) => `${above}${above && '.'}${parents.has(above) ? '*' : name}`, '');
  return entries(ours).filter(({ path, value }) => known.get(named(path)) !== kind(value));
}

describe('Traefik', { skip }, () => {
  for (const [file, reference] of [['traefik.yaml', 'static-configuration'], ['traefik-portal.yaml', 'dynamic-configuration']]) {
    const ours = readFileSync(new URL(`../../docs/production/${file}`, import.meta.url), 'utf8');
    const theirs = () => readFileSync(join(place, reference, 'file.yaml'), 'utf8');

    test(`${file}: every key is Traefik’s, with a value of its kind`, () => {
      assert.ok(entries(ours).length > 10);
      assert.deepEqual(unknown(ours, theirs()), []);
    });

    test(`${file}: a key that is misspelt, or has another kind of value, is found`, () => {
      for (const [from, to] of [['address:', 'adress:'], ['scheme: https', 'scheme: 1'], ['dialTimeout: 2s', 'dialTimeout: fast'], ['rule:', 'rules:'], ['- url:', '- uri:'], ['65536', 'many']]) {
        if (ours.includes(from)) assert.notDeepEqual(unknown(ours.replace(from, to), theirs()), [], to);
      }
    });
  }

  test('routers lead to services, middlewares and options that there are', () => {
    const portal = readFileSync(new URL('../../docs/production/traefik-portal.yaml', import.meta.url), 'utf8');
    const all = entries(portal);
    const has = path => assert.ok(all.some(entry => entry.path === path), path);
    for (const { path, value } of all) {
      const [, last] = /^http\.(?:routers|services)\..*?(\w+(?:\.\[\])?)$/.exec(path) ?? [];
      if (value === undefined) continue;
      if (last === 'service') has(`http.services.${value}`);
      if (last === 'serversTransport') has(`http.serversTransports.${value}`);
      if (last === 'middlewares.[]') has(`http.middlewares.${value}`);
      if (last === 'options') has(`tls.options.${value}`);
    }
    const entryPoints = entries(readFileSync(new URL('../../docs/production/traefik.yaml', import.meta.url), 'utf8'));
    const { value: to } = entryPoints.find(({ path }) => path.endsWith('redirections.entryPoint.to'));
    assert.ok(entryPoints.some(({ path }) => path === `entryPoints.${to}`));
  });
});
