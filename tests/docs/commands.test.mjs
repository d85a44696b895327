// docs/commands.md: all commands are there, and those of the page do what it says.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { appConfig, providerBlock } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { freePort } from '../support/wait.mjs';
import { page } from './support/page.mjs';
import { Place } from './support/place.mjs';

const block = page('commands.md');
const home = new Place({}).directory;
const place = new Place({ env: { HOME: home } });
const listed = [...block.markdown.matchAll(/^\| `stagedoor (\w+)` \|(.*)\|$/gm)].map(([, name, rest]) => ({ name, rest }));
const help = async (...command) => place.succeed(`stagedoor ${[...command, '--help'].join(' ')}`);
const commandsIn = text => [.../^Commands:\n((?: {2}.*\n)+)/m.exec(text)[1].matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name).filter(name => name !== 'help');

test('every command has its row', async () => {
  assert.deepEqual(commandsIn(await help()).sort(), listed.map(({ name }) => name).sort());
});

test('a row says --json where there is --json', async () => {
  for (const { name, rest } of listed) {
    const parts = ['sessions', 'keys'].includes(name) ? commandsIn(await help(name)) : [undefined];
    for (const part of parts) {
      const text = await help(...[name, part].filter(Boolean));
      assert.equal(/^\s+--json/m.test(text), rest.includes('--json'), `${name} ${part ?? ''}`);
      if (part) assert.ok(rest.includes(`\`${part}\``), `${name} ${part}`);
    }
  }
});

test('the keys of the page are what is printed', async t => {
  const [idp, port] = [await startIdp(), await freePort()];
  after(() => idp.down());
  idp.client('backstage', []);
  const database = { client: 'better-sqlite3', connection: { directory: join(place.directory, 'db') } };
  place.write('app-config.yaml', JSON.stringify(appConfig({ port, providers: { oidc: { development: providerBlock(idp) } }, backend: { database } })));
  const server = place.start('stagedoor serve --config app-config.yaml');
  t.after(() => server.close());
  await server.until(async () => (await send('GET', `http://localhost:${port}/.backstage/health/v1/readiness`)).status === 200, 'the server to be ready');
  const keys = (await place.succeed(block('run', 'keys'))).trim().split('\n').map(line => JSON.parse(line));
  const shown = JSON.parse(block('of', 'keys'));
  const ofUsers = keys.find(({ purpose }) => purpose === 'user_tokens');
  assert.deepEqual(Object.keys(ofUsers), Object.keys(shown));
  assert.equal(Date.parse(ofUsers.publishedUntil) - Date.parse(ofUsers.createdAt), Date.parse(shown.publishedUntil) - Date.parse(shown.createdAt));
});

test('completions and manual are where the page puts them', async () => {
  for (const run of ['bash', 'zsh', 'fish', 'man']) {
    await place.succeed(block('run', run));
    const [, path] = />? ?(~\/\S+)$/.exec(block('run', run).trim());
    const there = join(home, path.slice(2));
    assert.ok(existsSync(there), there);
    if (statSync(there).isFile()) assert.match(readFileSync(there, 'utf8'), /stagedoor/);
    else assert.ok(['stagedoor.1', 'stagedoor-check.1', 'stagedoor-sessions-list.1'].every(name => readdirSync(there).includes(name)));
  }
});
