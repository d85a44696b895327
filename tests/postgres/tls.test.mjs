// TLS to the database: backend.database.connection.ssl

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { certificateAuthority } from '../config/support/tls.mjs';
import { signedIn } from '../support/flows.mjs';
import { startIdp } from '../support/provider.mjs';
import { Run, temporaryDirectory, writeConfig } from '../support/stagedoor.mjs';
import { Cluster, skip } from './support/cluster.mjs';
import { startNodes } from './support/nodes.mjs';

describe('backend.database.connection.ssl', { skip }, () => {
  const directory = temporaryDirectory();
  const authority = certificateAuthority(directory);
  const stranger = certificateAuthority(directory, 'stranger');
  let cluster, idp;
  before(async () => {
    [cluster, idp] = [await Cluster.start({ tls: authority.issue(['localhost', '127.0.0.1']), clientCa: authority.file }), await startIdp()];
    await cluster.query('CREATE ROLE certified LOGIN CREATEDB');
  });
  after(async () => {
    await idp?.down();
    await cluster?.close();
  });

  /** Serves with this `connection`, and how each of its connections is protected, as the server sees it. */
  async function served(t, connection) {
    const { nodes, close } = await startNodes(cluster, 1, { idp, database: { client: 'pg', connection } });
    t.after(close);
    await signedIn(nodes[0]);
    return cluster.query("SELECT DISTINCT ssl, usename FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'backstage_plugin_auth'");
  }

  /** Fails to serve with this `connection`; what it says. */
  async function refused(connection) {
    const { nodes: [node] } = await startNodes(cluster, 1, { idp, open: false, database: { client: 'pg', connection } });
    const run = new Run(['serve', '--config', writeConfig(node.directory, node.config)]);
    const { code } = await run.ended();
    assert.ok(code === 1 || code === 2, run.tail());
    assert.ok(!run.stderr.includes(cluster.password) && !run.stderr.includes('PRIVATE KEY'));
    return run.stderr;
  }

  const ENCRYPTED = [['t', 'backstage']];

  test('with the ca that signed it: in', async t => assert.deepEqual(await served(t, { ...cluster.connection, ssl: { ca: authority.pem } }), ENCRYPTED));

  test('the ca from a file, by $file', async t => assert.deepEqual(await served(t, { ...cluster.connection, ssl: { ca: { $file: authority.file } } }), ENCRYPTED));

  test('with the ca of a stranger: refused', async () => assert.match(await refused({ ...cluster.connection, ssl: { ca: stranger.pem } }), /certificate|TLS/i));

  test('true: encrypted, and the certificate must be known', async () => assert.match(await refused({ ...cluster.connection, ssl: true }), /certificate|TLS/i));

  test('rejectUnauthorized: false takes any certificate', async t => assert.deepEqual(await served(t, { ...cluster.connection, ssl: { rejectUnauthorized: false } }), ENCRYPTED));

  test('absent or false: never encrypted, so that a server that asks for it refuses', async () => {
    assert.match(await refused(cluster.connection), /pg_hba|no encryption|encrypt/i);
    await refused({ ...cluster.connection, ssl: false });
  });

  test('in a URL: sslmode and sslrootcert', async t => {
    const query = `?sslmode=verify-full&sslrootcert=${encodeURIComponent(authority.file)}`;
    assert.deepEqual(await served(t, cluster.url({ database: 'backstage_plugin_auth', query })), ENCRYPTED);
    assert.match(await refused(cluster.url({ query: `?sslmode=verify-full&sslrootcert=${encodeURIComponent(stranger.file)}` })), /certificate|TLS/i);
    assert.deepEqual(await served(t, cluster.url({ query: '?sslmode=no-verify' })), ENCRYPTED);
  });

  test('a certificate for another name: refused', async () => {
    const other = await Cluster.start({ tls: authority.issue(['db.example.com']) });
    try {
      assert.match(await refused({ ...other.connection, ssl: { ca: authority.pem } }), /certificate|TLS|name/i);
    } finally {
      await other.close();
    }
  });

  test('cert and key: who we are', async t => {
    const { cert, key } = authority.issue(['certified']);
    const connection = { host: '127.0.0.1', port: cluster.port, user: 'certified', ssl: { ca: authority.pem, cert, key } };
    await cluster.query('DROP DATABASE backstage_plugin_auth WITH (FORCE)');
    assert.deepEqual(await served(t, connection), [['t', 'certified']]);
    await refused({ ...connection, ssl: { ca: authority.pem } });
  });
});
