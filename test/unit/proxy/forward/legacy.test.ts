import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { listen } from '../../../support/listen';
import { exchangeRaw, rawConnection } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

/** The proxy towards legacy: as if it were not there. */
describe('forward to legacy', () => {
  let legacy: RecordingServer;
  let proxy: RunningProxy;

  beforeEach(async () => {
    legacy = await recordingServer();
    proxy = await runProxy({ legacyUrl: legacy.url, trustedHops: 1 });
  });

  afterEach(async () => {
    await proxy.close();
    await legacy.close();
  });

  const close = 'Connection: close\r\n\r\n';

  describe('request', () => {
    it('passes method, target and headers on as they came: order, case, multiplicity', async () => {
      await exchangeRaw(
        proxy.port,
        `DELETE /a//b/../%2f?x=1&x=%zz HTTP/1.1\r\nHost: Shop.example:8443\r\nX-One: 1\r\nx-ONE: 2\r\nCookie: a=1\r\nCookie: b=2\r\n${close}`,
      );
      const [request] = legacy.requests;
      expect(request?.method).toBe('DELETE');
      expect(request?.url).toBe('/a//b/../%2f?x=1&x=%zz');
      expect(request?.headers.host).toBe('Shop.example:8443');
      expect(request?.rawHeaders.join('\n')).toContain('X-One\n1\nx-ONE\n2\nCookie\na=1\nCookie\nb=2');
    });

    it.each(['GET http://a/abs?q HTTP/1.1', 'PURGE /x HTTP/1.1', 'PROPFIND / HTTP/1.1', 'OPTIONS /x HTTP/1.1'])(
      'passes "%s" on',
      async (line) => {
        await exchangeRaw(proxy.port, `${line}\r\nHost: a\r\n${close}`);
        expect(`${legacy.requests[0]?.method} ${legacy.requests[0]?.url} HTTP/1.1`).toBe(line);
      },
    );

    it('drops hop-by-hop headers and those that Connection names, but never what identifies the client', async () => {
      await exchangeRaw(
        proxy.port,
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Hop, Cookie, X-Forwarded-For\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: x\r\nCookie: c\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n',
      );
      const headers = legacy.requests[0]?.headers;
      expect(headers).toMatchObject({ cookie: 'c', 'x-forwarded-for': '1.2.3.4' });
      for (const name of ['x-hop', 'keep-alive', 'te', 'proxy-authorization']) expect(headers).not.toHaveProperty(name);
    });

    it('leaves X-Forwarded-* alone behind a load balancer', async () => {
      await exchangeRaw(
        proxy.port,
        `GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1, 10.0.0.2\r\nX-Forwarded-Proto: https\r\nForwarded: for=10.0.0.1\r\n${close}`,
      );
      expect(legacy.requests[0]?.headers).toMatchObject({
        'x-forwarded-for': '10.0.0.1, 10.0.0.2',
        'x-forwarded-proto': 'https',
        forwarded: 'for=10.0.0.1',
      });
      expect(legacy.requests[0]?.headers).not.toHaveProperty('x-forwarded-host');
    });

    it('sets X-Forwarded-* anew as the edge and believes no client', async () => {
      const edge = await runProxy({ legacyUrl: legacy.url, trustedHops: 0 });
      await exchangeRaw(
        edge.port,
        `GET / HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n${close}`,
      );
      await edge.close();
      expect(legacy.requests[0]?.headers).toMatchObject({
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'shop.example',
      });
      expect(JSON.stringify(legacy.requests[0]?.rawHeaders)).not.toContain('6.6.6.6');
    });

    it('streams a chunked body of any method without turning it into another request', async () => {
      for (const method of ['POST', 'GET', 'OPTIONS', 'DELETE']) {
        const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
        legacy.answer((request, response) => {
          request.on('end', () => response.end('done'));
          request.resume();
        });
        await exchangeRaw(
          proxy.port,
          `${method} /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${close}${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
        );
        expect(legacy.requests.at(-1)).toMatchObject({ method, url: '/chunked', body: smuggled });
      }
      expect(legacy.requests).toHaveLength(4);
    });

    it.each([
      ['both lengths', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
      ['two Content-Length', 'Content-Length: 5\r\nContent-Length: 6\r\n'],
      ['space before the colon', 'Content-Length : 5\r\n'],
      ['an obfuscated encoding', 'Transfer-Encoding: xchunked\r\n'],
      ['a folded header', 'X-A: 1\r\n Content-Length: 5\r\n'],
    ])('refuses %s, as Node does, and legacy never sees it', async (_name, header) => {
      const answer = await exchangeRaw(proxy.port, `POST / HTTP/1.1\r\nHost: a\r\n${header}${close}0\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 (400|501) /);
      expect(legacy.requests).toHaveLength(0);
    });

    it('answers Expect: 100-continue itself and streams what follows', async () => {
      legacy.answer((request, response) => {
        request.on('end', () => response.end(`got ${legacy.requests[0]?.body}`));
      });
      const client = await rawConnection(proxy.port);
      client.send(`PUT /up HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n${close}`);
      await client.until(/HTTP\/1.1 100 Continue\r\n\r\n/);
      client.send('hello');
      expect(await client.closed()).toContain('got hello');
      expect(legacy.requests[0]?.headers).not.toHaveProperty('expect');
    });

    it('refuses any other expectation in its turn, and serves what is behind it', async () => {
      legacy.answer((request, response) => void setTimeout(() => response.end(`<${request.url}>`), 20));
      const upgrade = 'GET /b HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
      const unmet = 'GET /e HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n';
      const last = 'GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
      const answer = await exchangeRaw(proxy.port, `GET /a HTTP/1.1\r\nHost: a\r\n\r\n${unmet}${upgrade}${last}`);
      expect(answer.match(/<[^>]+>| 417 /g)).toEqual(['</a>', ' 417 ', '</b>', '</c>']);
      expect(legacy.requests.map(({ url }) => url)).toEqual(['/a', '/b', '/c']);
    });

    it('answers pipelined requests in order', async () => {
      legacy.answer((request, response) => response.end(`<${request.url}>`));
      const answer = await exchangeRaw(
        proxy.port,
        `GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n${close}`,
      );
      expect(answer.match(/<\/\d>/g)).toEqual(['</1>', '</2>', '</3>']);
    });

    it('ignores an upgrade to another protocol than WebSocket', async () => {
      const answer = await exchangeRaw(
        proxy.port,
        'GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
      );
      expect(answer).toMatch(/^HTTP\/1.1 200 OK[^]*\r\n\r\n2\r\nok|^HTTP\/1.1 200 OK[^]*\r\n\r\nok/);
      expect(legacy.requests[0]?.headers).not.toHaveProperty('upgrade');
    });
  });

  describe('response', () => {
    it('passes status, reason phrase, headers with case and multiplicity, and body on', async () => {
      legacy.answer((_request, response) => {
        response.writeHead(418, 'Short and stout', [
          'X-One',
          '1',
          'x-ONE',
          '2',
          'Set-Cookie',
          'a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT',
          'Set-Cookie',
          'b=2',
          'Content-Length',
          '3',
        ]);
        response.end('tea');
      });
      const answer = await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: a\r\n${close}`);
      expect(answer).toMatch(/^HTTP\/1.1 418 Short and stout\r\n/);
      expect(answer).toContain(
        'X-One: 1\r\nx-ONE: 2\r\nSet-Cookie: a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT\r\nSet-Cookie: b=2\r\nContent-Length: 3\r\n',
      );
      expect(answer.match(/^Date:/gm)).toHaveLength(1);
      expect(answer.endsWith('\r\n\r\ntea')).toBe(true);
    });

    it.each([204, 304])('passes %i without a body on', async (status) => {
      legacy.answer((_request, response) => response.writeHead(status, { ETag: 'W/"x"' }).end());
      const answer = await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: a\r\n${close}`);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toContain('ETag: W/"x"');
      expect(answer.endsWith('\r\n\r\n')).toBe(true);
    });

    it('answers HEAD with the headers of legacy and no body', async () => {
      legacy.answer((_request, response) => response.writeHead(200, { 'Content-Length': 5 }).end());
      const answer = await exchangeRaw(proxy.port, `HEAD / HTTP/1.1\r\nHost: a\r\n${close}`);
      expect(answer).toContain('Content-Length: 5');
      expect(answer.endsWith('\r\n\r\n')).toBe(true);
      expect(legacy.requests[0]?.method).toBe('HEAD');
    });

    it('forwards trailers', async () => {
      legacy.answer((_request, response) => {
        response.writeHead(200, { Trailer: 'X-Checksum' });
        response.write('body');
        response.addTrailers({ 'X-Checksum': 'abc' });
        response.end();
      });
      const answer = await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: a\r\n${close}`);
      expect(answer).toContain('Trailer: X-Checksum');
      expect(answer).toMatch(/\r\n0\r\nX-Checksum: abc\r\n\r\n$/);
    });

    it('forwards early hints (103) before the answer', async () => {
      legacy.answer((_request, response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.end('page');
      });
      const answer = await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: a\r\n${close}`);
      expect(answer).toMatch(/^HTTP\/1.1 103 [^]*style.css[^]*HTTP\/1.1 200 OK/);
    });

    it('sends server-sent events on as they come', async () => {
      const more: (() => void)[] = [];
      legacy.answer((_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write('data: 1\n\n');
        more.push(() => response.end('data: 2\n\n'));
      });
      const client = await rawConnection(proxy.port);
      client.send(`GET /stream HTTP/1.1\r\nHost: a\r\n${close}`);
      await client.until(/data: 1/);
      expect(client.received()).not.toContain('data: 2');
      more[0]?.();
      expect(await client.closed()).toContain('data: 2');
    });

    it('holds legacy back while the client does not read, and goes on when it does', async () => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const total = 1_500;
      const pushed = { '/stalled': 0, '/read': 0 };
      legacy.answer(({ url }, response) => {
        const path = url === '/stalled' ? url : '/read';
        const write = (): void => {
          while (pushed[path] < total) {
            pushed[path] += 1;
            if (!response.write(chunk)) {
              response.once('drain', write);
              return;
            }
          }
          response.end();
        };
        write();
      });
      const get = async (path: string): Promise<IncomingMessage> => {
        const asked = httpRequest({ host: '127.0.0.1', port: proxy.port, path, agent: false });
        asked.end();
        const [answer] = (await once(asked, 'response')) as [IncomingMessage];
        return answer;
      };
      const lengthOf = async (answer: IncomingMessage): Promise<number> => {
        let length = 0;
        for await (const data of answer as AsyncIterable<Buffer>) length += data.length;
        return length;
      };
      const stalled = await get('/stalled');
      try {
        // In the time that a client takes to read all of it twice, an upstream that nothing holds back pushes all of it here too.
        for (let i = 0; i < 2; i += 1) {
          pushed['/read'] = 0;
          expect(await lengthOf(await get('/read'))).toBe(total * chunk.length);
        }
        expect(pushed['/stalled']).toBeLessThan(total / 2);
        expect(await lengthOf(stalled)).toBe(total * chunk.length);
      } finally {
        stalled.destroy();
      }
    });

    it('streams a large upload without holding it', async () => {
      const size = 30 * 1024 * 1024;
      let seen = 0;
      legacy.answer((request, response) => {
        request.on('data', (data: Buffer) => (seen += data.length));
        request.on('end', () => response.end(String(seen)));
      });
      const upload = httpRequest({
        port: proxy.port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/upload',
        headers: { 'Content-Length': size },
      });
      for (let sent = 0; sent < size; sent += 1024 * 1024) {
        if (!upload.write(Buffer.alloc(1024 * 1024))) await once(upload, 'drain');
      }
      upload.end();
      const [response] = (await once(upload, 'response')) as [IncomingMessage];
      let text = '';
      for await (const data of response) text += String(data);
      expect(text).toBe(String(size));
    });
  });

  describe('faults', () => {
    it('answers 502 without naming the host when legacy refuses', async () => {
      const port = legacy.port;
      await legacy.close();
      const answer = await exchangeRaw(
        proxy.port,
        `GET /x?token=secret HTTP/1.1\r\nHost: a\r\nCookie: sid=secret\r\n${close}`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 502 Bad Gateway/);
      expect(answer).toMatch(/"code":"upstream_refused"/);
      expect(answer).not.toMatch(new RegExp(`127\\.0\\.0\\.1|${port}`));
      expect(proxy.logger.lines).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          fields: expect.objectContaining({ status: 502, code: 'upstream_refused', path: '/x' }) as unknown,
        }),
      );
      expect(proxy.logger.text()).not.toContain('secret');
    });

    it('answers 504 when legacy takes longer than allowed', async () => {
      const impatient = await runProxy({ legacyUrl: legacy.url, legacyTimeout: 100 });
      legacy.answer(() => undefined);
      const answer = await exchangeRaw(impatient.port, `GET / HTTP/1.1\r\nHost: a\r\n${close}`);
      await impatient.close();
      expect(answer).toMatch(/^HTTP\/1.1 504 Gateway Timeout[^]*"code":"upstream_timeout"/);
    });

    it('breaks the answer off when legacy breaks it off: half is never taken for the whole', async () => {
      legacy.answer((_request, response) => {
        response.writeHead(200);
        response.write('half');
        setImmediate(() => response.destroy());
      });
      const answer = await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: a\r\n${close}`);
      expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
      await waitFor('the log line', () => proxy.logger.text().includes('upstream_broken'));
    });

    it('aborts legacy and logs 499 when the client goes', async () => {
      let aborted = false;
      legacy.answer((_request, response) => response.on('close', () => (aborted = true)));
      const client = await rawConnection(proxy.port);
      client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
      await waitFor('the request', () => legacy.requests.length === 1);
      client.destroy();
      await waitFor('the abort', () => aborted);
      await waitFor('the log line', () =>
        proxy.logger.lines.some(({ fields }) => fields['status'] === 499 && fields['code'] === 'client_gone'),
      );
    });

    it('asks once what takes too long, also on a kept connection: legacy may still be at work on it', async () => {
      const impatient = await runProxy({ legacyUrl: legacy.url, legacyTimeout: 150 });
      const ask = (path: string) => exchangeRaw(impatient.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n${close}`);
      const sockets = new Set<unknown>();
      legacy.answer((request, response) => {
        sockets.add(request.socket);
        if (request.url !== '/slow') response.end('ok');
      });
      expect(await ask('/quick')).toMatch(/^HTTP\/1.1 200 /);
      expect(await ask('/slow')).toMatch(/^HTTP\/1.1 504 /);
      await impatient.close();
      expect(sockets.size).toBe(1);
      expect(legacy.requests.map(({ url }) => url)).toEqual(['/quick', '/slow']);
    });

    it('sends a safe request once more over a connection that legacy had closed, an unsafe one never', async () => {
      // The first connection dies as soon as its second request arrives, as a keep-alive race does.
      let asked: string[] = [];
      const racing = createTcpServer((socket) => {
        let requests = 0;
        socket.on('error', () => undefined);
        socket.on('data', (data) => {
          asked.push(data.toString().split(' HTTP', 1)[0] ?? '');
          requests += 1;
          if (requests > 1) socket.destroy();
          else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        });
      });
      const port = await listen(racing);
      const racingProxy = await runProxy({ legacyUrl: new URL(`http://127.0.0.1:${port}`) });
      for (const [method, rest, status, times] of [
        ['GET', close, 200, 2],
        ['DELETE', close, 502, 1],
        // Its body is gone: nothing is left to send once more.
        ['GET', `Content-Length: 4\r\n${close}body`, 502, 1],
        ['GET', `Transfer-Encoding: chunked\r\n${close}4\r\nbody\r\n0\r\n\r\n`, 502, 1],
      ] as const) {
        asked = [];
        await exchangeRaw(racingProxy.port, `GET /first HTTP/1.1\r\nHost: a\r\n${close}`);
        const answer = await exchangeRaw(racingProxy.port, `${method} /second HTTP/1.1\r\nHost: a\r\n${rest}`);
        expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        const second = `${method} /second`;
        expect(asked.filter((line) => line === second)).toEqual(Array.from({ length: times }, () => second));
      }
      await racingProxy.close();
      await new Promise((resolve) => racing.close(resolve));
    });
  });

  describe('health and drain', () => {
    it('answers its own health while legacy is down', async () => {
      await legacy.close();
      for (const path of ['/.banyan/livez', '/.banyan/readyz']) {
        expect(await exchangeRaw(proxy.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n${close}`)).toMatch(
          /^HTTP\/1.1 200 OK/,
        );
      }
      expect(await exchangeRaw(proxy.port, `GET /.banyan/other HTTP/1.1\r\nHost: a\r\n${close}`)).toMatch(
        /^HTTP\/1.1 502/,
      );
    });

    it('drains: not ready, serves on, finishes what runs, closes', async () => {
      const draining = await runProxy({ legacyUrl: legacy.url, drainDelay: 300 });
      let finish = (): void => undefined;
      legacy.answer((request, response) => {
        if (request.url === '/slow') finish = () => response.end('finished');
        else response.end('ok');
      });
      const slow = await rawConnection(draining.port);
      slow.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
      await waitFor('the slow request', () => legacy.requests.length === 1);
      const closed = draining.close();
      expect(await exchangeRaw(draining.port, `GET /.banyan/readyz HTTP/1.1\r\nHost: a\r\n${close}`)).toMatch(
        /^HTTP\/1.1 503 [^]*draining/,
      );
      expect(await exchangeRaw(draining.port, `GET /.banyan/livez HTTP/1.1\r\nHost: a\r\n${close}`)).toMatch(
        /^HTTP\/1.1 200/,
      );
      const served = await exchangeRaw(draining.port, 'GET /during HTTP/1.1\r\nHost: a\r\n\r\n');
      expect(served).toMatch(/^HTTP\/1.1 200 OK[^]*Connection: close/);
      await waitFor('the port to be closed', () =>
        rawConnection(draining.port).then(
          (open) => (open.destroy(), false),
          () => true,
        ),
      );
      finish();
      expect(await slow.until(/finished/)).toContain('finished');
      await closed;
    });
  });
});
