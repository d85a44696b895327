// Traces: by OTLP, one from the browser's request to the provider's and the catalog's, without a word that is secret

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, describe, test } from 'node:test';
import { Jar } from '../support/browser-jar.mjs';
import { XHR, authorize, deliver, logout, refresh, signedIn, start } from '../support/flows.mjs';
import { openHouse } from '../support/house.mjs';
import { send } from '../support/http.mjs';
import { startCollector } from '../support/otlp.mjs';
import { startCatalog } from '../support/remote-catalog.mjs';
import { assertNoneIn, walkThrough } from '../support/secrets.mjs';
import { freePort, until } from '../support/wait.mjs';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])$/;

const collector = await startCollector();
const catalog = await startCatalog();
const { door, idp, close } = await openHouse({
  args: ['--log-format', 'json'],
  env: { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=tests' },
  ...catalog.config,
  stagedoor: { traces: { endpoint: collector.endpoint, headers: { authorization: "Bearer the collector's own" } } },
});
after(async () => {
  await close();
  collector.close();
  catalog.close();
});

const readiness = house => `http://localhost:${house.port}/.backstage/health/v1/readiness`;
const newTraceId = () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex');
const parent = (traceId, sampled = true) => ({ traceparent: `00-${traceId}-00000000000000aa-0${sampled ? 1 : 0}` });

/** The spans of a trace, when the request's own has come, and those of these names: what a task of its own did may end later. */
async function arrived(traceId, names = [], from = collector) {
  const is = test => from.trace(traceId).some(test);
  await until(() => is(({ kind }) => kind === 'server') && names.every(name => is(span => span.name === name)), { what: `the trace ${traceId}` });
  return from.trace(traceId);
}

describe('traces', () => {
  test('one trace: the request, the steps of the sign-in, the provider, the catalog, the database', async () => {
    const traceId = newTraceId();
    const jar = new Jar();
    const callback = await authorize(jar, await start(jar, door));
    const [asked, told] = [idp.requests.length, catalog.asked.length];
    const answer = await deliver(jar, callback, { headers: parent(traceId) });
    assert.equal(answer.status, 200);
    const spans = await arrived(traceId, ['sign_in.callback', 'oidc.exchange_code', 'resolver', 'catalog.find_user', 'database']);
    const named = name => spans.find(span => span.name === name) ?? assert.fail(`no ${name} among ${spans.map(span => span.name)}`);
    const parentOf = span => spans.find(({ spanId }) => spanId === span.parentSpanId);

    const request = named('GET /api/auth/{provider}/handler/frame');
    assert.equal(request.parentSpanId, '00000000000000aa');
    assert.equal(request.attributes['http.route'], '/api/auth/{provider}/handler/frame');
    assert.equal(request.attributes['http.response.status_code'], 200);
    assert.equal(request.attributes.request_id, answer.headers['x-request-id']);
    assert.equal(request.resource['service.name'], 'stagedoor');
    assert.equal(request.resource['deployment.environment.name'], 'tests');

    const signIn = named('sign_in.callback');
    assert.equal(parentOf(signIn), request);
    assert.deepEqual(signIn.attributes, { provider: 'oidc', environment: 'development', outcome: 'signed_in' });
    assert.equal(parentOf(named('oidc.exchange_code')), signIn);
    assert.equal(named('resolver').attributes.resolver, 'emailMatchingUserEntityProfileEmail');
    assert.equal(parentOf(named('catalog.find_user')), named('resolver'));
    assert.ok(spans.some(span => span.name === 'database' && span.attributes.outcome === 'done'));
    assert.ok(spans.every(span => span === request || parentOf(span)), 'each has its parent');

    const atProvider = idp.requests.slice(asked).find(({ path }) => path === '/token');
    const [, traceAtProvider, callToProvider] = TRACEPARENT.exec(atProvider.headers.traceparent);
    assert.equal(traceAtProvider, traceId);
    const call = spans.find(span => span.spanId === callToProvider);
    assert.equal(call.kind, 'client');
    assert.equal(call.name, 'POST');
    assert.equal(parentOf(call).name, 'oidc.exchange_code');
    const [, traceAtCatalog, callToCatalog] = TRACEPARENT.exec(catalog.asked[told].headers.traceparent);
    assert.equal(traceAtCatalog, traceId);
    assert.equal(parentOf(spans.find(span => span.spanId === callToCatalog)).name, 'catalog.find_user');
  });

  test('a refresh goes on in its trace, though it is a task of its own', async () => {
    const { jar } = await signedIn(door);
    const traceId = newTraceId();
    const answer = await refresh(jar, door, { headers: { ...XHR, ...parent(traceId) } });
    assert.equal(answer.status, 200, answer.text);
    const spans = await arrived(traceId, ['sign_in.refresh', 'oidc.refresh']);
    const byName = name => spans.find(span => span.name === name);
    assert.equal(byName('sign_in.refresh').attributes.outcome, 'refreshed');
    assert.equal(byName('oidc.refresh').parentSpanId, byName('sign_in.refresh').spanId);
  });

  test('log lines tell the trace beside the request', async () => {
    const traceId = newTraceId();
    const answer = await send('GET', `${door.auth}/oidc/start?env=nowhere&scope=openid`, { headers: parent(traceId) });
    assert.ok(answer.status >= 400);
    const callback = await send('GET', `${door.auth}/oidc/handler/frame?state=made-up`, { headers: parent(traceId) });
    const line = await until(() => door.log.split('\n').find(line => line.includes(callback.headers['x-request-id'])), { what: 'the log line' });
    const { span, spans } = JSON.parse(line);
    const request = [span, ...(spans ?? [])].find(each => each.request_id === callback.headers['x-request-id'] && each.path);
    assert.equal(request.trace_id, traceId);
  });

  test('without a traceparent, and with one that is none, a trace begins', async () => {
    const before = collector.spans.length;
    for (const traceparent of ['nonsense', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01-more`]) {
      await send('GET', readiness(door), { headers: { traceparent } });
    }
    await send('GET', readiness(door));
    const begun = () => collector.spans.slice(before).filter(span => span.name === 'GET /.backstage/health/v1/readiness');
    await until(() => begun().length >= 4, { what: 'the traces' });
    assert.ok(begun().every(span => !span.parentSpanId));
    assert.equal(new Set(begun().map(span => span.traceId)).size, begun().length);
  });

  test('what the caller carries along is not handed on', async () => {
    const traceId = newTraceId();
    const told = idp.requests.length;
    await send('GET', `${door.auth}/oidc/start?env=development`, { headers: { ...parent(traceId), tracestate: 'vendor=their-secret', baggage: 'user=ada' } });
    const { jar } = await signedIn(door);
    await refresh(jar, door, { headers: { ...XHR, ...parent(traceId), tracestate: 'vendor=their-secret', baggage: 'user=ada' } });
    const spans = await arrived(traceId);
    assert.ok(spans.every(span => !span.traceState));
    const seen = idp.requests.slice(told).filter(({ path }) => path === '/token');
    assert.ok(seen.length > 0 && seen.every(({ headers }) => !headers.tracestate && !headers.baggage));
  });

  test('no secret is in anything that is sent, no path, no query, no address, and no event', async () => {
    const { secrets, jars } = await walkThrough(door, idp);
    await send('GET', `http://localhost:${door.port}/made/up?by=a-stranger`);
    await send('BREW', `http://localhost:${door.port}/made/up`).catch(() => {});
    await logout(jars[0], door);
    const traceId = newTraceId();
    await send('GET', readiness(door), { headers: parent(traceId) });
    await arrived(traceId);
    const sent = Buffer.concat(collector.bodies);
    assertNoneIn(sent, secrets, 'a trace');
    const text = sent.toString('latin1');
    for (const word of ['made/up', 'stranger', 'BREW', 'ada@', 'user:default', '127.0.0.1:', 'client_secret', "collector's own"]) assert.ok(!text.includes(word), word);
    assert.ok(collector.spans.every(span => span.events === 0));
    const known = new Set([
      'http.request.method', 'http.route', 'http.response.status_code', 'request_id', 'server.address', 'outcome', 'provider', 'environment', 'resolver',
    ]);
    assert.deepEqual([...new Set(collector.spans.flatMap(span => Object.keys(span.attributes)))].filter(name => !known.has(name)), []);
    assert.ok(!door.log.includes("collector's own"));
  });

  test('the collector is told who sends, as it asked', () => {
    assert.ok(collector.headers.length > 0);
    assert.ok(collector.headers.every(headers => headers.authorization === "Bearer the collector's own" && headers['content-type'] === 'application/x-protobuf'));
  });
});

describe('which requests', () => {
  const counted = async (traces, header) => {
    const port = await freePort();
    const house = await openHouse({ idp, stagedoor: { metrics: { listen: `127.0.0.1:${port}` }, traces: { endpoint: collector.endpoint, ...traces } } });
    const traceIds = Array.from({ length: 60 }, newTraceId);
    for (const traceId of traceIds) await send('GET', readiness(house.door), { headers: parent(traceId, header) });
    // Ending sends what there is.
    await house.close();
    return traceIds.filter(traceId => collector.trace(traceId).length > 0).length;
  };
  test('sampleRatio: a share of them, whatever the caller wants', async () => {
    const taken = await counted({ sampleRatio: 0.5 }, true);
    assert.ok(taken > 10 && taken < 50, `${taken} of 60`);
    assert.equal(await counted({ sampleRatio: 0 }, true), 0, 'nobody forces a trace');
    assert.equal(await counted({}, false), 60, 'nobody prevents one');
  });

  test('followParent: as the caller wants', async () => {
    assert.equal(await counted({ sampleRatio: 0, followParent: true }, true), 60);
    assert.equal(await counted({ followParent: true }, false), 0);
  });
});

describe('a collector that is none', () => {
  const metric = async (port, name) => {
    const { text } = await send('GET', `http://127.0.0.1:${port}/metrics`);
    return text.split('\n').filter(line => line.startsWith(name)).reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  const DROPPED = 'stagedoor_trace_spans_dropped_total';

  for (const [what, endpoint] of Object.entries({
    'refuses connections': async () => `http://127.0.0.1:${await freePort()}`,
    'answers with an error': async () => {
      const one = await startCollector();
      one.mood = 503;
      after(one.close);
      return one.endpoint;
    },
    'takes connections and never answers': async () => {
      const one = await startCollector();
      one.mood = 'silence';
      after(one.close);
      return one.endpoint;
    },
    'speaks no HTTP': async () => {
      const server = net.createServer(socket => socket.on('error', () => {}).end('what?\n'));
      await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
      after(() => server.close());
      return `http://127.0.0.1:${server.address().port}`;
    },
  })) {
    test(`${what}: nobody notices, and what is lost is counted`, async () => {
      const port = await freePort();
      const house = await openHouse({ idp, stagedoor: { metrics: { listen: `127.0.0.1:${port}` }, traces: { endpoint: await endpoint() } } });
      const { jar } = await signedIn(house.door);
      const took = [];
      for (let turn = 0; turn < 20; turn += 1) {
        const started = performance.now();
        assert.equal((await refresh(jar, house.door)).status, 200);
        took.push(performance.now() - started);
      }
      // A collector that is silent is waited for for seconds.
      assert.ok(took.sort((a, b) => a - b)[10] < 1_000, `refreshes are as quick as ever: ${took.map(Math.round)}`);
      // A collector that is silent is waited for, and then given up.
      await until(async () => (await metric(port, DROPPED)) > 0, { what: 'the count', everyMs: 200 });
      await house.door.says(/traces can't be sent/);
      const ending = performance.now();
      assert.equal(await house.door.close(), 0);
      // Two seconds are for the last spans; without that limit it would be five.
      assert.ok(performance.now() - ending < 5_000, 'it ends in time');
    });
  }
});

test('what is waiting is sent when the process ends', async () => {
  const house = await openHouse({ idp, stagedoor: { traces: { endpoint: collector.endpoint } } });
  const traceId = newTraceId();
  await send('GET', readiness(house.door), { headers: parent(traceId) });
  assert.equal(await house.door.close(), 0);
  assert.equal(collector.trace(traceId).filter(span => span.kind === 'server').length, 1);
});

test('off: nothing is handed on, and log lines tell of no trace', async () => {
  const house = await openHouse({ idp, args: ['--log-format', 'json'], stagedoor: { traces: { endpoint: '${NOT_SET_ANYWHERE}' } } });
  after(house.door.close.bind(house.door));
  const asked = idp.requests.length;
  await send('GET', `${house.door.auth}/oidc/start?env=development`, { headers: parent(newTraceId()) });
  await signedIn(house.door);
  assert.ok(idp.requests.slice(asked).filter(({ path }) => path === '/token').every(({ headers }) => !headers.traceparent));
  assert.ok(!house.door.log.includes('trace_id'));
});

test('a mistake in stagedoor.traces is told at the start', async () => {
  const run = async (traces, expected) => {
    const house = await openHouse({ idp, open: false, stagedoor: { traces } });
    await house.door.open().catch(() => {});
    assert.equal((await house.door.run.ended()).code, 2, house.door.run.tail());
    assert.match(house.door.log, expected);
  };
  await run({ endpoint: 'collector:4318' }, /stagedoor\.traces\.endpoint/);
  await run({ endpoint: collector.endpoint, sampleRatio: 2 }, /stagedoor\.traces\.sampleRatio/);
  await run({ headers: { a: 'b' } }, /stagedoor\.traces\.endpoint/);
  await run({ endpoint: collector.endpoint, headers: { 'not a name': 'value' } }, /not a name.*is not the name of a header/);
});
