import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('..', import.meta.url));
const { files, exports, types, version } = JSON.parse(readFileSync(join(web, 'package.json'), 'utf8'));
const directory = mkdtempSync(join(tmpdir(), 'stagedoor-package-'));
after(() => rmSync(directory, { recursive: true, force: true }));

/** The modules that one module imports, and those that they import. */
function reached(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, next] of readFileSync(join(web, name), 'utf8').matchAll(/^(?:import|export) .* from '\.\/(.+)';$/gm)) reached(next, seen);
  return seen;
}

test('the package holds what its module imports, its types, and nothing of the sign-in page', () => {
  assert.deepEqual([...files].sort(), [...reached('stagedoor.js'), 'stagedoor.d.ts'].sort());
  assert.deepEqual(exports['.'], { types: './stagedoor.d.ts', default: './stagedoor.js' });
  assert.equal(types, './stagedoor.d.ts');
  assert.match(readFileSync(join(web, '../Cargo.toml'), 'utf8'), new RegExp(`^version = "${version}"$`, 'm'), 'released together');
});

test('what npm packs can be imported, and exports what its types declare', () => {
  const copy = join(directory, 'web');
  // Packing writes the licence beside the package for a moment; not here, where other tests look.
  mkdirSync(copy);
  for (const name of [...files, 'package.json', 'README.md']) cpSync(join(web, name), join(copy, name));
  cpSync(join(web, '../LICENSE'), join(directory, 'LICENSE'));
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', directory], { cwd: copy, encoding: 'utf8' }).replace(/^[^[]*/, ''));
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), [...files, 'LICENSE', 'README.md', 'package.json'].sort());
  const home = join(directory, 'app/node_modules/stagedoor');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(directory, packed.filename), '-C', home, '--strip-components=1']);
  assert.ok(readdirSync(home).includes('LICENSE'));
  writeFileSync(join(directory, 'app/app.mjs'), "import * as all from 'stagedoor'; console.log(Object.keys(all).sort().join());");
  const names = execFileSync(process.execPath, [join(directory, 'app/app.mjs')], { encoding: 'utf8' }).trim().split(',');
  const declared = [...readFileSync(join(web, 'stagedoor.d.ts'), 'utf8').matchAll(/^export (?:function|class|const) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(names, [...new Set(declared)].sort());
});

test('the README’s program runs', () => {
  const [, program] = /```js\n([^]*?)```/.exec(readFileSync(join(web, 'README.md'), 'utf8'));
  writeFileSync(join(directory, 'app/readme.mjs'), `globalThis.button = {};\n${program}\nconsole.log(typeof button.onclick);`);
  assert.equal(execFileSync(process.execPath, [join(directory, 'app/readme.mjs')], { encoding: 'utf8' }), 'SignedOut\nfunction\n');
});
