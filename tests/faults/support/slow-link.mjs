// A TCP link that takes its time: every packet of the answers is late by so much.

import net from 'node:net';

/** Passes on to `port`, `delayMs` late; the delay may be changed while it runs. */
export async function slowLink(port) {
  const link = { delayMs: 0 };
  const sockets = new Set();
  const server = net.createServer(near => {
    const far = net.connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('data', chunk => far.write(chunk));
    near.on('close', () => far.destroy());
    // In order, whatever the delay becomes meanwhile.
    let last = Promise.resolve();
    const later = act => {
      const due = performance.now() + link.delayMs;
      last = last.then(async () => {
        await new Promise(resolve => setTimeout(resolve, Math.max(0, due - performance.now())));
        if (!near.destroyed) act();
      });
    };
    far.on('data', chunk => later(() => near.write(chunk)));
    far.on('close', () => later(() => near.destroy()));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  link.port = server.address().port;
  link.close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return link;
}
