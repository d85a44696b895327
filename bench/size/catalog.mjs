// Catalogs of any size, as they come out of a directory of people: a User each, in files of 50,000.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

const PER_FILE = 50_000;

/** Writes a catalog; its location, and the last of its files. */
export function writeCatalog(directory, users) {
  mkdirSync(directory);
  let last;
  for (let first = 0; first < users; first += PER_FILE) {
    last = join(directory, `users-${first / PER_FILE}.yaml`);
    const people = Array.from({ length: Math.min(PER_FILE, users - first) }, (_, n) => user(first + n));
    writeFileSync(last, people.join(''));
  }
  return { target: join(directory, '*.yaml'), last };
}

/** Somebody the load program knows by this number. */
export function user(number) {
  const id = createHash('md5').update(String(number)).digest('hex');
  return `---
apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: u${number}
  annotations:
    example.com/directory-id: ${id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}
spec:
  profile:
    displayName: Person ${number} of Example
    email: u${number}@load.example.com
  memberOf: [g${Math.floor(number / 50)}, department-${Math.floor(number / 5_000)}]
`;
}
