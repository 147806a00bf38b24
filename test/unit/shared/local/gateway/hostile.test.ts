import fc from 'fast-check';
import type { RunningGateway } from '../../../../../shared/local/gateway';
import { call, closeApis, raw, startApi, textOf } from './harness';

let gateway: RunningGateway;
beforeEach(async () => {
  gateway = await startApi({ echo: () => ({ statusCode: 200, body: 'ok' }) });
});
afterEach(async () => {
  expect(await call(gateway, '/api/events')).toMatchObject({ status: 200, text: 'ok' });
  await closeApis();
});

const request = (line: string, ...headers: string[]) =>
  `${[`${line} HTTP/1.1`, 'Host: x', ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`;

it.each([
  ['an absolute-form target', request('GET http://other.example/dev/api/events'), 200],
  ['an absolute-form target of another stage', request('GET http://other.example/prod/x'), 403],
  ['an absolute-form target without a path', request('GET http://other.example'), 403],
  ['asterisk-form', request('OPTIONS *'), 403],
  ['a bad percent in the path', request('GET /dev/files/%'), 400],
  ['a bad percent in the stage', request('GET /%zz/files'), 403],
  ['broken UTF-8 in the path', request('GET /dev/files/%E0%A4%A'), 400],
  ['an overlong NUL', request('GET /dev/files/%C0%80'), 400],
  ['NUL', request('GET /dev/files/%00'), 200],
  ['dots', request('GET /dev/files/../../etc/passwd'), 200],
  ['a fragment', request('GET /dev/api/events#x?y'), 200],
  [
    'a chunked body, which the table of headers calls an exception',
    `${request('POST /dev/api/events', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    400,
  ],
  ['an unknown method', request('PROPFIND /dev/api/events'), 403],
  ['a method override that is nonsense', request('GET /dev/api/events', 'X-HTTP-Method-Override: \u00e9'), 403],
  ['an upgrade, which is ignored', request('GET /dev/api/events', 'Upgrade: websocket', 'Connection: Upgrade'), 200],
  ['a header with a control character', request('GET /dev/api/events', 'X-Bad: a\u0001b'), 400],
  ['two content lengths', `${request('POST /dev/api/events', 'Content-Length: 1', 'Content-Length: 2')}a`, 400],
  [
    'content length and chunks',
    `${request('POST /dev/api/events', 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    400,
  ],
  ['no host', 'GET /dev/api/events HTTP/1.1\r\n\r\n', 400],
  ['HTTP/1.0', 'GET /dev/api/events HTTP/1.0\r\n\r\n', 200],
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['headers without an end', request('GET /dev/api/events', `X-Big: ${'x'.repeat(70_000)}`), 431],
  ['a trailer announced', request('GET /dev/api/events', 'Trailer: X-Late'), 200],
])('%s', async (_name, bytes, status) => {
  expect(await raw(gateway, Buffer.from(bytes, 'latin1'))).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

it('answers pipelined requests in order', async () => {
  const one = 'GET /dev/api/events HTTP/1.1\r\nHost: x\r\n\r\n';
  const other = 'GET /dev/nothing HTTP/1.1\r\nHost: x\r\n\r\n';
  const received = await raw(gateway, one + other + request('GET /dev/api/events'));
  expect([...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toStrictEqual(['200', '403', '200']);
});

it('answers Expect: 100-continue, and the function does not see it', async () => {
  const received = await raw(
    gateway,
    `${request('POST /dev/api/events', 'Expect: 100-continue', 'Content-Length: 2')}ab`,
  );
  expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
});

it('survives a body that never comes', async () => {
  const controller = new AbortController();
  const stalled = fetch(`${gateway.url}/api/events`, {
    method: 'POST',
    body: new ReadableStream({ start: () => undefined }),
    duplex: 'half',
    signal: controller.signal,
  });
  expect(await call(gateway, '/api/events')).toMatchObject({ status: 200 });
  controller.abort();
  await expect(stalled).rejects.toThrow();
});

it('always answers with a status of its own, whatever the target and headers', async () => {
  const target = textOf('/dev%2F?&=#;|{}[]:@+.~\\"^`<>é\u0000 ');
  const header = textOf('ab:;=,%"\u0000\u00ff\t ');
  await fc.assert(
    fc.asyncProperty(target, header, async (path, value) => {
      const bytes = Buffer.from(
        request(`GET /dev/files/${path}`, `Cookie: ${value}`, `Authorization: ${value}`),
        'latin1',
      );
      const received = await raw(gateway, bytes);
      expect(received).toMatch(/^HTTP\/1\.1 (?:200|400|403|414|431) /);
    }),
    { numRuns: 150 },
  );
});
