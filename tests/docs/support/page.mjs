// A page of documentation, and what is in its fenced blocks.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/**
 * The blocks of a page that say in their info string what they are: ```yaml file=app-config.yaml, ```sh run=check. Returns
 * `(key, value) => text` of the one block that has it, and `all`, every block as `{language, [key]: value, text}`.
 */
export function page(name) {
  const markdown = readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
  const all = [...markdown.matchAll(/^```(\S+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language, info, text]) => ({
    language,
    ...Object.fromEntries([...info.matchAll(/(\w+)=(\S+)/g)].map(([, key, value]) => [key, value])),
    text,
  }));
  const block = (key, value) => {
    const found = all.filter(each => each[key] === value);
    assert.equal(found.length, 1, `${name} has one block with ${key}=${value}`);
    return found[0].text;
  };
  return Object.assign(block, { all, markdown });
}
