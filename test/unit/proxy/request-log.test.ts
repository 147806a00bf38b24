import { exchangeRaw, rawConnection } from '../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../support/recording-server';
import { runProxy, type RunningProxy } from '../../support/running-proxy';
import { waitFor } from '../../support/wait-for';

const CLOSE = 'Host: a\r\nConnection: close\r\n\r\n';
const ROUTES = 'routes: [{id: events, match: GET /api/events, stage: lambda}]';

/** What an operator reads of requests that did not go as usual. */
describe('the log of a request', () => {
  let upstream: RecordingServer;
  let proxy: RunningProxy;

  const start = async (trustedHops = 0): Promise<void> => {
    proxy = await runProxy({
      legacyUrl: upstream.url,
      lambdaUrl: new URL('/prod', upstream.url),
      routes: ROUTES,
      trustedHops,
    });
  };
  beforeEach(async () => (upstream = await recordingServer()));
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  const lines = (level: string) => proxy.logger.lines.filter((line) => line.level === level);

  it('tells the status that the client saw of an answer that broke off, and that it broke', async () => {
    await start();
    upstream.answer((_request, response) => {
      response.writeHead(201, { 'Content-Length': '100' });
      response.write('half', () => response.destroy());
    });
    await exchangeRaw(proxy.port, `GET /half HTTP/1.1\r\n${CLOSE}`);
    const line = await waitFor('the line', () => lines('warn')[0]);
    expect(line).toMatchObject({
      message: 'request failed',
      fields: { status: 201, code: 'upstream_broken', path: '/half' },
    });
  });

  it('shows the path as listed, of other paths plain names only, and never a made-up method', async () => {
    await start();
    upstream.answer((_request, response) => response.end());
    const secret = 's%3AQx7TzR2mK9pLw4Vb8NcY1sDf.Jh5Gd3Ka6';
    await exchangeRaw(proxy.port, `GET /api/events?${secret} HTTP/1.1\r\n${CLOSE}`);
    await exchangeRaw(proxy.port, `GET /api/notes/${secret}/x HTTP/1.1\r\n${CLOSE}`);
    await exchangeRaw(proxy.port, `M-SEARCH /files HTTP/1.1\r\n${CLOSE}`);
    const shown = await waitFor('three lines', () => {
      const requests = proxy.logger.lines.filter(({ message }) => message === 'request');
      return requests.length === 3 ? requests : undefined;
    });
    expect(shown.map(({ fields }) => `${String(fields['method'])} ${String(fields['path'])}`)).toEqual([
      'GET /api/events',
      'GET /api/notes/(other)',
      '(other) /files',
    ]);
    expect(proxy.logger.text()).not.toContain('Qx7TzR2mK9pLw4Vb8NcY1sDf');
  });

  it('tells 499 of a client that went, also when its answer had begun', async () => {
    await start();
    upstream.answer((_request, response) => response.writeHead(200).write('a'));
    const client = await rawConnection(proxy.port);
    client.send('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until(/a\r\n$/);
    client.destroy();
    const line = await waitFor('the line', () => proxy.logger.lines.find(({ fields }) => fields['path'] === '/stream'));
    expect(line.fields).toMatchObject({ status: 499, code: 'client_gone' });
  });

  it('warns when API Gateway refused, although the client noticed nothing', async () => {
    await start();
    upstream.answer((request, response) => {
      const refuses = request.url?.startsWith('/prod') === true;
      if (refuses) response.writeHead(429, { 'x-amzn-ErrorType': 'TooManyRequestsException' });
      response.end();
    });
    expect(await exchangeRaw(proxy.port, `GET /api/events HTTP/1.1\r\n${CLOSE}`)).toMatch(/ 200 OK/);
    const line = await waitFor('the line', () => lines('warn')[0]);
    expect(line).toMatchObject({ message: 'request', fields: { reason: 'gateway-refused', status: 200 } });
  });

  const balanced = `GET / HTTP/1.1\r\nX-Forwarded-For: 203.0.113.7\r\n${CLOSE}`;

  it('warns once of X-Forwarded-* while TRUSTED_HOPS is 0, without the value', async () => {
    await start();
    await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\n${CLOSE}`);
    expect(lines('warn')).toEqual([]);
    for (let i = 0; i < 3; i += 1) await exchangeRaw(proxy.port, balanced);
    expect(lines('warn')).toHaveLength(1);
    expect(lines('warn')[0]?.message).toContain('TRUSTED_HOPS is 0');
    expect(lines('warn')[0]?.fields).toEqual({ headers: ['x-forwarded-for'] });
    expect(proxy.logger.text()).not.toContain('203.0.113.7');
  });

  it('does not warn of them behind proxies that it was told of', async () => {
    await start(1);
    await exchangeRaw(proxy.port, balanced);
    expect(lines('warn')).toEqual([]);
  });
});
