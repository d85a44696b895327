// A Backstage catalog over HTTP that knows ada and grace by their e-mail, and remembers how it was asked.

import http from 'node:http';
import { once } from 'node:events';
import { onProcessEnd } from './cleanup.mjs';

const user = name => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { namespace: 'default', name, uid: name, annotations: {} },
  spec: { profile: { email: `${name}@example.com` }, memberOf: [] },
  relations: [],
});

/** `config` goes into the configuration, `asked` are the requests, `mood` is what it answers with. */
export async function startCatalog() {
  const catalog = { asked: [], mood: 200 };
  const server = http.createServer((request, response) => {
    catalog.asked.push({ url: request.url, headers: request.headers });
    const found = ['ada', 'grace'].filter(name => decodeURIComponent(request.url).toLowerCase().includes(`${name}@example.com`)).map(user);
    const body = catalog.mood === 200 ? found : { error: { name: 'Error', message: 'out of order' } };
    response.writeHead(catalog.mood, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const forget = onProcessEnd(() => server.closeAllConnections());
  catalog.config = {
    catalog: {},
    discovery: { endpoints: [{ target: `http://127.0.0.1:${server.address().port}/api/{{pluginId}}`, plugins: ['catalog'] }] },
  };
  catalog.close = () => {
    forget();
    server.close();
    server.closeAllConnections();
  };
  return catalog;
}
