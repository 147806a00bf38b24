import { createServer, type Server } from 'node:http';
import { collect } from '../../../../proxy/forward/collect';
import { forward, type ResponseTap } from '../../../../proxy/forward/forwarder';
import { createUpstream, type Upstream } from '../../../../proxy/forward/upstream';
import { listen } from '../../../support/listen';
import { rawConnection, type RawConnection } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';
import { ask, handUpstream, originOf } from '../http1/exchanges';

const ONES = '1'.repeat(20_000);
const TWOS = '2'.repeat(20_000);

/** A connection reads into the same memory again and again: what is kept longer than a turn has to be a copy. */
describe('answers are kept apart', () => {
  describe('of two clients, one after the other on one upstream connection', () => {
    let legacy: RecordingServer;
    let proxy: RunningProxy;
    let first: RawConnection | undefined;

    beforeEach(async () => {
      legacy = await recordingServer();
      proxy = await runProxy({ legacyUrl: legacy.url });
    });
    afterEach(async () => {
      first?.destroy();
      await legacy.close();
      await proxy.close();
    });

    it.each([
      ['large, with a length', 20_000, true],
      ['large, in chunks', 20_000, false],
      ['small, with a length', 9_000, true],
      ['small, in chunks', 9_000, false],
    ])('%s', async (_name, size, hasLength) => {
      const held: (() => void)[] = [];
      const ports: (number | undefined)[] = [];
      legacy.answer((request, response) => {
        if (request.url === '/held') {
          held.push(() => response.end('held'));
          return;
        }
        ports.push(request.socket.remotePort);
        const body = (request.url === '/one' ? ONES : TWOS).slice(0, size);
        if (hasLength) response.setHeader('Content-Length', size);
        response.write(body);
        response.end();
      });
      // The second answer of the first client waits in the proxy behind the first, while its upstream connection is used anew.
      first = await rawConnection(proxy.port);
      first.send('GET /held HTTP/1.1\r\nHost: a\r\n\r\nGET /one HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      await waitFor('the answer that waits', () => held.length === 1 && proxy.logger.text().includes('/one'));
      expect(await (await fetch(`${proxy.url}/two`)).text()).toBe(TWOS.slice(0, size));
      expect(new Set(ports).size).toBe(1);
      held[0]?.();
      const received = await first.closed();
      expect(received.match(/1/g)?.length).toBeGreaterThanOrEqual(size);
      expect(received).not.toMatch(/22222222/);
    });
  });

  describe('from what follows them', () => {
    let upstream: Upstream;
    let server: Server;
    const parts = [ONES, TWOS];

    beforeEach(async () => {
      // Each part comes alone: the next one follows when the last has been read.
      server = createServer((_request, response) => {
        response.write(ONES);
        setTimeout(() => response.end(TWOS), 50);
      });
      const url = new URL(`http://127.0.0.1:${await listen(server)}`);
      upstream = createUpstream('legacy', url, { answerTimeout: 5_000, bodyTimeout: 5_000 });
    });
    afterEach(async () => {
      upstream.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it('where a whole answer is collected', async () => {
      const options = { timeout: 5_000, maxBodyBytes: 1_000_000, withoutBody: false };
      const answer = await collect(upstream, { method: 'GET', path: '/', headers: ['Host', 'a'] }, options);
      expect(answer.body).toEqual(Buffer.from(parts.join('')));
    });

    it('where an answer is looked at on its way', async () => {
      const chunks: Buffer[] = [];
      const tap: ResponseTap = {
        onHead: () => undefined,
        onData: (chunk) => void chunks.push(chunk),
        onEnd: () => undefined,
      };
      const edge = createServer((request, response) => {
        const head = { method: 'GET', path: '/', headers: ['Host', 'a'] };
        forward(upstream, request, response, head, { address: '127.0.0.1', sendsBody: false, tap }, () => undefined);
      });
      expect(await (await fetch(`http://127.0.0.1:${await listen(edge)}`)).text()).toBe(parts.join(''));
      expect(Buffer.concat(chunks).toString()).toBe(parts.join(''));
      edge.closeAllConnections();
      await new Promise((resolve) => edge.close(resolve));
    });
  });

  it('reads a head that comes in parts', async () => {
    const upstream = await handUpstream();
    const origin = originOf(upstream);
    const reported = ask(origin);
    const socket = await upstream.asked(0);
    socket.setNoDelay(true);
    for (const part of ['HTTP/1.1 200 OK\r\nA: ', 'b'.repeat(30), '\r\nContent-Length: 2\r\n', '\r\nok']) {
      const connection = reported.connection?.['socket'];
      const before = connection?.bytesRead ?? 0;
      socket.write(part);
      await waitFor('the part', () => (connection?.bytesRead ?? 0) > before);
    }
    await waitFor('the end', () => reported.isOver);
    expect(reported.head?.headers).toEqual(['A', 'b'.repeat(30), 'Content-Length', '2']);
    origin.close();
    await upstream.close();
  });

  it('by connections that read into memory of their own', async () => {
    const upstream = await handUpstream();
    const origin = originOf(upstream);
    const memory = new Set<ArrayBufferLike>();
    const both = [0, 1].map(() => ask(origin, { also: { onData: ({ buffer }) => void memory.add(buffer) } }));
    for (const i of [0, 1]) (await upstream.asked(i)).write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await waitFor('both answers', () => both.every(({ isOver }) => isOver));
    expect(memory.size).toBe(2);
    origin.close();
    await upstream.close();
  });
});
