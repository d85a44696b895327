// backend.database with client: pg: every key of it, and both ways to write a connection

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { refresh, signedIn } from '../support/flows.mjs';
import { startIdp } from '../support/provider.mjs';
import { Run, writeConfig } from '../support/stagedoor.mjs';
import { Cluster, skip } from './support/cluster.mjs';
import { startNodes } from './support/nodes.mjs';

describe('backend.database, client: pg', { skip }, () => {
  let cluster, idp;
  before(async () => {
    [cluster, idp] = [await Cluster.start(), await startIdp()];
    await cluster.query('CREATE ROLE keeper NOLOGIN CREATEDB; GRANT keeper TO backstage');
  });
  after(async () => {
    await idp?.down();
    await cluster?.close();
  });
  beforeEach(() => cluster.forget());

  /** A node on this database that works; ends with the test. */
  async function served(t, database) {
    const { nodes: [node], close } = await startNodes(cluster, 1, { idp, database });
    t.after(close);
    const { jar } = await signedIn(node);
    assert.equal((await refresh(jar, node)).status, 200);
    return node;
  }

  /** What is said about a database that cannot be used, by a process with these variables. */
  async function refused(database, code = 1) {
    const { nodes: [node] } = await startNodes(cluster, 1, { idp, database, open: false });
    const run = new Run(['serve', '--config', writeConfig(node.directory, node.config)]);
    assert.equal((await run.ended()).code, code, run.tail());
    assert.ok(!run.stderr.includes(cluster.password));
    return run.stderr;
  }

  const ours = async (database, schema = 'public') => {
    const tables = await cluster.tables(database);
    return tables.length > 0 && tables.every(table => table.startsWith(`${schema}.`));
  };

  test('an object: host, port, user, password, and the name that the server sees', async t => {
    await served(t, cluster.database());
    assert.deepEqual(await cluster.databases(), ['backstage_plugin_auth']);
    const seen = "SELECT DISTINCT usename, application_name FROM pg_stat_activity WHERE datname = 'backstage_plugin_auth'";
    assert.deepEqual(await cluster.query(seen), [['backstage', 'backstage_plugin_auth']]);
    await served(t, cluster.database({ connection: { ...cluster.connection, application_name: 'portal' } }));
    assert.ok((await cluster.query(seen)).some(([, name]) => name === 'portal'));
  });

  test('an object whose port is a text', async t => {
    await served(t, cluster.database({ connection: { ...cluster.connection, port: String(cluster.port) } }));
  });

  test('a URL', async t => {
    await served(t, { client: 'pg', connection: cluster.url() });
    assert.deepEqual(await cluster.databases(), ['backstage_plugin_auth']);
  });

  test('a database for all plugins is not ours, unless it is said for auth', async t => {
    await served(t, cluster.database({ connection: { ...cluster.connection, database: 'all' } }));
    await served(t, { client: 'pg', connection: cluster.url({ database: 'all' }) });
    assert.deepEqual(await cluster.databases(), ['backstage_plugin_auth']);
    await served(t, cluster.database({ plugin: { auth: { connection: { database: 'mine' } } } }));
    assert.deepEqual(await cluster.databases(), ['backstage_plugin_auth', 'mine']);
  });

  test('connectionString goes before the rest of the object', async t => {
    await served(t, { client: 'pg', connection: { host: '192.0.2.1', connectionString: cluster.url({ database: 'strung' }) } });
    assert.deepEqual(await cluster.databases(), ['strung']);
  });

  test('prefix: the name of the database', async t => {
    await served(t, cluster.database({ prefix: 'portal_' }));
    assert.deepEqual(await cluster.databases(), ['portal_auth']);
  });

  test('plugin.auth.connection goes over what is for all', async t => {
    const { host, port, ...who } = cluster.connection;
    await served(t, { client: 'pg', connection: { host, port: 9, ...who }, plugin: { auth: { connection: { port } } } });
    await served(t, { client: 'better-sqlite3', connection: ':memory:', plugin: { auth: { client: 'pg', connection: cluster.url() } } });
    assert.deepEqual(await cluster.databases(), ['backstage_plugin_auth']);
  });

  test('what is not written comes from PGHOST, PGPORT, PGUSER, PGPASSWORD, as for Backstage', async t => {
    const { nodes: [node] } = await startNodes(cluster, 1, { idp, open: false, database: { client: 'pg', connection: { application_name: 'by environment' } } });
    const { host, port, user, password } = cluster.connection;
    const run = new Run(['serve', '--config', writeConfig(node.directory, node.config)], { env: { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password } });
    t.after(() => run.stop());
    await run.until(() => /listening/.test(run.stderr), 'the server to listen');
    assert.deepEqual(await cluster.databases(), ['backstage_plugin_auth']);
  });

  describe('pluginDivisionMode: schema', () => {
    const shared = (rest = {}) => cluster.database({ pluginDivisionMode: 'schema', connection: { ...cluster.connection, database: 'shared' }, ...rest });

    test('pluginDivisionMode: schema', async t => {
      await served(t, shared());
      assert.deepEqual(await cluster.databases(), ['shared']);
      assert.ok(await ours('shared', 'auth'));
    });

    test('in a schema that is there', async t => {
      await cluster.query('CREATE DATABASE shared OWNER backstage');
      await cluster.query('CREATE SCHEMA auth AUTHORIZATION backstage', { database: 'shared' });
      await served(t, shared());
      assert.ok(await ours('shared', 'auth'));
    });

    test('ensureSchemaExists: the schema, where ensureExists is off', async t => {
      await cluster.query('CREATE DATABASE shared OWNER backstage');
      await served(t, shared({ ensureExists: false, ensureSchemaExists: true }));
      assert.ok(await ours('shared', 'auth'));
    });

    test('schemaPrefix: the name of the schema', async t => {
      await served(t, shared({ schemaPrefix: 'portal_', ensureSchemaExists: true }));
      assert.ok(await ours('shared', 'portal_auth'));
    });

    test('a connection as a URL names the database', async t => {
      await served(t, { client: 'pg', pluginDivisionMode: 'schema', ensureSchemaExists: true, connection: cluster.url({ database: 'shared' }) });
      assert.deepEqual(await cluster.databases(), ['shared']);
      assert.ok(await ours('shared', 'auth'));
    });

    test('two nodes in it', async t => {
      const { nodes, close } = await startNodes(cluster, 2, { idp, database: shared({ ensureSchemaExists: true }) });
      t.after(close);
      const { jar } = await signedIn(nodes[0]);
      for (const node of nodes) assert.equal((await refresh(jar, node)).status, 200);
    });
  });

  test('ensureExists: false makes no database', async t => {
    assert.match(await refused(cluster.database({ ensureExists: false })), /backstage_plugin_auth|does not exist/);
    assert.deepEqual(await cluster.databases(), []);
    await cluster.query('CREATE DATABASE backstage_plugin_auth OWNER backstage');
    await served(t, cluster.database({ ensureExists: false }));
  });

  test('ensureExists: false for auth alone', async () => {
    await refused(cluster.database({ plugin: { auth: { ensureExists: false } } }));
    assert.deepEqual(await cluster.databases(), []);
  });

  test('role: who the tables belong to', async t => {
    await cluster.query('CREATE DATABASE backstage_plugin_auth OWNER keeper');
    await served(t, cluster.database({ role: 'keeper' }));
    const owners = await cluster.query("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'", { database: 'backstage_plugin_auth' });
    assert.deepEqual(owners, [['keeper']]);
  });

  test('the connectors of clouds are refused by name', async () => {
    for (const type of ['azure', 'cloudsql', 'rds']) {
      const stderr = await refused(cluster.database({ connection: { ...cluster.connection, type } }), 2);
      assert.match(stderr, /backend\.database\.connection\.type/);
      assert.match(stderr, new RegExp(type));
    }
    await refused(cluster.database({ pluginDivisionMode: 'table' }), 2);
  });
});
