// A plain HTTP client that neither follows, nor normalises, nor pools: what a test writes is what is sent.

import http from 'node:http';
import net from 'node:net';
import { secretsOfAnswer } from './record.mjs';
import { PATIENCE_MS } from './wait.mjs';

const loopback = (_host, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);

/**
 * One request, one answer. `path` overrides the URL's path and query, unnormalised.
 * With `tolerateReset`, a connection the server cut off is an answer of status 0.
 */
export function send(method, url, { headers = {}, body, path, timeoutMs = PATIENCE_MS, tolerateReset = false } = {}) {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (how, value) => {
      if (!settled) {
        settled = true;
        how(value);
      }
    };
    const request = http.request({
      method,
      host: hostname,
      port,
      path: path ?? `${pathname}${search}`,
      headers: body === undefined ? headers : { 'content-length': Buffer.byteLength(body), ...headers },
      agent: false,
      lookup: loopback,
    });
    request.setTimeout(timeoutMs, () => request.destroy(new Error(`${method} ${url}: no answer in ${timeoutMs} ms`)));
    request.on('response', response => {
      const chunks = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('error', error => settle(reject, error));
      response.on('end', () => settle(resolve, answer(method, url, response, Buffer.concat(chunks).toString('utf8'))));
    });
    request.on('error', error => {
      if (tolerateReset && ['ECONNRESET', 'EPIPE'].includes(error.code)) {
        settle(resolve, { method, url, status: 0, headers: {}, setCookies: [], text: '', json: () => undefined });
      } else {
        settle(reject, error);
      }
    });
    request.end(body);
  });
}

function answer(method, url, response, text) {
  secretsOfAnswer(text);
  return {
    method,
    url,
    status: response.statusCode,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    setCookies: response.headers['set-cookie'] ?? [],
    location: response.headers.location,
    text,
    json: () => JSON.parse(text),
  };
}

/** Writes `bytes` to a loopback port as they are, and returns the first part of whatever comes back. */
export function sendRaw(port, bytes, { timeoutMs = PATIENCE_MS } = {}) {
  return new Promise(resolve => {
    const chunks = [];
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.on('data', chunk => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), text });
    });
  });
}
