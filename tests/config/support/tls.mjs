// Certificates, and a browser that speaks TLS.

import { execFileSync } from 'node:child_process';
import https from 'node:https';
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { Jar } from '../../support/browser-jar.mjs';
import { send } from '../../support/http.mjs';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority of its own; `issue(names)` makes a certificate for hosts and addresses. */
export function certificateAuthority(directory, name = 'ca') {
  const at = file => join(directory, file);
  openssl('req', '-x509', ...EC, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-days', '2', '-subj', `/CN=${name} of the tests`, '-addext', 'basicConstraints=critical,CA:TRUE');
  let count = 0;
  return {
    file: at(`${name}.pem`),
    pem: readFileSync(at(`${name}.pem`), 'utf8'),
    issue(names) {
      const base = at(`${name}-${(count += 1)}`);
      const alternatives = names.map(host => `${/^[\d.:]+$/.test(host) ? 'IP' : 'DNS'}:${host}`).join(',');
      openssl('req', ...EC, '-keyout', `${base}.key`, '-out', `${base}.csr`, '-subj', `/CN=${names[0]}`);
      writeFileSync(`${base}.ext`, `subjectAltName=${alternatives}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n`);
      openssl('x509', '-req', '-in', `${base}.csr`, '-CA', at(`${name}.pem`), '-CAkey', at(`${name}.key`), '-CAcreateserial', '-days', '2', '-extfile', `${base}.ext`, '-out', `${base}.pem`);
      return { certFile: `${base}.pem`, keyFile: `${base}.key`, cert: readFileSync(`${base}.pem`, 'utf8'), key: readFileSync(`${base}.key`, 'utf8') };
    },
  };
}

/** One request; over TLS when the URL says so, trusting `ca` alone, or anyone if `ca` is null. */
export function sendAnyhow(method, url, { headers = {}, body, ca } = {}) {
  if (!url.startsWith('https:')) return send(method, url, { headers, body });
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = https.request({
      method,
      host: '127.0.0.1',
      servername: hostname,
      port: port || 443,
      path: `${pathname}${search}`,
      headers: { host: new URL(url).host, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }), ...headers },
      agent: false,
      ...(ca === null ? { rejectUnauthorized: false } : { ca }),
      timeout: 15_000,
    });
    request.on('timeout', () => request.destroy(new Error(`${method} ${url}: no answer`)));
    request.on('error', reject);
    request.on('response', response => {
      const certificate = response.socket.getPeerCertificate();
      let text = '';
      response.setEncoding('utf8').on('data', chunk => (text += chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          method, url, text, certificate,
          status: response.statusCode,
          headers: response.headers,
          setCookies: response.headers['set-cookie'] ?? [],
          location: response.headers.location,
          json: () => JSON.parse(text),
        }),
      );
    });
    request.end(body);
  });
}

/** A cookie jar that also goes to https, trusting `ca`. */
export class TlsJar extends Jar {
  constructor(ca) {
    super();
    this.ca = ca;
  }

  async send(method, url, { initiator, topLevel = false, headers = {}, body } = {}) {
    const cookie = this.header(url, { method, initiator, topLevel });
    const response = await sendAnyhow(method, url, { headers: { ...(cookie && { cookie }), ...headers }, body, ca: this.ca });
    this.store(url, response.setCookies);
    return response;
  }
}
