// A collector of traces: OTLP over HTTP, in protobuf (opentelemetry-proto, trace/v1 and common/v1), as far as a span of ours goes.

import http from 'node:http';
import { once } from 'node:events';
import { onProcessEnd } from './cleanup.mjs';
import { outputOf } from './record.mjs';

/** The fields of a message, in their order: `[number, value]`; a value is a BigInt, or bytes. */
function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = length => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const read = { 0: varint, 1: () => take(8).readBigUInt64LE(), 2: () => take(Number(varint())), 5: () => BigInt(take(4).readUInt32LE()) }[tag & 7];
    if (!read) throw new Error(`no protobuf: wire type ${tag & 7}`);
    yield [tag >> 3, read()];
  }
}

const all = (bytes, number) => [...fields(bytes)].filter(([field]) => field === number).map(([, value]) => value);
const one = (bytes, number) => all(bytes, number).at(-1);
const text = bytes => bytes?.toString('utf8');

function anyValue(bytes) {
  const [[number, value] = []] = [...fields(bytes)];
  if (number === 1) return text(value);
  if (number === 2) return value !== 0n;
  if (number === 3) return Number(BigInt.asIntN(64, value));
  return value;
}

const attributes = list => Object.fromEntries(list.map(bytes => [text(one(bytes, 1)), anyValue(one(bytes, 2) ?? Buffer.alloc(0))]));

const KINDS = ['unspecified', 'internal', 'server', 'client'];

function span(bytes, resource) {
  return {
    traceId: one(bytes, 1).toString('hex'),
    spanId: one(bytes, 2).toString('hex'),
    traceState: text(one(bytes, 3)),
    parentSpanId: one(bytes, 4)?.toString('hex') || undefined,
    name: text(one(bytes, 5)),
    kind: KINDS[Number(one(bytes, 6) ?? 0n)],
    attributes: attributes(all(bytes, 9)),
    events: all(bytes, 11).length,
    isError: all(bytes, 15).some(status => one(status, 3) === 2n),
    resource,
  };
}

/** The spans of an `ExportTraceServiceRequest`. */
export function readSpans(body) {
  return all(body, 1).flatMap(ofResource => {
    const resource = attributes(all(one(ofResource, 1), 1));
    return all(ofResource, 2).flatMap(ofScope => all(ofScope, 2).map(bytes => span(bytes, resource)));
  });
}

/** A collector that listens; `mood` is what it answers: a status, or `silence`. What it got is looked through for secrets, as logs are. */
export async function startCollector() {
  const record = outputOf('traces');
  const collector = { spans: [], headers: [], bodies: [], mood: 200, calls: 0 };
  const server = http.createServer(async (request, response) => {
    collector.calls += 1;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    record(body.toString('latin1'));
    if (collector.mood === 'silence') return;
    if (collector.mood === 200) {
      collector.headers.push(request.headers);
      collector.bodies.push(body);
      collector.spans.push(...readSpans(body));
    }
    response.writeHead(collector.mood, { 'content-type': 'application/x-protobuf' }).end();
  });
  // Longer than a test takes: it must not close a connection just when the next spans come.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const forget = onProcessEnd(() => server.closeAllConnections());
  collector.endpoint = `http://127.0.0.1:${server.address().port}`;
  collector.close = () => {
    forget();
    server.close();
    server.closeAllConnections();
  };
  /** The spans of one trace. */
  collector.trace = traceId => collector.spans.filter(each => each.traceId === traceId);
  return collector;
}
