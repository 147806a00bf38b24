import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gatewayRoom } from '../../../../../proxy/forward/gateway-room';
import { ENDPOINT_TYPES, REQUEST_LIMITS } from '../../../../../shared/api-gateway/limits';
import { startGateway, type RunningGateway } from '../../../../../shared/local/gateway';
import { exchangeRaw } from '../../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../../support/running-proxy';

const routes = `maxBodyBytes: 100000000
routes:
  - {id: get, match: "GET /api/events/:eventId", stage: lambda}
  - {id: put, match: "PUT /api/events/:eventId", stage: lambda, auth: none}
`;
const SERVERLESS = `service: limits
provider: { name: aws, endpointType: TYPE, apiGateway: { binaryMediaTypes: ['*/*'] } }
functions:
  f:
    handler: f.handler
    events:
      - http: { path: 'api/events/{eventId}', method: get }
      - http: { path: 'api/events/{eventId}', method: put }
`;

/** The proxy in front of the local gateway: what one sends, the other takes, up to the last byte. */
describe.each(ENDPOINT_TYPES)('limits of an API that is %s', (type) => {
  let folder: string;
  let legacy: RecordingServer;
  let gateway: RunningGateway;
  let proxy: RunningProxy;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-limits-'));
    const serverlessFile = path.join(folder, 'serverless.yml');
    await writeFile(serverlessFile, SERVERLESS.replace('TYPE', type.toUpperCase()));
    legacy = await recordingServer();
    legacy.answer((request, response) => request.resume().once('end', () => response.end('legacy')));
    const handler = () => Promise.resolve({ statusCode: 200, body: 'lambda' });
    gateway = await startGateway({ serverlessFile, stage: 'dev', port: 0, load: () => ({ handler }) });
    const lambdaUrl = new URL(gateway.url);
    proxy = await runProxy({ legacyUrl: legacy.url, lambdaUrl, lambdaEndpointType: type, routes });
  });

  afterAll(async () => {
    await proxy.close();
    await gateway.close();
    await legacy.close();
    await rm(folder, { recursive: true });
  });

  /** Who answered and why; every answer is 200. */
  async function ask(target: string, headers = '', { method = 'GET', body = '' } = {}): Promise<string> {
    const answer = await exchangeRaw(
      proxy.port,
      `${method} ${target} HTTP/1.1\r\nHost: a\r\n${headers}Connection: close\r\n\r\n${body}`,
    );
    const line = proxy.logger.lines.filter(({ message }) => message === 'request').at(-1);
    const { upstream, reason } = line?.fields ?? {};
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(answer.endsWith(String(upstream))).toBe(true);
    return `${String(upstream)}: ${String(reason)}`;
  }

  it('URL', async () => {
    const room = REQUEST_LIMITS[type].urlCharacters - `https://127.0.0.1:${gateway.port}/dev/api/events/1?`.length;
    expect(await ask(`/api/events/1?${'x'.repeat(room)}`)).toBe('lambda: stage');
    expect(await ask(`/api/events/1?${'x'.repeat(room + 1)}`)).toBe('legacy: long-url');
    const encoded = '|'.repeat(Math.floor(room / 3));
    expect(await ask(`/api/events/1?${encoded}`)).toBe('lambda: stage');
    expect(await ask(`/api/events/1?${encoded}|`)).toBe('legacy: long-url');
  });

  it('headers, of which the gateway may add some', async () => {
    const { headerBytes, addedHeaderBytes } = REQUEST_LIMITS[type];
    const sent = [
      ...['connection: keep-alive', `Host: 127.0.0.1:${gateway.port}`, 'X-Forwarded-For: 127.0.0.1'],
      ...['X-Forwarded-Proto: http', 'X-Forwarded-Host: a', 'X-Banyan-Forwarded-Proto: http', 'x-pad: '],
    ];
    const room = headerBytes - addedHeaderBytes - sent.join('\r\n').length - '\r\n'.length;
    expect(await ask('/api/events/1', `X-Pad: ${'x'.repeat(room)}\r\n`)).toBe('lambda: stage');
    expect(await ask('/api/events/1', `X-Pad: ${'x'.repeat(room + 1)}\r\n`)).toBe('legacy: large-headers');
  });

  it('method ARN, of which the URL here tells nothing', async () => {
    const { methodPathBytes } = gatewayRoom(new URL(gateway.url), type);
    const room = methodPathBytes - 'GET/api/events/'.length;
    expect(await ask(`/api/events/${'x'.repeat(room)}`)).toBe('lambda: stage');
    expect(await ask(`/api/events/${'x'.repeat(room + 1)}`)).toBe('legacy: long-path');
  });

  it('body', async () => {
    const put = (bytes: number) =>
      ask('/api/events/1', `Content-Length: ${bytes}\r\n`, { method: 'PUT', body: '\u00ff'.repeat(bytes) });
    expect(await put(4_521_984)).toBe('lambda: stage');
    expect(await put(4_521_985)).toBe('legacy: large-body');
  });
});

it('falls back to legacy where the API is stricter than the proxy knows', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-limits-'));
  const serverlessFile = path.join(folder, 'serverless.yml');
  await writeFile(serverlessFile, SERVERLESS.replace('TYPE', 'PRIVATE'));
  const legacy = await recordingServer();
  legacy.answer((_request, response) => response.end('legacy'));
  const handler = () => Promise.resolve({ statusCode: 200, body: 'lambda' });
  const gateway = await startGateway({ serverlessFile, stage: 'dev', port: 0, load: () => ({ handler }) });
  const lambdaUrl = new URL(gateway.url);
  const proxy = await runProxy({ legacyUrl: legacy.url, lambdaUrl, lambdaEndpointType: 'regional', routes });
  try {
    for (const request of [
      `GET /api/events/1?${'x'.repeat(9_000)} HTTP/1.1\r\nHost: a\r\n`,
      `GET /api/events/1 HTTP/1.1\r\nHost: a\r\nX-Pad: ${'x'.repeat(9_000)}\r\n`,
    ]) {
      const answer = await exchangeRaw(proxy.port, `${request}Connection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK[^]*legacy$/);
      expect(proxy.logger.lines.at(-1)?.fields).toMatchObject({ upstream: 'legacy', reason: 'gateway-refused' });
    }
  } finally {
    await proxy.close();
    await gateway.close();
    await legacy.close();
    await rm(folder, { recursive: true });
  }
});
