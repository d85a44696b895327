// Dex's own program.

import { fileURLToPath } from 'node:url';
import { goProgram } from '../../support/go.mjs';

/** What go.mod's pseudo-version is. */
export const VERSION = '2.41.1';

/** The program. Its SQLite takes a C compiler. */
export const dexProgram = () => goProgram({ directory: fileURLToPath(new URL('..', import.meta.url)), name: 'dex', what: 'github.com/dexidp/dex/cmd/dex', cgo: true });
