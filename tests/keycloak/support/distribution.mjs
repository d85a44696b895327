// Keycloak's own distribution, from Maven Central by way of Maven, which keeps it in ~/.m2.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Runs on Java 17 and newer. */
export const VERSION = '26.4.5';

const run = promisify(execFile);

/** Unpacks the distribution into `directory` and returns its home. */
export async function unpack(directory) {
  const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
  await run('java', ['-version']);
  await run('mvn', ['-q', '-B', 'dependency:unpack', `-Dartifact=${artifact}`, `-DoutputDirectory=${directory}`], { cwd: directory, timeout: 300_000 });
  return join(directory, `keycloak-${VERSION}`);
}
