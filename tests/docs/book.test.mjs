// The book: every page is in it once, every link leads somewhere, every block is of a kind that is known.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCS = join(ROOT, 'docs');
const read = path => readFileSync(path, 'utf8');

const inBook = readdirSync(DOCS, { recursive: true }).filter(name => name.endsWith('.md') && name !== 'SUMMARY.md');
const PAGES = [...inBook.map(name => join(DOCS, name)), join(ROOT, 'README.md'), join(ROOT, 'SECURITY.md'), join(ROOT, 'ARCHITECTURE.md')];
const KINDS = ['yaml', 'json', 'sh', 'text', 'toml', 'ini', 'nginx', 'ts', 'tsx', 'sql', 'rust', 'rust,no_run', 'rust,ignore', 'mermaid', 'html', 'promql', 'js'];

/** A page without its fenced blocks, and those blocks' info strings. */
function parts(path) {
  const kinds = [];
  const prose = read(path).replaceAll(/^```([^\n]*)\n[\s\S]*?^```$/gm, (_, info) => {
    kinds.push(info);
    return '';
  });
  return { prose, kinds };
}

/** What a heading is called in links. */
const anchorOf = heading => heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '').trim().toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
const anchorsOf = path => {
  const seen = new Map();
  return new Set([...parts(path).prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => {
    const anchor = anchorOf(heading);
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before ? `${anchor}-${before}` : anchor;
  }));
};

test('every page is in the summary once, and nothing else', () => {
  const listed = [...read(join(DOCS, 'SUMMARY.md')).matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path);
  assert.deepEqual(listed.toSorted(), inBook.toSorted());
});

test('every relative link leads to a file, and to a heading in it', () => {
  const broken = [];
  let looked = 0;
  for (const path of PAGES) {
    const links = parts(path).prose.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g);
    for (const [, markdown, html] of links) {
      const link = markdown ?? html;
      if (/^[a-z]+:/.test(link)) continue;
      looked += 1;
      const [file, anchor] = link.split('#');
      const target = file ? resolve(dirname(path), file) : path;
      const page = existsSync(target) && statSync(target).isDirectory() ? undefined : target;
      const leads = existsSync(target) && (!anchor || (page?.endsWith('.md') ? anchorsOf(page).has(anchor) : true));
      if (!leads) broken.push(`${relative(ROOT, path)}: ${link}`);
    }
  }
  assert.ok(looked > 100, `${looked} links`);
  assert.deepEqual(broken, []);
});

test('every block says what it is', () => {
  const unknown = PAGES.flatMap(path => parts(path).kinds.filter(info => !KINDS.includes(info.split(' ')[0])).map(info => `${relative(ROOT, path)}: \`\`\`${info}`));
  assert.deepEqual(unknown, []);
});

test('every page begins with its title, and has no more than one', () => {
  for (const path of PAGES) {
    const { prose } = parts(path);
    assert.equal([...prose.matchAll(/^# .+$/gm)].length, 1, relative(ROOT, path));
    assert.match(prose, /^# /, relative(ROOT, path));
  }
});
