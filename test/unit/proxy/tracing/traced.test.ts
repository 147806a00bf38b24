import type { IncomingMessage } from 'node:http';
import { listen } from '../../../support/listen';
import { createServer } from 'node:net';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { collectedResource, collectedSpans, type CollectedSpan } from './collected';
import { proxyProcess } from './proxy-process';

const ROUTES = `routes:
  - { id: moved, match: 'GET /api/moved/:id', stage: lambda }
  - { id: failing, match: GET /api/failing, stage: lambda }
  - { id: mirrored, match: GET /api/mirrored, stage: shadow }
`;
const SERVER = 2;
const CLIENT = 3;
const INTERNAL = 1;
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(32)) as [string, string, string, string];
const CLIENT_SPAN = '1234567890abcdef';

describe('a traced proxy', () => {
  let legacy: RecordingServer;
  let lambda: RecordingServer;
  let collector: RecordingServer;
  let spans: readonly CollectedSpan[];
  let loaded: readonly string[];

  beforeAll(async () => {
    [legacy, lambda, collector] = await Promise.all([recordingServer(), recordingServer(), recordingServer()]);
    lambda.answer((request, response) => {
      response.statusCode = request.url?.includes('failing') === true ? 503 : 200;
      response.end('ok');
    });
    legacy.answer((request, response) => {
      if (request.url === '/broken') response.destroy();
      else response.end('ok');
    });
    collector.answer((request, response) => void request.on('end', () => response.end('{}')));
    const proxy = await proxyProcess(
      {
        ...{ LEGACY_URL: legacy.url.origin, LAMBDA_URL: `${lambda.url.origin}/prod` },
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.origin, OTEL_SERVICE_NAME: 'our-proxy', INSTANCE_NAME: 'one' },
      },
      ROUTES,
    );
    const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<void> => {
      const response = await fetch(`${proxy.url}${path}`, { method, headers });
      await response.text();
    };
    await ask('/api/moved/secret-id?secret-query', {
      ...{ traceparent: `00-${A}-${CLIENT_SPAN}-01`, tracestate: 'secret=state', 'x-secret': 'secret-header' },
    });
    await ask('/api/failing');
    await ask('/api/mirrored', { traceparent: `00-${B}-${CLIENT_SPAN}-01` });
    await ask('/unlisted/secret-path', { traceparent: `00-${C}-${CLIENT_SPAN}-00` });
    await ask('/unlisted', { traceparent: `00-${D}-${CLIENT_SPAN}-1`, tracestate: 'a=b' });
    await ask('/broken', { traceparent: `00-${D}-${CLIENT_SPAN}-01` });
    await ask('/api/mirrored', { traceparent: `00-${D}-${CLIENT_SPAN}-01` }, 'PROPFIND');
    loaded = await proxy.stop();
    spans = collectedSpans(collector);
  }, 120_000);

  afterAll(() => Promise.all([legacy.close(), lambda.close(), collector.close()]));

  const received = (side: RecordingServer, url: RegExp): IncomingMessage['headers'] =>
    side.requests.find((request) => url.test(request.url))?.headers ?? {};
  const find = (about: Partial<CollectedSpan>): CollectedSpan => {
    const found = spans.filter((span) =>
      Object.entries(about).every(([key, value]) => Reflect.get(span, key) === value),
    );
    expect(found).toHaveLength(1);
    return found[0] as CollectedSpan;
  };

  it("continues the client's trace and passes it on, to the side that is asked", () => {
    const server = find({ traceId: A, kind: SERVER });
    const client = find({ traceId: A, kind: CLIENT });
    expect(server).toMatchObject({ name: 'GET moved', parentSpanId: CLIENT_SPAN, isError: false });
    expect(server.about).toEqual({
      ...{ 'http.request.method': 'GET', 'banyan.route': 'moved', 'http.response.status_code': 200 },
      ...{ 'banyan.side': 'lambda', 'banyan.reason': 'stage' },
    });
    expect(client).toMatchObject({ name: 'lambda', parentSpanId: server.spanId, isError: false });
    expect(client.about).toEqual({
      ...{ 'http.request.method': 'GET', 'banyan.route': 'moved', 'http.response.status_code': 200 },
      'banyan.side': 'lambda',
    });
    const { traceparent, tracestate } = received(lambda, /moved/);
    expect(traceparent).toBe(`00-${A}-${client.spanId}-01`);
    expect(tracestate).toBe('secret=state');
  });

  it('begins a trace, and shows a fallback as two requests', () => {
    const server = find({ name: 'GET failing' });
    expect(server.parentSpanId).toBeUndefined();
    expect(server).toMatchObject({ isError: false, about: { 'banyan.side': 'legacy', 'banyan.reason': 'fallback' } });
    const { traceId, spanId: parentSpanId } = server;
    const failed = find({ traceId, parentSpanId, name: 'lambda' });
    const answered = find({ traceId, parentSpanId, name: 'legacy' });
    expect(failed).toMatchObject({ isError: true, about: { 'http.response.status_code': 503 } });
    expect(answered).toMatchObject({ isError: false, about: { 'http.response.status_code': 200 } });
    expect(received(lambda, /failing/).traceparent).toBe(`00-${traceId}-${failed.spanId}-01`);
    expect(received(legacy, /failing/).traceparent).toBe(`00-${traceId}-${answered.spanId}-01`);
  });

  it('shows a comparison, and the copy that it asked for, below the request', () => {
    const server = find({ traceId: B, kind: SERVER });
    const comparison = find({ traceId: B, kind: INTERNAL });
    const copy = find({ traceId: B, name: 'lambda' });
    expect(comparison).toMatchObject({ name: 'comparison', parentSpanId: server.spanId });
    expect(comparison.about).toEqual({
      ...{ 'http.request.method': 'GET', 'banyan.route': 'mirrored', 'banyan.result': 'equal' },
    });
    expect(copy.parentSpanId).toBe(comparison.spanId);
    expect(copy.about).toMatchObject({ 'banyan.side': 'lambda', 'http.response.status_code': 200 });
    expect(received(lambda, /mirrored/).traceparent).toBe(`00-${B}-${copy.spanId}-01`);
  });

  it('exports nothing of a trace that the client does not sample, and says so to the side', () => {
    expect(spans.filter(({ traceId }) => traceId === C)).toEqual([]);
    const [, spanId] = /^00-c{32}-(.{16})-00$/.exec(String(received(legacy, /secret-path/).traceparent)) ?? [];
    expect(spanId).toMatch(/^(?!1234567890abcdef)[\da-f]{16}$/);
  });

  it('begins another trace where the traceparent is malformed, without its state', () => {
    const { traceparent, tracestate } = received(legacy, /^\/unlisted$/);
    expect(traceparent).toMatch(/^00-(?!d{32})[\da-f]{32}-[\da-f]{16}-01$/);
    expect(tracestate).toBeUndefined();
  });

  it('shows an answer that could not be had', () => {
    const server = find({ traceId: D, name: 'GET' });
    expect(server).toMatchObject({
      isError: true,
      about: { 'http.response.status_code': 502, 'error.type': 'upstream_broken' },
    });
    const asked = find({ traceId: D, parentSpanId: server.spanId });
    expect(asked).toMatchObject({ name: 'legacy', isError: true, about: { 'error.type': 'upstream_broken' } });
  });

  it('holds nothing that a client chose, methods of its own included', () => {
    const text = collector.requests.map(({ body }) => body).join('');
    expect(text).not.toMatch(/secret|unlisted\/|PROPFIND|127\.0\.0\.1/);
    expect(find({ name: '(other)' }).about['http.request.method']).toBe('(other)');
  });

  it('says who exports', () => {
    expect(collectedResource(collector)).toMatchObject({ 'service.name': 'our-proxy', 'service.instance.id': 'one' });
    expect(collector.requests[0]).toMatchObject({ method: 'POST', url: '/v1/traces' });
    expect(loaded).toEqual(expect.arrayContaining(['sdk-trace', 'exporter-trace-otlp-http']));
  });
});

describe('an unavailable collector', () => {
  let legacy: RecordingServer;
  beforeAll(async () => (legacy = await recordingServer()));
  afterAll(() => legacy.close());

  it('delays no request, takes no more memory than a queue, and does not hold up the end', async () => {
    const collector = await recordingServer();
    // Never answered.
    collector.answer(() => undefined);
    const proxy = await proxyProcess({
      LEGACY_URL: legacy.url.origin,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url.origin}/v1/traces`,
      LOG_LEVEL: 'info',
    });
    const REQUESTS = 3_000;
    let answered = 0;
    const one = async (): Promise<void> => {
      for (let i = 0; i < REQUESTS / 30; i += 1) {
        const response = await fetch(`${proxy.url}/a`);
        if ((await response.text()) === 'ok') answered += 1;
      }
    };
    await Promise.all(Array.from({ length: 30 }, one));
    expect(answered).toBe(REQUESTS);
    const begun = performance.now();
    await proxy.stop();
    // The exporter by itself would wait for 10 s.
    expect(performance.now() - begun).toBeLessThan(9_000);
    const kept = collectedSpans(collector).length;
    expect(kept).toBeGreaterThan(512);
    expect(kept).toBeLessThan(REQUESTS * 2);
    await collector.close();
  }, 120_000);

  it('is said once in the log', async () => {
    const closed = createServer();
    const port = await listen(closed);
    closed.close();
    const proxy = await proxyProcess({
      ...{ LEGACY_URL: legacy.url.origin, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    });
    await (await fetch(`${proxy.url}/a`)).text();
    await proxy.stop();
    expect(proxy.output().match(/spans cannot be exported and are dropped/g)).toHaveLength(1);
  }, 120_000);
});

describe('without an exporter', () => {
  it.each([
    ['no endpoint is set', {}],
    ['the SDK is turned off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }],
  ])(
    'nothing of OpenTelemetry is loaded and a traceparent passes untouched: %s',
    async (_why, env) => {
      const legacy = await recordingServer();
      const proxy = await proxyProcess({ LEGACY_URL: legacy.url.origin, ...env });
      const headers = { TraceParent: 'not-one', TraceState: 'a=b' };
      await (await fetch(`${proxy.url}/a`, { headers })).text();
      // Of prom-client, which needs the interface.
      expect(await proxy.stop()).toEqual(['api']);
      expect(legacy.requests[0]?.headers).toMatchObject({ traceparent: 'not-one', tracestate: 'a=b' });
      await legacy.close();
    },
    120_000,
  );
});
