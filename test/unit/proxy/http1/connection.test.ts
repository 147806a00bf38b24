import type { Socket } from 'node:net';
import type { Origin } from '../../../../proxy/http1/origin';
import { holdUp } from '../../../support/hold-up';
import { waitFor } from '../../../support/wait-for';
import { ask, clientBody, handUpstream, HEAD, originOf, over, ToldExchange, type HandUpstream } from './exchanges';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const UPLOAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n';

/** Counts what it is given instead of keeping it. */
class CountingExchange extends ToldExchange {
  length = 0;
  override onData(chunk: Buffer): void {
    this.length += chunk.length;
  }
}

function askForMuch(
  origin: Origin,
  { onHead }: { onHead?: (events: CountingExchange) => void } = {},
): CountingExchange {
  const events: CountingExchange = new CountingExchange({ onHead: () => onHead?.(events) });
  const request = { method: 'GET', head: HEAD, framing: 'none', body: undefined, client: undefined } as const;
  events.exchange = origin.send({ ...request, answerTimeout: 0, bodyTimeout: 0, clientTimeout: 0 }, events);
  return events;
}

describe('connection', () => {
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

  /** One exchange, answered by these bytes. */
  const answered = async (text: string, outgoing: Parameters<typeof ask>[1] = {}): Promise<ToldExchange> => {
    const events = ask(origin, outgoing);
    (await upstream.asked(upstream.sockets.length)).write(text, 'latin1');
    return over(events);
  };
  /** Answers the first exchange, so that its connection is kept. */
  const keep = async (): Promise<Socket> => {
    const events = await answered(OK);
    expect(events.code).toBeUndefined();
    return upstream.sockets[0] as Socket;
  };
  const closed = (socket: Socket | undefined): Promise<true> =>
    waitFor('a closed connection', () => socket?.closed === true);

  describe('answers', () => {
    it.each([
      ['a length', OK, 'ok'],
      ['no length, a closed connection', 'HTTP/1.1 200 OK\r\n\r\nok', 'ok'],
      ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\nA: b\r\n\r\n', 'ok'],
      ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
      [
        'hints before it',
        `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 x\r\n\r\nHTTP/1.1 103 x\r\nLink: <a>\r\n\r\n${OK}`,
        'ok',
      ],
    ])('with %s, in one piece, byte by byte, and broken off anywhere', async (what, text, body) => {
      let connections = 0;
      upstream.onRequest((socket) => {
        if (connections % 2 === 1) {
          socket.end(text, 'latin1');
          return;
        }
        socket.setNoDelay(true);
        let at = 0;
        // A turn of the event loop for each byte; the system may join some.
        const next = (): void => {
          if (at === text.length) socket.end();
          else socket.write(text.charAt(at++), 'latin1', () => setImmediate(next));
        };
        next();
      });
      for (connections = 0; connections < 2; connections += 1) {
        const events = await over(ask(origin, { fresh: true }));
        expect(events.fault).toBeUndefined();
        expect(events.body.toString()).toBe(body);
        expect(events.trailers).toEqual(what === 'chunks' ? ['A', 'b'] : []);
        expect(events.events.filter((name) => name === 'head' || name === 'end')).toEqual(['head', 'end']);
        if (what.startsWith('hints')) expect(events.events.slice(0, 3)).toEqual(['102', '103', 'head']);
      }
      upstream.onRequest((socket) => socket.end(text.slice(0, -1), 'latin1'));
      const half = await over(ask(origin, { fresh: true }));
      if (what.startsWith('no length')) expect(half.body.toString()).toBe('o');
      else expect(half.code).toBe('ENDED_EARLY');
    });

    it.each([
      ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'],
      ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n'],
      ['neither', 'HTTP/1.1 200 OK\r\n\r\nok'],
    ])('with %s that is reset in the middle is a fault', async (_what, text) => {
      const events = ask(origin, { also: { onData: () => upstream.sockets[0]?.resetAndDestroy() } });
      (await upstream.asked(0)).write(text);
      await over(events);
      expect(events.fault).toMatchObject({ neverSent: false, onKeptConnection: false });
      expect(events.code).toBe('ECONNRESET');
      expect(events.body.toString()).toBe('ok');
    });

    it.each([
      ['101', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
      ['a head over 64 kB', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(66_000)}\r\n\r\n`],
      ['a head over 64 kB that never ends', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(66_000)}`],
      ['another protocol', 'SSH-2.0-OpenSSH_9.2p1'],
      ['a TLS alert', '\x15\x03\x01\x00\x02\x02\x46'],
      ['HTTP/2', '\x00\x00\x12\x04\x00\x00\x00\x00\x00'],
      ['lines that end in LF', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
      ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nx\r\n'],
      ['an empty line first', `\r\n${OK}`],
    ])('that are %s are refused at once, and the connection closed', async (_what, text) => {
      const events = await answered(text);
      expect(events.code).toBe('ANSWER_UNREADABLE');
      await closed(upstream.sockets[0]);
    });

    it('begin with a head of just under 64 kB', async () => {
      const events = await answered(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: ${'a'.repeat(65_000)}\r\n\r\n`);
      expect(events.head?.headers[3]).toHaveLength(65_000);
    });

    it('whose handler throws at the head, at data, at a part fail this exchange alone', async () => {
      const part = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok';
      const fault = (): never => {
        throw new Error('mine');
      };
      for (const also of [{ onHead: fault }, { onData: fault }, { onPart: fault }]) {
        const events = await answered(part, { also });
        expect(events.code).toBe('mine');
        await closed(upstream.sockets.at(-1));
      }
    });

    it('whose handler throws at their end harm nobody, however the end is known', async () => {
      const fault = (): never => {
        throw new Error('mine');
      };
      for (const text of [OK, 'HTTP/1.1 200 OK\r\n\r\nok']) {
        const events = ask(origin, { also: { onEnd: fault } });
        (await upstream.asked(upstream.sockets.length)).end(text);
        await over(events);
        await closed(upstream.sockets.at(-1));
        expect(events.code).toBe('mine');
      }
    });

    it('tell nothing after the end', async () => {
      const events = await answered(`${OK}HTTP/1.1 500 x\r\n\r\n`);
      await closed(upstream.sockets[0]);
      expect(events.events).toEqual(['head', 'data', 'end']);
    });
  });

  describe('kept', () => {
    it('is used for the next request', async () => {
      await keep();
      const second = ask(origin);
      (await upstream.asked(0, 2)).write(OK);
      expect((await over(second)).body.toString()).toBe('ok');
      expect(upstream.sockets).toHaveLength(1);
    });

    it.each([
      ['bytes that nobody asked for', (socket: Socket) => socket.write(OK)],
      ['the end', (socket: Socket) => socket.end()],
      ['a reset', (socket: Socket) => socket.resetAndDestroy()],
    ])('is closed by %s, which is nobody’s answer', async (_what, act) => {
      const socket = await keep();
      upstream.onRequest((asked) => asked.write(OK.replace('ok', 'me')));
      act(socket);
      await closed(socket);
      let second = await over(ask(origin));
      // A reset may be known there before it is known here.
      if (second.fault?.onKeptConnection === true) second = await over(ask(origin));
      expect(second.body.toString()).toBe('me');
      expect(upstream.sockets).toHaveLength(2);
    });

    it.each([
      ['bytes behind the answer', `${OK}x`],
      ['a second answer', `${OK}${OK}`],
      ['a body behind 204', 'HTTP/1.1 204 x\r\n\r\nbody'],
      ['bytes behind the last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\n'],
      ['Connection: close', OK.replace('\r\n', '\r\nConnection: close\r\n')],
      ['HTTP/1.0', OK.replace('1.1', '1.0')],
      ['no length', 'HTTP/1.1 200 OK\r\n\r\n'],
    ])('is not, after %s', async (_what, text) => {
      const events = ask(origin);
      const socket = await upstream.asked(0);
      if (text.endsWith('OK\r\n\r\n')) socket.end(text);
      else socket.write(text);
      await over(events);
      expect(events.fault).toBeUndefined();
      await closed(socket);
    });

    it('is, after HTTP/1.0 with keep-alive and a length', async () => {
      await answered(OK.replace('1.1', '1.0').replace('\r\n', '\r\nConnection: keep-alive\r\n'));
      ask(origin);
      await upstream.asked(0, 2);
    });

    it('is not, after a body that came with the answer to HEAD', async () => {
      await answered(OK, { method: 'HEAD' });
      await closed(upstream.sockets[0]);
    });

    it('can be used again from within the end of the exchange', async () => {
      let second: ToldExchange | undefined;
      upstream.onRequest((socket) => socket.write(OK));
      ask(origin, { also: { onEnd: () => void (second = ask(origin)) } });
      await waitFor('the second answer', () => second?.isOver === true);
      expect(second?.body.toString()).toBe('ok');
      expect(upstream.sockets).toHaveLength(1);
    });

    it('is not used again from there when there are bytes behind the answer', async () => {
      let second: ToldExchange | undefined;
      upstream.onRequest((socket) =>
        socket.write(socket === upstream.sockets[0] ? `${OK}${OK}` : OK.replace('ok', 'me')),
      );
      ask(origin, { also: { onEnd: () => void (second = ask(origin)) } });
      await waitFor('the second answer', () => second?.isOver === true);
      expect(second?.body.toString()).toBe('me');
    });

    it('is no longer the business of the one whose exchange is over', async () => {
      await keep();
      const first = ask(origin);
      (await upstream.asked(0, 2)).write(OK);
      await over(first);
      const second = ask(origin);
      await upstream.asked(0, 3);
      const { connection } = second;
      expect(connection).toBe(first.connection);
      connection?.pause(first);
      connection?.abort(first);
      upstream.sockets[0]?.write(OK);
      expect((await over(second)).body.toString()).toBe('ok');
    });

    it('reads nothing while paused, however much the upstream has', async () => {
      const size = 48 * 1024 * 1024;
      const block = Buffer.alloc(1024 * 1024);
      upstream.onRequest((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
        for (let left = size; left > 0; left -= block.length) socket.write(block);
      });
      const paused = askForMuch(origin, { onHead: (events) => events.exchange?.pause(events) });
      await waitFor('the head', () => paused.head !== undefined);
      // In the time that another takes for all of it.
      const reading = askForMuch(origin);
      await over(reading);
      expect(reading.length).toBe(size);
      // What had come with the head.
      expect(paused.length).toBeLessThan(64 * 1024);
      paused.exchange?.resume(paused);
      await over(paused);
      expect(paused.length).toBe(size);
    });

    it('flows again for the next exchange although the last one was paused when it ended', async () => {
      const first = ask(origin, { also: { onHead: () => first.connection?.pause(first) } });
      (await upstream.asked(0)).write(OK);
      await over(first);
      const second = ask(origin);
      (await upstream.asked(0, 2)).write(OK);
      expect((await over(second)).body.toString()).toBe('ok');
      expect(upstream.sockets).toHaveLength(1);
    });
  });

  describe('faults say whether the request may be sent once more', () => {
    it('never sent: the connection was refused', async () => {
      await upstream.close();
      const events = await over(ask(origin));
      expect(events.code).toBe('ECONNREFUSED');
      expect(events.fault).toMatchObject({ neverSent: true, onKeptConnection: false });
      upstream = await handUpstream();
    });

    it.each([
      ['on a new connection, nothing answered', false, '', { neverSent: false, onKeptConnection: false }],
      ['on a kept connection, nothing answered', true, '', { neverSent: false, onKeptConnection: true }],
      ['on a kept connection, a byte answered', true, 'H', { neverSent: false, onKeptConnection: false }],
      [
        'on a kept connection, a hint answered',
        true,
        'HTTP/1.1 103 x\r\n\r\n',
        { neverSent: false, onKeptConnection: false },
      ],
      ['on a kept connection, half an answer', true, OK.slice(0, -1), { neverSent: false, onKeptConnection: false }],
    ])('%s', async (_what, isKept, text, expected) => {
      if (isKept) await keep();
      const events = ask(origin);
      (await upstream.asked(0, isKept ? 2 : 1)).end(text);
      await over(events);
      expect(events.fault).toMatchObject(expected);
      expect(events.code).toBe('ENDED_EARLY');
      expect(upstream.sockets).toHaveLength(1);
    });
  });

  describe('abort', () => {
    it.each(['connecting', 'head', 'body', 'paused'])(
      'while %s: nothing more is told and the connection is closed',
      async (when) => {
        const events = ask(
          origin,
          when === 'paused' ? { also: { onHead: () => events.connection?.pause(events) } } : {},
        );
        if (when !== 'connecting') {
          const socket = await upstream.asked(0);
          if (when !== 'head') {
            socket.write(OK.slice(0, -1));
            await waitFor('the head', () => events.head !== undefined);
          }
        }
        const before = [...events.events];
        events.connection?.abort(events);
        events.connection?.abort(events);
        events.connection?.resume(events);
        if (when === 'connecting') {
          // Whatever the system had begun, it never carries a request.
          const next = ask(origin);
          await waitFor('the next request', () => upstream.sockets.some((_, i) => upstream.received(i) === HEAD));
          expect(upstream.sockets.filter((_, i) => upstream.received(i) !== '')).toHaveLength(1);
          next.connection?.abort(next);
        } else await closed(upstream.sockets[0]);
        expect(events.events).toEqual(before);
      },
    );

    it.each(['onHead', 'onData', 'onPart'] as const)('from within %s', async (event) => {
      const events = ask(origin, { also: { [event]: () => events.connection?.abort(events) } });
      (await upstream.asked(0)).write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n');
      await closed(upstream.sockets[0]);
      expect(events.isOver).toBe(false);
      expect(events.events.at(-1)).toBe(event.slice(2).toLowerCase());
    });
  });

  describe('an answer before the end of the request', () => {
    it('is delivered; the rest of the body flows away and the connection is not used again', async () => {
      const body = clientBody();
      const events = ask(origin, { method: 'POST', head: UPLOAD, framing: 'length', body });
      body.push('12345');
      const socket = await upstream.asked(0);
      socket.write('HTTP/1.1 413 x\r\nContent-Length: 1\r\n\r\nx');
      await over(events);
      expect(events.head?.statusCode).toBe(413);
      expect(events.fault).toBeUndefined();
      await closed(socket);
      body.push('67890');
      body.push(null);
      await waitFor('the body to flow away', () => body.readableEnded);
      expect(upstream.received(0)).not.toContain('6');
      expect(body.listenerCount('data') + body.listenerCount('end')).toBe(0);
    });

    it('is delivered while the body goes on', async () => {
      const body = clientBody();
      const events = ask(origin, { method: 'POST', head: UPLOAD, framing: 'length', body });
      const socket = await upstream.asked(0);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no');
      await waitFor('the head', () => events.head !== undefined);
      body.push('1234567890');
      body.push(null);
      await waitFor('the body', () => upstream.received(0).endsWith('1234567890'));
      socket.write('k');
      expect((await over(events)).body.toString()).toBe('ok');
      ask(origin);
      await upstream.asked(0, 2);
    });
  });

  describe('time', () => {
    /** As long as a limit of as many ms takes here, on this machine, now. */
    const longerThan = async (limit: number): Promise<void> => {
      const control = await handUpstream();
      const other = originOf(control);
      const events = ask(other, { answerTimeout: limit + 100 });
      await over(events);
      expect(events.code).toBe('ANSWER_TIMEOUT');
      other.close();
      await control.close();
    };

    it('runs out before the head, though hints keep coming', async () => {
      const events = ask(origin, { answerTimeout: 100 });
      const socket = await upstream.asked(0);
      const hints = setInterval(() => socket.write('HTTP/1.1 102 x\r\n\r\n'), 20);
      await over(events);
      clearInterval(hints);
      expect(events.code).toBe('ANSWER_TIMEOUT');
      expect(events.fault?.neverSent).toBe(false);
    });

    it('does not run out for an answer that arrived while the process was held up', async () => {
      const events = ask(origin, { answerTimeout: 100 });
      const socket = await upstream.asked(0);
      socket.write(OK);
      // Timers are due before what has arrived is read.
      holdUp(250);
      await over(events);
      expect(events.code).toBeUndefined();
      expect(events.body.toString()).toBe('ok');
    });

    it('runs out between two parts of a body', async () => {
      const events = ask(origin, { bodyTimeout: 100 });
      (await upstream.asked(0)).write(OK.slice(0, -1));
      expect((await over(events)).code).toBe('ANSWER_TIMEOUT');
    });

    it('does not run while nobody reads, and again when somebody does', async () => {
      const events = ask(origin, { bodyTimeout: 100, also: { onHead: () => events.connection?.pause(events) } });
      (await upstream.asked(0)).write(OK.slice(0, -1));
      await waitFor('the head', () => events.head !== undefined);
      await longerThan(100);
      expect(events.isOver).toBe(false);
      events.connection?.resume(events);
      expect((await over(events)).code).toBe('ANSWER_TIMEOUT');
    });

    it.each(['before the answer', 'in the middle of the answer'])(
      'is not the upstream’s while the client sends, %s',
      async (when) => {
        const body = clientBody();
        const limits = { answerTimeout: 100, bodyTimeout: 100 };
        const events = ask(origin, { method: 'POST', head: UPLOAD, framing: 'length', body, ...limits });
        const socket = await upstream.asked(0);
        if (when !== 'before the answer') socket.write(OK.slice(0, -1));
        body.push('12345');
        await longerThan(100);
        expect(events.fault).toBeUndefined();
        body.push('67890');
        body.push(null);
        await over(events);
        expect(events.code).toBe('ANSWER_TIMEOUT');
      },
    );

    it('runs while the upstream does not take what the client sends', async () => {
      const body = clientBody();
      const head = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
      const events = ask(origin, { method: 'POST', head, framing: 'chunked', body, answerTimeout: 300 });
      (await upstream.asked(0)).pause();
      const block = Buffer.alloc(1024 * 1024);
      const feed = setInterval(() => !body.isPaused() && body.push(block), 1);
      await over(events);
      clearInterval(feed);
      expect(events.code).toBe('ANSWER_TIMEOUT');
    });
  });
});
