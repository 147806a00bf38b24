import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Origin } from '../../../../proxy/http1/origin';
import { listen } from '../../../support/listen';
import { waitFor } from '../../../support/wait-for';
import { ask, handUpstream, originOf, over, type HandUpstream } from './exchanges';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const end = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

describe('origin', () => {
  let upstream: HandUpstream;
  let origin: Origin;

  beforeEach(async () => {
    upstream = await handUpstream();
    origin = originOf(upstream);
  });
  afterEach(async () => {
    origin.close();
    await upstream.close();
  });

  /** Two exchanges at once, so that there are two connections. */
  const keepTwo = async (first: string, second: string): Promise<void> => {
    const both = [ask(origin), ask(origin)];
    for (const [i, text] of [first, second].entries()) {
      (await upstream.asked(i)).write(text);
      await waitFor('an answer', () => both.filter(({ isOver }) => isOver).length === i + 1);
    }
  };
  const hint = (seconds: number): string => OK.replace('\r\n', `\r\nKeep-Alive: timeout=${seconds}\r\n`);

  it('uses the connection that was used last', async () => {
    await keepTwo(hint(60), hint(60));
    for (let i = 2; i < 6; i += 1) {
      const events = ask(origin);
      (await upstream.asked(1, i)).write(hint(60));
      await over(events);
    }
    expect(upstream.received(0).split('\r\n\r\n')).toHaveLength(2);
    ask(origin);
    ask(origin);
    await upstream.asked(1, 6);
    await upstream.asked(0, 2);
    expect(upstream.sockets).toHaveLength(2);
  });

  it('asks on a connection of its own when it is to be fresh', async () => {
    await keepTwo(hint(60), hint(60));
    ask(origin, { fresh: true });
    await upstream.asked(2);
  });

  it('closes what has been idle for as long as the upstream allows, less a second, and keeps the rest', async () => {
    await keepTwo(hint(60), hint(2));
    const begun = performance.now();
    await waitFor('the end of one', () => upstream.sockets[1]?.closed);
    // Never before its time: answers before that are on it.
    expect(performance.now() - begun).toBeGreaterThan(800);
    ask(origin);
    await upstream.asked(0, 2);
    expect(upstream.sockets).toHaveLength(2);
  });

  it('does not use a connection whose time is over, though nobody had time to close it', async () => {
    await keepTwo(hint(2), hint(2));
    const begun = performance.now();
    // Nothing else runs meanwhile, no timer either.
    while (performance.now() - begun < 1_100);
    ask(origin);
    await upstream.asked(2);
  });

  it.each([0, 1])('keeps no connection that the upstream keeps for %d s', async (seconds) => {
    const events = ask(origin);
    (await upstream.asked(0)).write(hint(seconds));
    await over(events);
    await waitFor('its end', () => upstream.sockets[0]?.closed);
  });

  it('fails what runs when it is closed, tells nobody else, and takes nothing more', async () => {
    await keepTwo(OK, OK);
    const running = [ask(origin), ask(origin), ask(origin)];
    origin.close();
    expect(running.map(({ code }) => code)).toEqual(['CLOSING', 'CLOSING', 'CLOSING']);
    expect(running.map(({ events }) => events)).toEqual([['fault'], ['fault'], ['fault']]);
    expect(() => ask(origin)).toThrow('the proxy is closing its connections');
    await waitFor('closed connections', () => upstream.sockets.every(({ closed }) => closed));
    origin.close();
  });

  it('leaves nobody without an answer when a handler sends anew from within a fault', () => {
    const codes: unknown[] = [];
    const events = ask(origin, {
      also: {
        onFault: () => {
          try {
            ask(origin);
          } catch (error) {
            codes.push(error);
          }
        },
      },
    });
    origin.close();
    expect(events.code).toBe('CLOSING');
    expect(codes).toHaveLength(1);
  });

  it('fails the exchange whose handler throws at its end, not the one that follows on the connection', async () => {
    const limits = { maxConnections: 1, maxWaiting: 4, maxWait: 5_000, maxAge: 0, maxRequests: 0 };
    const own = new Origin(new URL(`http://127.0.0.1:${upstream.port}`), { limits });
    const also = {
      onEnd: () => {
        throw new Error('a fault of ours');
      },
    };
    const faulty = ask(own, { client: 'a', also });
    const other = ask(own, { client: 'b' });
    (await upstream.asked(0)).write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    (await upstream.asked(0, 2)).write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await waitFor('both', () => faulty.fault !== undefined && other.isOver);
    expect([faulty.code, other.code, other.body.toString()]).toEqual(['a fault of ours', undefined, 'ok']);
    own.close();
  });

  it('gives up connecting in time, and says that nothing was sent', () => {
    const events = ask(origin);
    // Ten seconds pass before the event loop hears of the connection.
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_100);
    origin['tick']();
    now.mockRestore();
    expect(events.code).toBe('CONNECT_TIMEOUT');
    expect(events.fault?.neverSent).toBe(true);
  });

  it('waits for a connection no longer than for an answer', () => {
    const events = ask(origin, { answerTimeout: 300 });
    const patient = ask(origin);
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 400);
    origin['tick']();
    now.mockRestore();
    expect(events.code).toBe('CONNECT_TIMEOUT');
    expect(patient.isOver).toBe(false);
  });

  it('finds an upstream by name, whichever address it listens on', async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.end(OK)));
    for (const host of ['127.0.0.1', '::1']) {
      const events = await new Promise<Server>((resolve) => server.listen(0, host, () => resolve(server))).then(() => {
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : 0;
        const named = new Origin(new URL(`http://localhost:${port}`));
        const plain = new Origin(new URL(host === '::1' ? `http://[::1]:${port}` : `http://127.0.0.1:${port}`));
        return Promise.all([over(ask(named)), over(ask(plain))]);
      });
      // Where the system names only one of them localhost, the other is refused.
      expect(events[1].body.toString()).toBe('ok');
      if (host === '127.0.0.1') expect(events[0].body.toString()).toBe('ok');
      else expect(['', 'ok']).toContain(events[0].body.toString());
      await end(server);
    }
  });

  it('leaves nothing behind after 10,000 exchanges', async () => {
    const server = createHttpServer((_request, response) => response.end('ok'));
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const many = originOf({ port: await listen(server) });
    const one = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const events = ask(many, {
          also: { onEnd: () => resolve(), onFault: ({ error }) => reject(error) },
          answerTimeout: 30_000,
        });
        if (events.isOver) resolve();
      });
    for (let i = 0; i < 1_000; i += 1) await one();
    const heap = heapInUse();
    for (let i = 0; i < 9_000; i += 1) await one();
    expect(connections).toBe(1);
    // 9,000 exchanges that were kept, each with its request and an answer's head, would be more.
    expect(heapInUse() - heap).toBeLessThan(9_000 * 1_000);
    const kept = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    expect(kept).toBeLessThan(10);
    many.close();
    server.closeAllConnections();
    await end(server);
  }, 60_000);

  it('leaves no listeners on a connection from one exchange to the next', async () => {
    upstream.onRequest((socket) => socket.write(OK));
    const first = ask(origin);
    await over(first);
    const socket = first.connection?.['socket'];
    if (socket === undefined) throw new Error('no socket');
    const count = (): number => socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0);
    const before = count();
    for (let i = 0; i < 20; i += 1) await over(ask(origin));
    expect(count()).toBe(before);
    expect(upstream.sockets).toHaveLength(1);
  });

  it('lets the process end: no timer of its own holds it, and idle connections only for their time', async () => {
    const script = `
      const { Origin } = require('./origin.ts');
      const server = require('node:http').createServer((_q, r) => { r.setHeader('Keep-Alive', 'timeout=2'); r.end('ok') });
      server.keepAliveTimeout = 0;
      server.listen(0, '127.0.0.1', () => {
        const origin = new Origin(new URL('http://127.0.0.1:' + server.address().port));
        const nothing = () => undefined;
        const handler = { onInformation: nothing, onHead: nothing, onData: nothing, onPart: nothing, onFault: console.error,
          onEnd: () => { server.close(); console.log('answered') } };
        origin.send({ method: 'GET', head: 'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n', framing: 'none', answerTimeout: 60000, bodyTimeout: 0 }, handler);
      });`;
    const cwd = join(__dirname, '../../../../proxy/http1');
    const run = promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', script], { cwd, timeout: 25_000 });
    expect((await run).stdout).toBe('answered\n');
  });

  describe('over TLS', () => {
    // Made for these tests, for localhost and 127.0.0.1; nothing else trusts it.
    const read = (name: string): string => readFileSync(join(__dirname, 'certificate', name), 'utf8');
    const certificate = read('certificate.pem');
    let server: ReturnType<typeof createHttpsServer>;
    let port: number;
    let reused: boolean[];

    beforeEach(async () => {
      reused = [];
      server = createHttpsServer({ key: read('key.pem'), cert: certificate }, (request, response) => {
        if (request.url === '/reset') request.socket.destroy();
        else response.end('x'.repeat(request.url === '/large' ? 5_000_000 : 2));
      });
      server.on('secureConnection', (socket) => reused.push(socket.isSessionReused()));
      server.on('tlsClientError', () => undefined);
      port = await listen(server);
    });
    afterEach(async () => {
      origin.close();
      server.closeAllConnections();
      await end(server);
    });
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

    it.each(['127.0.0.1', 'localhost'])(
      'asks %s, keeps the connection, and resumes the session on others',
      async (host) => {
        origin = new Origin(new URL(`https://${host}:${port}`), { ca: certificate });
        for (let i = 0; i < 3; i += 1) expect((await over(ask(origin))).body.toString()).toBe('xx');
        expect(reused).toEqual([false]);
        expect((await over(ask(origin, { fresh: true }))).body.toString()).toBe('xx');
        expect(reused).toEqual([false, true]);
      },
    );

    it('holds large answers back while they are not read', async () => {
      origin = new Origin(new URL(`https://127.0.0.1:${port}`), { ca: certificate });
      const events = ask(origin, {
        head: get('/large'),
        also: { onHead: () => events.connection?.pause(events) },
      });
      await waitFor('the head', () => events.head !== undefined);
      const held = events.body.length;
      expect(held).toBeLessThan(1_000_000);
      events.connection?.resume(events);
      expect((await over(events)).body).toHaveLength(5_000_000);
    });

    it('refuses a certificate that nobody vouches for, before anything is sent', async () => {
      origin = new Origin(new URL(`https://127.0.0.1:${port}`));
      const events = await over(ask(origin));
      expect(events.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
      expect(events.fault).toMatchObject({ neverSent: true, onKeptConnection: false });
    });

    it('refuses a certificate of another name', async () => {
      origin = new Origin(new URL(`https://127.0.0.2:${port}`), { ca: certificate });
      server.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.listen(port, '0.0.0.0', resolve));
      expect((await over(ask(origin))).code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    });

    it('tells a plain upstream from a secure one: neither hangs', async () => {
      const plain = new Origin(new URL(`http://127.0.0.1:${port}`));
      expect((await over(ask(plain))).fault).toBeDefined();
      plain.close();
      const secure = new Origin(new URL(`https://127.0.0.1:${upstream.port}`));
      upstream.onRequest(() => undefined);
      const events = ask(secure);
      await waitFor('a hello', () => upstream.received(0) !== '');
      upstream.sockets[0]?.write(OK);
      expect((await over(events)).fault).toMatchObject({ neverSent: true });
      secure.close();
    });

    it('is a fault when it is broken off', async () => {
      origin = new Origin(new URL(`https://127.0.0.1:${port}`), { ca: certificate });
      expect((await over(ask(origin, { head: get('/reset') }))).fault).toMatchObject({ neverSent: false });
    });
  });
});

/** Bytes after a collection. When one comes by itself depends on what else the process has done. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
