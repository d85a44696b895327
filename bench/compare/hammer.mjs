// One request again and again, on kept-alive connections.

import http from 'node:http';

/** Asks for `seconds` on so many `connections`; any other answer than `status` fails the benchmark. */
export async function hammer(url, { headers, status, connections, seconds }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const took = [];
  const end = performance.now() + seconds * 1000;
  const one = () =>
    new Promise((resolve, reject) => {
      const request = http.get(url, { agent, headers }, response => {
        response.resume().on('end', () => (response.statusCode === status ? resolve() : reject(new Error(`${url} answered ${response.statusCode}`))));
      });
      request.on('error', reject);
    });
  const connection = async () => {
    while (performance.now() < end) {
      const before = performance.now();
      await one();
      took.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  agent.destroy();
  took.sort((a, b) => a - b);
  const at = share => took[Math.min(took.length - 1, Math.floor(took.length * share))];
  return { count: took.length, perSecond: took.length / seconds, p50: at(0.5), p99: at(0.99) };
}
