// Several Stagedoors on one database, behind one name: what a load balancer does, a test does by choosing.

import assert from 'node:assert/strict';
import { Jar } from '../../support/browser-jar.mjs';
import { authorize, deliver, start } from '../../support/flows.mjs';
import { readFrame } from '../../support/frame.mjs';
import { appConfig, providerBlock } from '../../support/house.mjs';
import { startIdp } from '../../support/provider.mjs';
import { Door } from '../../support/stagedoor.mjs';
import { freePort } from '../../support/wait.mjs';

/**
 * `count` nodes with one `backend.baseUrl`, that of the first. A test sends a request to a node by `node.auth`, and a browser
 * keeps the same cookies for all of them, for cookies know no ports.
 */
export async function startNodes(cluster, count, { idp: given, database, provider, open = true, ...rest } = {}) {
  const idp = given ?? (await startIdp());
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const baseUrl = `http://localhost:${ports[0]}`;
  idp.client('backstage', `${baseUrl}/api/auth/oidc/handler/frame`);
  const nodes = ports.map(port => {
    const config = appConfig({ port, providers: { oidc: { development: providerBlock(idp, provider) } }, backend: { baseUrl, database: database ?? cluster.database() }, ...rest });
    return new Door({ port, config });
  });
  const close = async () => {
    await Promise.all(nodes.map(node => node.close()));
    if (!given) await idp.down();
  };
  try {
    if (open) await Promise.all(nodes.map(node => node.open()));
  } catch (error) {
    await Promise.all(nodes.map(node => node.kill()));
    if (!given) await idp.down();
    throw error;
  }
  return { nodes, idp, issuer: `${baseUrl}/api/auth`, close };
}

/** The same callback, delivered to another node. */
export const atNode = (node, { url, ...rest }) => ({ url: url.replace(/^http:\/\/localhost:\d+/, node.local), ...rest });

/** A whole sign-in at one node, wherever the common name leads. */
export async function signedInAt(node, { as, jar = new Jar() } = {}) {
  const { session, error } = readFrame(await deliver(jar, atNode(node, await authorize(jar, await start(jar, node), { as }))));
  assert.equal(error, undefined, error?.message);
  return { jar, session };
}
