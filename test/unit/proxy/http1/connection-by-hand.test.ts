import { setImmediate as nextTurn } from 'node:timers/promises';
import { Connection, type ConnectionOwner } from '../../../../proxy/http1/connection';
import type { ExchangeHandler, Outgoing } from '../../../../proxy/http1/exchange';
import { clientBody, HEAD, ToldExchange } from './exchanges';
import { HandSocket } from './hand-socket';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const HALF = OK.slice(0, -1);
const CHUNKS = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n';
const NEVER = Number.POSITIVE_INFINITY;
const LIMITS = { answerTimeout: 100, bodyTimeout: 200, clientTimeout: 400 };

interface Asked {
  readonly told: ToldExchange;
  readonly connection: Connection;
  readonly socket: HandSocket;
  /** What the owner heard. */
  readonly heard: string[];
}

/** Everything in one turn: a socket that is moved by hand, and a clock that stands. */
describe('connection, by hand', () => {
  let now: number;

  beforeEach(() => {
    now = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  const open = (event: 'connect' | 'secureConnect' = 'connect'): Omit<Asked, 'told'> => {
    const socket = new HandSocket();
    const heard: string[] = [];
    const owner: ConnectionOwner = {
      onIdle: (_connection, idleTime) => heard.push(`idle ${idleTime}`),
      onEventStream: () => heard.push('stream'),
      onClose: () => heard.push('close'),
    };
    return { socket, heard, connection: new Connection(socket, event, owner) };
  };
  const send = (
    connection: Connection,
    outgoing: Partial<Outgoing> = {},
    also: Partial<ExchangeHandler> = {},
  ): ToldExchange => {
    const told = new ToldExchange(also);
    const request = { method: 'GET', head: HEAD, framing: 'none', body: undefined, client: undefined } as const;
    const unlimited = { answerTimeout: 0, bodyTimeout: 0, clientTimeout: 0 };
    connection.send({ ...request, ...unlimited, ...outgoing }, told, now);
    return told;
  };
  /** A request on a connection that is made. */
  const ask = (outgoing: Partial<Outgoing> = {}, also: Partial<ExchangeHandler> = {}): Asked => {
    const { socket, ...rest } = open();
    const told = send(rest.connection, outgoing, also);
    socket.emit('connect');
    return { told, socket, ...rest };
  };
  /** Bytes that are overwritten after the call, as a shared buffer is. */
  const answer = (connection: Connection, text: string): void => {
    const bytes = Buffer.from(text, 'latin1');
    connection.receive(bytes);
    bytes.fill(0x21);
  };
  /** Whose first exchange is over. */
  const kept = (): Asked => {
    const asked = ask();
    answer(asked.connection, OK);
    expect(asked.heard).toEqual(['idle 4000']);
    return asked;
  };

  describe('while it is made', () => {
    it('sends nothing; the request goes out once it is there', () => {
      const { socket, connection } = open();
      send(connection);
      expect([socket.sent, connection.requests]).toEqual(['', 1]);
      socket.emit('secureConnect');
      expect(socket.sent).toBe('');
      socket.emit('connect');
      socket.emit('connect');
      expect(socket.sent).toBe(HEAD);
      const secure = open('secureConnect');
      send(secure.connection);
      secure.socket.emit('connect');
      expect(secure.socket.sent).toBe('');
      secure.socket.emit('secureConnect');
      expect(secure.socket.sent).toBe(HEAD);
    });

    it('waits for a request when none has been made', () => {
      const { socket, connection } = open();
      const fresh = { idleUntil: 0, isCounted: true, transferTicks: 0, requests: 0, openedAt: 1_000 };
      expect(connection).toMatchObject({ ...fresh, share: undefined, longShare: undefined, isTransferring: false });
      socket.emit('connect');
      expect(socket.sent).toBe('');
      send(connection);
      expect(socket.sent).toBe(HEAD);
    });

    it('has ten seconds, or as long as an answer may take', () => {
      const { connection } = open();
      expect(connection.deadline).toBe(11_000);
      now = 2_000;
      send(connection);
      expect(connection.deadline).toBe(11_000);
      send(connection, { answerTimeout: 300 });
      expect(connection.deadline).toBe(2_300);
      send(connection, { answerTimeout: 60_000 });
      expect(connection.deadline).toBe(12_000);
    });

    it('sends the head byte by byte as it is, with a body and without', () => {
      const head = 'GET /\xe9 HTTP/1.1\r\n\r\n';
      expect(ask({ head }).socket.sent).toBe(head);
      const { socket } = ask({ head, body: clientBody() });
      socket.uncork();
      expect(socket.sent).toBe(head);
    });

    it('fails by saying that nothing was sent', () => {
      const { connection, socket, heard } = open();
      const told = send(connection);
      connection.timeOut();
      expect(told.code).toBe('CONNECT_TIMEOUT');
      expect(told.fault).toMatchObject({ neverSent: true, onKeptConnection: false });
      expect([socket.destroyed, heard, connection.deadline]).toEqual([true, ['close'], NEVER]);
      const refused = open();
      const other = send(refused.connection);
      refused.socket.emit('error', new Error('refused'));
      expect(other.code).toBe('refused');
      expect(other.fault?.neverSent).toBe(true);
    });

    it('lets go of its request when it fails, so that a late connection begins nothing', () => {
      const { connection, socket } = open();
      send(connection, LIMITS);
      connection.fail(new Error('refused'));
      socket.emit('connect');
      expect([connection.deadline, socket.sent]).toEqual([NEVER, '']);
    });
  });

  describe('an answer', () => {
    it.each([
      ['by its length', OK, ['head', 'data', 'end'], 'ok'],
      ['of length 0', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', ['head', 'end'], ''],
      ['without a body', 'HTTP/1.1 204 x\r\n\r\n', ['head', 'end'], ''],
      ['in chunks', `${CHUNKS}0\r\n\r\n`, ['head', 'data', 'end'], 'ok'],
      ['with hints', `HTTP/1.1 100 x\r\n\r\nHTTP/1.1 103 x\r\n\r\n${OK}`, ['103', 'head', 'data', 'end'], 'ok'],
    ])('%s is handed over, and the connection kept', (_what, text, events, body) => {
      const { told, connection, heard, socket } = ask(LIMITS);
      connection.transferTicks = 7;
      answer(connection, text);
      expect(told.events).toEqual(events);
      expect([told.body.toString(), told.trailers]).toEqual([body, []]);
      expect(heard).toEqual(['idle 4000']);
      expect([connection.deadline, connection.transferTicks, connection.isTransferring]).toEqual([NEVER, 0, false]);
      const next = send(connection);
      expect([socket.sent, connection.requests]).toEqual([HEAD + HEAD, 2]);
      answer(connection, OK);
      expect(next.body.toString()).toBe('ok');
    });

    it.each([OK, `${CHUNKS}0\r\nA: b\r\n\r\n`, `HTTP/1.1 103 x\r\nLink: <a>\r\n\r\n${OK}`])(
      'is the same byte by byte, and cut in two anywhere: %j',
      (text) => {
        const trailers = text.includes('A: b') ? ['A', 'b'] : [];
        for (let cut = 0; cut < text.length; cut += 1) {
          const { told, connection, heard } = ask();
          const pieces = cut === 0 ? text.split('') : [text.slice(0, cut), text.slice(cut)];
          for (const piece of pieces) answer(connection, piece);
          expect(told.fault).toBeUndefined();
          expect([told.body.toString(), told.trailers, heard]).toEqual(['ok', trailers, ['idle 4000']]);
        }
      },
    );

    it('says after each piece that more is to come, and not after the last', () => {
      const { told, connection } = ask();
      answer(connection, HALF.slice(0, -1));
      expect(told.events).toEqual(['head', 'part']);
      answer(connection, 'o');
      expect(told.events).toEqual(['head', 'part', 'data', 'part']);
      answer(connection, 'k');
      expect(told.events).toEqual(['head', 'part', 'data', 'part', 'data', 'end']);
    });

    it('without a length ends with the connection, which is then closed', () => {
      const { told, connection, socket, heard } = ask();
      answer(connection, 'HTTP/1.1 200 OK\r\n\r\nok');
      expect(told.isOver).toBe(false);
      socket.emit('end');
      expect([told.body.toString(), told.trailers, told.fault]).toEqual(['ok', [], undefined]);
      expect([socket.destroyed, heard]).toEqual([true, ['close']]);
    });

    it.each([
      ['before it', ''],
      ['in its head', 'HTTP/1.1 2'],
      ['in its body', HALF],
      ['between chunks', CHUNKS],
    ])('is a fault when the connection ends %s', (_when, text) => {
      const { told, connection, socket } = ask();
      if (text !== '') answer(connection, text);
      socket.emit('end');
      expect(told.code).toBe('ENDED_EARLY');
      expect(told.fault).toMatchObject({ neverSent: false, onKeptConnection: false });
      expect(socket.destroyed).toBe(true);
    });

    it('is a fault when the connection closes or breaks', async () => {
      const closing = ask();
      closing.socket.destroy();
      await nextTurn();
      expect(closing.told.code).toBe('ENDED_EARLY');
      const broken = ask();
      broken.socket.emit('error', new Error('reset'));
      expect(broken.told.code).toBe('reset');
      expect(broken.heard).toEqual(['close']);
    });

    it.each([
      ['a length', HALF],
      ['chunks', CHUNKS],
    ])('that begins an event stream with %s is named to the owner, once', (_what, text) => {
      const { connection, heard } = ask();
      answer(connection, text.replace('OK\r\n', 'OK\r\nContent-Type: text/event-stream\r\n'));
      expect(heard).toEqual(['stream']);
      const plain = ask();
      answer(plain.connection, text);
      expect(plain.heard).toEqual([]);
    });

    it.each([
      ['101', 'HTTP/1.1 101 x\r\n\r\n'],
      ['another protocol', 'SSH-2.0-OpenSSH'],
      ['not even that', 'x'],
      ['almost HTTP', 'HTTP/2.0 200 OK'],
      ['a bare LF', 'HTTP/1.1 200 OK\n'],
      ['a bare LF behind a good line', 'HTTP/1.1 200 OK\r\nA: b\n'],
      ['a bad chunk', `${CHUNKS}x\r\n`],
    ])('with %s is refused at once', (_what, text) => {
      for (const pieces of [[text], text.split('')]) {
        const { told, connection, socket } = ask();
        for (const piece of pieces) answer(connection, piece);
        expect(told.code).toBe('ANSWER_UNREADABLE');
        expect(socket.destroyed).toBe(true);
      }
    });

    it('is waited for while it may still become one', () => {
      for (const text of [
        'H',
        'HTTP/1.',
        'HTTP/1.1 200 OK\r',
        'HTTP/1.1 200 OK\r\n',
        'HTTP/1.1 200 OK\r\nA: b\r\n\r',
      ]) {
        const { told, connection, socket } = ask();
        answer(connection, text);
        expect([told.events, socket.destroyed]).toEqual([[], false]);
      }
    });

    it('has a head of 64 kB at most', () => {
      const fill = (length: number): string => `HTTP/1.1 204 x\r\nA: ${'a'.repeat(length - 19)}`;
      for (const [length, isRefused] of [
        [65_536, false],
        [65_537, true],
      ] as const) {
        const whole = ask();
        answer(whole.connection, `${fill(length)}\r\n\r\n`);
        expect(whole.told.code).toBe(isRefused ? 'ANSWER_UNREADABLE' : undefined);
        const endless = ask();
        answer(endless.connection, fill(length));
        expect(endless.told.code).toBe(isRefused ? 'ANSWER_UNREADABLE' : undefined);
      }
    });

    it('to HEAD has no body', () => {
      const { told, connection, heard } = ask({ method: 'HEAD' });
      answer(connection, OK.slice(0, -2));
      expect([told.events, heard]).toEqual([['head', 'end'], ['idle 4000']]);
    });
  });

  describe('is not kept', () => {
    it.each([
      ['with bytes behind the answer', `${OK}x`],
      ['with bytes behind an answer without a body', 'HTTP/1.1 204 x\r\n\r\nx'],
      ['with bytes behind the last chunk', `${CHUNKS}0\r\n\r\nx`],
      ['when the upstream closes', OK.replace('OK\r\n', 'OK\r\nConnection: close\r\n')],
    ])('%s', (_what, text) => {
      const { told, connection, heard, socket } = ask();
      answer(connection, text);
      expect(told.events.at(-1)).toBe('end');
      expect([heard, socket.destroyed]).toEqual([['close'], true]);
    });

    it('when bytes come that were not asked for', () => {
      const { told, connection, heard } = kept();
      answer(connection, OK);
      expect([told.events, heard]).toEqual([
        ['head', 'data', 'end'],
        ['idle 4000', 'close'],
      ]);
    });

    it.each(['end', 'close'])('after its %s', (event) => {
      const { told, socket, heard } = kept();
      socket.emit(event);
      expect([told.fault, heard]).toEqual([undefined, ['idle 4000', 'close']]);
    });

    it('when its handler goes on to fail the next exchange with bytes behind the answer', () => {
      const { connection, heard } = ask({}, { onEnd: () => heard.push('next') });
      answer(connection, `${OK}${OK}`);
      expect(heard).toEqual(['close', 'next']);
    });
  });

  describe('a fault on a kept connection', () => {
    it.each([
      ['before a byte of the answer', '', true],
      ['after one', 'H', false],
      ['after a hint', 'HTTP/1.1 103 x\r\n\r\n', false],
    ])('%s', (_when, text, onKeptConnection) => {
      const { connection } = kept();
      const told = send(connection);
      if (text !== '') answer(connection, text);
      connection.fail(new Error('reset'));
      connection.fail(new Error('again'));
      expect(told.fault).toMatchObject({ neverSent: false, onKeptConnection });
      expect(told.events.filter((name) => name === 'fault')).toHaveLength(1);
    });
  });

  describe('a handler', () => {
    it.each(['onHead', 'onData', 'onPart'] as const)('that throws in %s fails its exchange', (where) => {
      const { told, connection, socket } = ask({}, { [where]: fault(new Error('mine')) });
      answer(connection, HALF);
      expect([told.code, socket.destroyed, told.events.at(-1)]).toEqual(['mine', true, 'fault']);
    });

    it('that throws something else than an error has it named', () => {
      const { told, connection } = ask({}, { onHead: fault('a text') });
      answer(connection, HALF);
      expect(told.fault?.error).toEqual(new TypeError('a text'));
    });

    it.each([
      ['a length', OK],
      ['no length', 'HTTP/1.1 200 OK\r\n\r\nok'],
    ])('that throws at the end of an answer with %s is the only one that learns of it', (_what, text) => {
      const { told, connection, socket, heard } = ask({}, { onEnd: fault(new Error('mine')) });
      answer(connection, text);
      if (heard.length === 0) socket.emit('end');
      expect(told.code).toBe('mine');
      expect(told.fault).toMatchObject({ neverSent: false, onKeptConnection: false });
      expect(heard).toEqual([text === OK ? 'idle 4000' : 'close']);
    });

    it.each(['onHead', 'onData', 'onPart'] as const)('that aborts in %s hears nothing more', (where) => {
      const { told, connection, socket, heard } = ask({}, { [where]: () => connection.abort(told) });
      answer(connection, `${CHUNKS}1\r\nx\r\n`);
      expect(told.events.at(-1)).toBe(where.slice(2).toLowerCase());
      expect([told.isOver, socket.destroyed, heard]).toEqual([false, true, ['close']]);
    });

    it('that aborts at the head of an answer without a body hears no end', () => {
      const { told, connection, heard } = ask({}, { onHead: () => connection.abort(told) });
      answer(connection, 'HTTP/1.1 204 x\r\n\r\n');
      expect([told.events, heard]).toEqual([['head'], ['close']]);
    });

    it('has no say over the exchange of another', () => {
      const { told, connection, socket } = kept();
      const next = send(connection, LIMITS);
      connection.abort(told);
      connection.pause(told);
      expect([socket.destroyed, socket.isPaused()]).toEqual([false, false]);
      connection.pause(next);
      connection.resume(told);
      expect(socket.isPaused()).toBe(true);
      connection.abort(next);
      expect(socket.destroyed).toBe(true);
    });
  });

  describe('time', () => {
    const after = (text: string, outgoing: Partial<Outgoing> = LIMITS): Asked => {
      const asked = ask(outgoing);
      now = 2_000;
      if (text !== '') answer(asked.connection, text);
      return asked;
    };

    it('is the limit of answers until the head, of bodies from then on, anew with each piece', () => {
      const { connection, told } = after('');
      expect(connection.deadline).toBe(1_100);
      answer(connection, 'HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\n');
      expect(connection.deadline).toBe(1_100);
      answer(connection, 'Content-Length: 9\r\n\r\n');
      expect(connection.deadline).toBe(2_200);
      now = 2_100;
      answer(connection, 'o');
      expect(connection.deadline).toBe(2_300);
      connection.timeOut();
      expect(told.code).toBe('ANSWER_TIMEOUT');
      expect(told.fault?.neverSent).toBe(false);
    });

    it('has no limit where none is set', () => {
      const { connection } = after('', { answerTimeout: 0 });
      expect(connection.deadline).toBe(NEVER);
      expect(after(HALF, { answerTimeout: 100 }).connection.deadline).toBe(NEVER);
    });

    it('is looked at for each piece only where there is a limit', () => {
      const { connection } = after(HALF.slice(0, -1), { answerTimeout: 100, clientTimeout: 400 });
      const asked = jest.spyOn(performance, 'now');
      asked.mockClear();
      answer(connection, 'o');
      expect(asked).not.toHaveBeenCalled();
    });

    it('is the client’s while it does not read', () => {
      const { connection, told, socket } = after(HALF);
      connection.pause(told);
      expect([connection.deadline, socket.isPaused()]).toEqual([2_400, true]);
      now = 2_100;
      connection.pause(told);
      expect(connection.deadline).toBe(2_400);
      connection.resume(told);
      expect([connection.deadline, socket.isPaused()]).toEqual([2_300, false]);
      now = 2_200;
      connection.resume(told);
      expect(connection.deadline).toBe(2_300);
      connection.pause(told);
      connection.timeOut();
      expect(told.code).toBe('CLIENT_STALLED');
    });

    it('has no limit for a client where none is set', () => {
      const { connection, told } = after(HALF, { answerTimeout: 100, bodyTimeout: 200 });
      connection.pause(told);
      expect(connection.deadline).toBe(NEVER);
    });

    it('flows again for the next exchange although the last one was paused when it ended', () => {
      const { connection, told, socket, heard } = after(HALF);
      connection.pause(told);
      answer(connection, 'k');
      expect([heard, socket.isPaused()]).toEqual([['idle 4000'], false]);
      send(connection, LIMITS);
      expect(connection.deadline).toBe(2_100);
    });
  });

  describe('a request with a body', () => {
    const UPLOAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n';
    const upload = () => {
      const body = clientBody();
      return { body, ...ask({ method: 'POST', head: UPLOAD, framing: 'length', body, ...LIMITS }) };
    };

    it('goes out in one piece with its head; until its end it is the client’s turn, then the upstream’s', async () => {
      const { body, connection, socket, told } = upload();
      expect([connection.deadline, connection.isTransferring]).toEqual([1_400, true]);
      body.push('ab');
      await nextTurn();
      expect(socket.writes).toEqual([`${UPLOAD}ab`]);
      now = 2_000;
      body.push('cd');
      await nextTurn();
      await nextTurn();
      expect(connection.deadline).toBe(2_400);
      now = 3_000;
      body.push(null);
      await nextTurn();
      await nextTurn();
      expect([connection.deadline, connection.isTransferring]).toEqual([3_100, false]);
      answer(connection, HALF);
      expect(connection.isTransferring).toBe(true);
      answer(connection, 'k');
      expect([told.body.toString(), connection.isTransferring]).toEqual(['ok', false]);
    });

    it('is stalled by a client that sends nothing more', () => {
      const { connection, told } = upload();
      connection.timeOut();
      expect(told.code).toBe('CLIENT_STALLED');
    });

    it('is the upstream’s turn while it does not take what was sent', async () => {
      const { body, connection, socket, told } = upload();
      socket.isStuck = true;
      body.push(Buffer.alloc(256 * 1024));
      now = 2_000;
      await nextTurn();
      expect([connection.deadline, body.isPaused()]).toEqual([2_100, true]);
      connection.timeOut();
      expect(told.code).toBe('ANSWER_TIMEOUT');
      expect(body.isPaused()).toBe(false);
    });

    it('has all the time it needs once the answer has begun, which may end before it', () => {
      const { body, connection, heard, told, socket } = upload();
      answer(connection, HALF);
      expect(connection.deadline).toBe(NEVER);
      answer(connection, 'k');
      expect([told.trailers, heard, socket.destroyed]).toEqual([[], ['close'], true]);
      expect(body.listenerCount('data') + body.listenerCount('end')).toBe(0);
    });

    it('leaves the connection to the next when it has ended before the answer', async () => {
      const { body, connection, heard } = upload();
      answer(connection, HALF);
      body.push('abcd');
      body.push(null);
      await nextTurn();
      await nextTurn();
      answer(connection, 'k');
      expect(heard).toEqual(['idle 4000']);
    });

    it('flows away when it fails', async () => {
      const { body, connection } = upload();
      connection.fail(new Error('reset'));
      body.push('abcd');
      body.push(null);
      await nextTurn();
      await nextTurn();
      expect(body.readableEnded).toBe(true);
    });
  });
});

function fault(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}
