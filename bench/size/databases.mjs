// The two databases, and sessions in them by the million: as a sign-in writes them, of people with two browsers each.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Cluster, installedPostgres } from '../../tests/postgres/support/cluster.mjs';

const DAY = 86_400_000;
/** What Backstage calls the database of its plugin `auth`, and so do we. */
const DATABASE = 'backstage_plugin_auth';

const columns = 'id, secret_hash, provider, environment, subject, provider_session, user_entity_ref, sealed_tokens, created_at, refreshed_at, expires_at';

/** What both say in the same way; `n` is the row's number, `now` when it is. */
const common = now => ({
  who: `'load', 'development', 'x' || (n / 2), NULL, 'user:default/x' || (n / 2)`,
  when: `${now} - ${30 * DAY} + n % ${29 * DAY}, ${now} - n % ${DAY}, ${now} + ${900 * DAY} - n % ${DAY}`,
});

class Sqlite {
  name = 'SQLite';

  constructor(directory) {
    this.file = join(directory, 'db', 'stagedoor.sqlite');
  }

  query(sql) {
    return execFileSync('sqlite3', ['-batch', this.file], { input: sql, encoding: 'utf8', maxBuffer: 1 << 20 }).trim();
  }

  async fill(from, to, tokens) {
    const { who, when } = common(Date.now());
    this.query(`PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;
      WITH RECURSIVE rows (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM rows WHERE n + 1 < ${to})
      INSERT INTO stagedoor_sessions (${columns}) SELECT randomblob(16), randomblob(32), ${who}, randomblob(${tokens}), ${when} FROM rows;
      PRAGMA wal_checkpoint(TRUNCATE);`);
  }

  async tokens() {
    return Number(this.query('SELECT CAST(avg(length(sealed_tokens)) AS INTEGER) FROM stagedoor_sessions;'));
  }

  async close() {}
}

class Postgres {
  name = 'PostgreSQL';

  static async start() {
    const it = new Postgres();
    it.cluster = await Cluster.start();
    it.url = it.cluster.url();
    return it;
  }

  async query(sql) {
    return (await this.cluster.query(sql, { database: DATABASE }))[0]?.[0];
  }

  async fill(from, to, tokens) {
    const { who, when } = common(Date.now());
    // Nothing that could be compressed, as what is sealed is not.
    const rest = randomBytes(Math.max(0, tokens - 32)).toString('hex');
    await this.query(`INSERT INTO stagedoor_sessions (${columns})
      SELECT decode(md5(n || 'id'), 'hex'), sha256(n::text::bytea), ${who}, sha256((n || 'tokens')::bytea) || '\\x${rest}'::bytea, ${when}
      FROM generate_series(${from}::bigint, ${to - 1}) AS rows (n)`);
    // As the server does by itself, in time.
    await this.query('VACUUM (ANALYZE) stagedoor_sessions');
    await this.query('CHECKPOINT');
  }

  async tokens() {
    return Number(await this.query('SELECT avg(length(sealed_tokens))::int FROM stagedoor_sessions'));
  }

  async close() {
    await this.cluster.close();
  }
}

/** Opens each that is there, one after the other. */
export const DATABASES = {
  sqlite: async directory => new Sqlite(directory),
  postgres: async () => {
    if (!installedPostgres()) throw new Error('PostgreSQL is not installed (Debian: postgresql)');
    return Postgres.start();
  },
};
