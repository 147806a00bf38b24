import net from 'node:net';
import tls from 'node:tls';
import type { Exchange, Outgoing } from '../../../../proxy/http1/exchange';
import { Http1Error } from '../../../../proxy/http1/faults';
import { Origin, type OriginLimits, type OriginOptions } from '../../../../proxy/http1/origin';
import { HEAD, ToldExchange } from './exchanges';
import { HandSocket } from './hand-socket';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=61\r\n\r\nok';
const HALF = OK.slice(0, -1);
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n';
const LIMITS: OriginLimits = { maxConnections: 2, maxWaiting: 8, maxWait: 5_000, maxAge: 0, maxRequests: 0 };

interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly servername?: string;
  readonly session?: Buffer;
  readonly onread?: { readonly buffer: Buffer; readonly callback: (length: number) => boolean };
}

/** Sockets in place of connections, and a clock that stands. */
describe('origin, by hand', () => {
  let now: number;
  let origin: Origin;
  let opened: { readonly socket: HandSocket; readonly options: ConnectOptions }[];

  beforeEach(() => {
    now = 1_000;
    opened = [];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const connect = (options: unknown): HandSocket => {
      const socket = new HandSocket();
      opened.push({ socket, options: options as ConnectOptions });
      return socket;
    };
    jest.spyOn(net, 'connect').mockImplementation(connect);
    jest.spyOn(tls, 'connect').mockImplementation(connect as never);
  });
  afterEach(() => {
    origin.close();
    jest.restoreAllMocks();
  });

  const open = (url = 'http://a:81', options: OriginOptions = {}): void => {
    origin = new Origin(new URL(url), options);
  };
  const limited = (limits: Partial<OriginLimits> = {}): void => open(undefined, { limits: { ...LIMITS, ...limits } });

  interface Asked {
    readonly told: ToldExchange;
    readonly exchange: Exchange;
  }
  const ask = (outgoing: Partial<Outgoing> = {}): Asked => {
    const told = new ToldExchange();
    const request = { method: 'GET', head: HEAD, framing: 'none', body: undefined, client: undefined } as const;
    const unlimited = { answerTimeout: 0, bodyTimeout: 0, clientTimeout: 0 };
    const exchange = origin.send({ ...request, ...unlimited, ...outgoing }, told);
    return { told, exchange };
  };
  const from = (client: string): ToldExchange => ask({ client }).told;
  const refusalOf = (client: string | undefined): unknown => {
    try {
      return ask({ client });
    } catch (error) {
      return error instanceof Http1Error ? error.code : error;
    }
  };
  const at = (index: number) => {
    const one = opened[index];
    if (one === undefined) throw new Error(`there is no connection ${index}`);
    return one;
  };
  /** The connection is made, and answers. */
  const answer = (index: number, text = OK): void => {
    const { socket, options } = at(index);
    socket.emit('connect');
    const { buffer, callback } = options.onread ?? {};
    if (buffer === undefined || callback === undefined) throw new Error('it is not read by hand');
    expect(callback(buffer.write(text, 'latin1'))).toBe(true);
  };
  const requests = (): number[] => opened.map(({ socket }) => socket.sent.split(HEAD).length - 1);
  const tick = (ms = 0): void => {
    now += ms;
    origin['tick']();
  };

  describe('connects', () => {
    it.each([
      ['http://a', { host: 'a', port: 80 }],
      ['http://a:81/stage', { host: 'a', port: 81 }],
      ['http://[::1]:82', { host: '::1', port: 82 }],
      ['https://a', { host: 'a', port: 443, servername: 'a', ALPNProtocols: ['http/1.1'] }],
      ['https://127.0.0.1:444', { host: '127.0.0.1', port: 444, servername: '' }],
      ['https://[::1]', { host: '::1', port: 443, servername: '' }],
    ])('to %s by %j', (url, expected) => {
      open(url, { ca: 'certificate' });
      ask();
      expect(at(0).options).toMatchObject(url.startsWith('https') ? { ...expected, ca: 'certificate' } : expected);
      expect('servername' in at(0).options).toBe(url.startsWith('https'));
    });

    it('without delay, and has the system watch over the other end', () => {
      open();
      const noDelay = jest.spyOn(HandSocket.prototype, 'setNoDelay');
      const keepAlive = jest.spyOn(HandSocket.prototype, 'setKeepAlive');
      ask();
      expect(noDelay).toHaveBeenCalledWith(true);
      expect(keepAlive).toHaveBeenCalledWith(true, 60_000);
    });

    it('over TLS, and resumes the session that it was given last', () => {
      open('https://a');
      const first = ask().told;
      expect('session' in at(0).options).toBe(false);
      at(0).socket.emit('connect');
      expect(at(0).socket.sent).toBe('');
      at(0).socket.emit('secureConnect');
      expect(at(0).socket.sent).toBe(HEAD);
      at(0).socket.emit('session', Buffer.from('ticket'));
      at(0).socket.emit('data', Buffer.from(OK));
      expect(first.body.toString()).toBe('ok');
      ask({ fresh: true });
      expect(at(1).options.session).toEqual(Buffer.from('ticket'));
    });
  });

  describe('keeps connections', () => {
    it('and uses the one that was used last, or a new one when it is to be fresh', () => {
      open();
      ask();
      ask();
      answer(1);
      answer(0);
      expect(origin.load()).toMatchObject({ idle: 2, busy: 0 });
      ask();
      expect(requests()).toEqual([2, 1]);
      ask({ fresh: true });
      expect(opened).toHaveLength(3);
      ask();
      expect(requests().slice(0, 2)).toEqual([2, 2]);
    });

    it('for as long as the upstream says, less a second, and closes them then', () => {
      open();
      ask();
      answer(0);
      tick(59_999);
      expect(at(0).socket.destroyed).toBe(false);
      tick(1);
      expect([at(0).socket.destroyed, origin.load().idle]).toEqual([true, 0]);
    });

    it('and uses none whose time is over, though it has not been closed yet', () => {
      open();
      ask();
      ask();
      answer(0);
      answer(1);
      now += 60_000;
      ask();
      expect(opened.map(({ socket }) => socket.destroyed)).toEqual([true, true, false]);
    });

    it('closes only those whose time is over, however they are ordered', () => {
      open();
      for (let i = 0; i < 3; i += 1) ask();
      answer(0);
      answer(1, OK.replace('61', '2'));
      answer(2);
      tick(1_000);
      expect(opened.map(({ socket }) => socket.destroyed)).toEqual([false, true, false]);
      expect(origin.load().idle).toBe(2);
    });

    it('makes room for a fresh one by closing the one that has been idle for longest', () => {
      limited();
      ask();
      ask();
      answer(0);
      answer(1);
      ask({ fresh: true });
      expect(opened.map(({ socket }) => socket.destroyed)).toEqual([true, false, false]);
      origin.close();
      limited({ maxConnections: 3 });
      ask();
      answer(3);
      ask({ fresh: true });
      expect(at(3).socket.destroyed).toBe(false);
    });

    it.each([
      ['requests', { maxRequests: 2 }, 0, [2, 1]],
      ['time', { maxAge: 100 }, 50, [2, 1]],
      ['neither', {}, 50, [3]],
    ])('until they have had enough: %s', (_what, limits, ms, expected) => {
      limited(limits);
      for (let i = 0; i < 3; i += 1) {
        ask();
        now += ms;
        answer(opened.length - 1);
      }
      expect(requests()).toEqual(expected);
    });

    it('and forgets one that ends', () => {
      open();
      ask();
      ask();
      answer(0);
      answer(1);
      at(0).socket.emit('end');
      expect(origin.load().idle).toBe(1);
      ask();
      expect(requests()).toEqual([1, 2]);
    });
  });

  describe('looks at deadlines', () => {
    it('and fails what is late, not what is not', () => {
      open();
      const [late, patient] = [ask({ answerTimeout: 100 }).told, ask({ answerTimeout: 300 }).told];
      tick(99);
      expect(late.isOver).toBe(false);
      tick(1);
      expect([late.code, patient.code]).toEqual(['CONNECT_TIMEOUT', undefined]);
      tick(200);
      expect(patient.code).toBe('CONNECT_TIMEOUT');
    });

    it('as long as there are connections', () => {
      open();
      expect(origin['ticker']).toBeUndefined();
      const { told, exchange } = ask();
      expect(origin['ticker']).toBeDefined();
      tick();
      expect(origin['ticker']).toBeDefined();
      exchange.abort(told);
      tick();
      expect(origin['ticker']).toBeUndefined();
    });

    it('when nothing else happens, too, without holding the process, and after what has arrived is read', async () => {
      const interval = jest.spyOn(globalThis, 'setInterval');
      open();
      const { told } = ask({ answerTimeout: 100 });
      ask();
      expect(interval).toHaveBeenCalledTimes(1);
      expect(interval.mock.calls[0]?.[1]).toBe(50);
      const timer: unknown = interval.mock.results[0]?.value;
      expect(timer instanceof Object && 'hasRef' in timer && (timer as NodeJS.Timeout).hasRef()).toBe(false);
      now += 100;
      (interval.mock.calls[0]?.[0] as () => void)();
      expect(told.code).toBeUndefined();
      await new Promise(setImmediate);
      expect(told.code).toBe('CONNECT_TIMEOUT');
    });
  });

  describe('with a limit of connections', () => {
    it('lets a client have another stream that does not count once one of its own has ended', () => {
      limited();
      for (const index of [0, 1]) {
        from('a');
        answer(index, STREAM);
      }
      expect(origin.load()).toMatchObject({ busy: 0, long: 2 });
      at(0).socket.emit('close');
      from('a');
      answer(2, STREAM);
      expect(origin.load()).toMatchObject({ busy: 0, long: 2 });
    });

    it('counts a connection that waits for its answer, however long', () => {
      limited();
      ask();
      at(0).socket.emit('connect');
      for (let i = 0; i < 100; i += 1) tick(50);
      expect(origin.load()).toMatchObject({ busy: 1, long: 0 });
    });

    it('lets the rest wait, and gives them what becomes free', () => {
      limited();
      const told = ['a', 'b', 'c'].map(from);
      expect(origin.load()).toEqual({
        ...{ busy: 2, idle: 0, long: 0, waiting: 1, overShare: 0 },
        refused: { full: 0, timeout: 0 },
      });
      answer(0);
      expect(requests()).toEqual([2, 0]);
      expect(origin.load()).toMatchObject({ busy: 2, waiting: 0 });
      answer(0);
      expect(told.map(({ isOver }) => isOver)).toEqual([true, false, true]);
    });

    it('opens a new connection for who waits when one ends', () => {
      limited();
      ['a', 'b', 'c'].map(from);
      at(0).socket.emit('error', new Error('reset'));
      expect([opened.length, origin.load().waiting]).toEqual([3, 0]);
    });

    it('refuses what may not wait, and says so', () => {
      limited({ maxConnections: 1, maxWaiting: 1 });
      from('a');
      from('b');
      expect(['c', undefined].map(refusalOf)).toEqual(['QUEUE_FULL', 'QUEUE_FULL']);
      expect(origin.load()).toMatchObject({ waiting: 1, overShare: 0, refused: { full: 2, timeout: 0 } });
    });

    it('gives one client no more than is free, and counts what it was not given', () => {
      limited({ maxConnections: 4 });
      for (let i = 0; i < 3; i += 1) from('a');
      expect(origin.load()).toMatchObject({ busy: 2, waiting: 1, overShare: 1 });
      from('b');
      expect(origin.load()).toMatchObject({ busy: 3, waiting: 1 });
      // No client waits for it: it takes what is free.
      ask();
      expect(origin.load()).toMatchObject({ busy: 4, waiting: 1 });
      answer(2);
      answer(3);
      expect(origin.load()).toMatchObject({ busy: 2, idle: 2, waiting: 1 });
      answer(0);
      expect(origin.load()).toMatchObject({ busy: 2, waiting: 0 });
    });

    it.each([
      [0, 5_000],
      [9_000, 5_000],
      [300, 300],
    ])('lets wait no longer than is allowed, nor than for the answer (%i ms): %i ms', (answerTimeout, patience) => {
      limited({ maxConnections: 1 });
      const first = ask({ client: 'a' });
      answer(0, HALF);
      const { told } = ask({ client: 'b', answerTimeout });
      tick(patience - 1);
      expect(told.isOver).toBe(false);
      tick(1);
      expect(told.code).toBe('QUEUE_TIMEOUT');
      expect(told.fault).toMatchObject({ neverSent: true, onKeptConnection: false });
      expect(origin.load()).toMatchObject({ waiting: 0, refused: { full: 0, timeout: 1 } });
      expect(first.told.isOver).toBe(false);
    });

    it('does not count event streams, as long as they last', () => {
      limited({ maxConnections: 1 });
      const { told, exchange } = ask({ client: 'a' });
      const next = from('b');
      answer(0, STREAM);
      expect(origin.load()).toMatchObject({ busy: 1, long: 1, waiting: 0 });
      answer(1);
      expect(next.isOver).toBe(true);
      expect(origin.load()).toMatchObject({ busy: 0, idle: 1, long: 1 });
      exchange.abort(told);
      expect(origin.load()).toMatchObject({ busy: 0, idle: 1, long: 0 });
    });

    it('does not count what transfers for longer than a second, in one go', () => {
      limited({ maxConnections: 1 });
      from('a');
      answer(0, HALF);
      for (let i = 0; i < 20; i += 1) tick(50);
      expect(origin.load()).toMatchObject({ busy: 1, long: 0 });
      tick(50);
      expect(origin.load()).toMatchObject({ busy: 0, long: 1 });
      tick(50);
      expect(origin.load()).toMatchObject({ busy: 0, long: 1 });
      answer(0, 'k');
      expect(origin.load()).toMatchObject({ busy: 0, idle: 1, long: 0 });
    });

    it('does not take many short ones for a long one', () => {
      limited({ maxConnections: 1 });
      for (let i = 0; i < 30; i += 1) {
        ask();
        tick(50);
        answer(0, HALF);
        tick(50);
        answer(0, 'k');
      }
      expect(origin.load()).toMatchObject({ idle: 1, long: 0 });
      expect(requests()).toEqual([30]);
    });

    it('counts what takes long all the same once one client has as much of it as there are connections', () => {
      limited({ maxConnections: 2 });
      const streams = [0, 1, 2].map((index) => {
        const asked = ask({ client: 'a' });
        answer(index, STREAM);
        return asked;
      });
      expect(origin.load()).toMatchObject({ busy: 1, long: 2 });
      from('b');
      answer(3, STREAM);
      expect(origin.load()).toMatchObject({ busy: 1, long: 3 });
      const [first] = streams;
      first?.exchange.abort(first.told);
      expect(origin.load()).toMatchObject({ busy: 1, long: 2 });
      // Copies that no client waits for have no share.
      ask();
      answer(4, STREAM);
      expect(origin.load()).toMatchObject({ busy: 1, long: 3 });
    });

    it('keeps no connection whose place others have taken meanwhile', () => {
      limited({ maxConnections: 1 });
      from('a');
      answer(0, HALF.replace('OK\r\n', 'OK\r\nContent-Type: text/event-stream\r\n'));
      from('b');
      answer(1, HALF);
      answer(0, 'k');
      expect([at(0).socket.destroyed, origin.load().idle, origin.load().busy]).toEqual([true, 0, 1]);
    });
  });

  it('fails all when it is closed, those who wait too, and takes nothing more', () => {
    limited({ maxConnections: 1 });
    const told = ['a', 'b', 'b'].map(from);
    origin.close();
    expect(told.map(({ code }) => code)).toEqual(['CLOSING', 'CLOSING', 'CLOSING']);
    expect(told.map(({ fault }) => fault?.onKeptConnection)).toEqual([false, false, false]);
    expect([opened.length, origin.load().waiting]).toEqual([1, 0]);
    expect(refusalOf('a')).toBe('CLOSING');
  });
});
