// Runs a command of tests, and then looks for every secret that they used in everything that every process wrote.
//
//   node support/leaks.mjs node --test door/*.test.mjs

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a secret could be written. Of one with several lines, such as a key in PEM, each line is one. */
export function forms(value) {
  const lines = value.split('\n').filter(line => !line.startsWith('-----'));
  return [...new Set(lines.flatMap(line => [line, encodeURIComponent(line), JSON.stringify(line).slice(1, -1), ...inBase64(line)]))].filter(form => form.length >= 12);
}

/** In the middle of anything that is in base64: whatever stands before it, some of the letters are its own. */
function* inBase64(value) {
  const bytes = Buffer.from(value);
  for (const encoding of ['base64', 'base64url']) {
    for (const before of [0, 1, 2]) {
      const all = Buffer.concat([Buffer.alloc(before), bytes]);
      const whole = Math.floor((all.length * 8) / 6);
      yield all.toString(encoding).slice(Math.ceil((before * 8) / 6), whole);
    }
  }
}

/** Every place where something that `directory` remembers as secret was written: `{what, test, file, line}`. */
export function leaks(directory) {
  const files = readdirSync(directory);
  const secrets = files.filter(name => name.endsWith('.secrets')).flatMap(name => readFileSync(join(directory, name), 'utf8').trim().split('\n').map(line => JSON.parse(line)));
  const logs = files.filter(name => name.endsWith('.log')).map(name => join(directory, name));
  const byForm = new Map(secrets.flatMap(secret => forms(secret.value).map(form => [form, secret])));
  if (byForm.size === 0 || logs.length === 0) return { secrets, logs, found: [] };
  const patterns = join(directory, 'patterns');
  writeFileSync(patterns, [...byForm.keys()].join('\n'));
  const found = [];
  // Some files at a time: there may be more than a command line holds.
  for (let n = 0; n < logs.length; n += 500) {
    const { status, stdout, stderr } = spawnSync('grep', ['-a', '-n', '-o', '-H', '-F', '-f', patterns, ...logs.slice(n, n + 500)], { env: { ...process.env, LC_ALL: 'C' }, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (status > 1 || status === null) throw new Error(`grep: ${stderr}`);
    for (const match of stdout.split('\n').filter(Boolean)) {
      const [, file, line, form] = /^(.*?):(\d+):(.*)$/.exec(match);
      const { what, test } = byForm.get(form);
      found.push({ what, test, file, line: Number(line) });
    }
  }
  return { secrets, logs, found };
}

async function main(command) {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-record-'));
  // As talkative as it gets: what is not in the log then is never there.
  const env = { ...process.env, STAGEDOOR_TEST_RECORD: directory };
  const child = spawn(command[0], command.slice(1), { env, stdio: 'inherit' });
  const code = await new Promise(resolve => child.on('close', resolve));
  const { secrets, logs, found } = leaks(directory);
  const places = new Map();
  for (const leak of found) {
    const place = `${leak.what} (${leak.test})`;
    places.set(place, places.get(place) ?? leak);
  }
  for (const [place, { file, line }] of places) console.error(`A secret was written: ${place}, in ${file}:${line}`);
  const kilobytes = Math.round(logs.reduce((sum, file) => sum + readFileSync(file).length, 0) / 1024);
  console.log(`${secrets.length} secrets looked for in ${kilobytes} kB that ${logs.length} processes wrote: ${found.length === 0 ? 'none found' : `${found.length} found`}`);
  const nothing = code === 0 && (secrets.length === 0 || logs.length === 0);
  if (nothing) console.error('Nothing was recorded: that can not be right');
  if (found.length === 0) rmSync(directory, { recursive: true, force: true });
  process.exitCode = code !== 0 ? code : found.length > 0 || nothing ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
