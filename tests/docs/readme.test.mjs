// README.md: its configuration is taken, its two commands do what it says, its picture is one.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { signedIn } from '../support/flows.mjs';
import { appConfig } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startIdp } from '../support/provider.mjs';
import { freePort } from '../support/wait.mjs';
import { page } from './support/page.mjs';
import { Place } from './support/place.mjs';

const block = page('../README.md');
const [idp, port] = [await startIdp(), await freePort()];
const base = `http://localhost:${port}`;
idp.client('backstage', `${base}/api/auth/keycloak/handler/frame`);
const place = new Place({
  substitutes: [['https://sso.example.com/realms/main/.well-known/openid-configuration', idp.metadataUrl]],
  env: { AUTH_SESSION_SECRET: 'Zm9yIHRlc3RzIG9ubHksIGJ1dCBsb25nIGVub3VnaAo', KEYCLOAK_CLIENT_SECRET: idp.store.clients.get('backstage').client_secret },
});
place.write('app-config.yaml', JSON.stringify({ ...appConfig({ port }), auth: undefined }));
place.write('app-config.production.yaml', block('file', 'app-config.production.yaml'));
let serving;
after(async () => {
  await serving?.close();
  await idp.down();
});

test('the check finds nothing that would fail', async () => {
  assert.doesNotMatch(await place.succeed(block('run', 'check')), /^ {2}✗/m);
});

test('it serves, and somebody signs in', async () => {
  serving = place.start(block('run', 'serve'));
  await serving.until(async () => (await send('GET', `${base}/.backstage/health/v1/readiness`)).status === 200, 'the server to be ready');
  const { session } = await signedIn({ auth: `${base}/api/auth`, local: base, baseUrl: base }, { provider: 'keycloak', env: 'production' });
  assert.equal(session.backstageIdentity.identity.userEntityRef, 'user:default/ada');
});

test('the demo is the program that is run without a name', () => {
  const cargo = readFileSync(fileURLToPath(new URL('../../Cargo.toml', import.meta.url)), 'utf8');
  assert.match(block.markdown, /^ {4}cargo run --release -- dev$/m);
  assert.match(cargo, /default-members = \["crates\/stagedoor"\]/);
});

test('its pictures are pictures, of one size', () => {
  const names = [...block.markdown.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, name]) => name);
  const sizes = names.map(name => {
    const image = readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)));
    assert.equal(image.subarray(1, 4).toString('latin1'), 'PNG');
    return [image.readUInt32BE(16), image.readUInt32BE(20)].join('×');
  });
  assert.equal(sizes.length, 2);
  assert.equal(sizes[0], sizes[1]);
});
