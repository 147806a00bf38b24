import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RequestBody } from '../../../../proxy/http1/request-body';
import type { RequestFraming } from '../../../../proxy/http1/request-head';
import { clientBody } from './exchanges';
import { HandSocket } from './hand-socket';

/** More than a socket takes at once. */
const MUCH = Buffer.alloc(256 * 1024, 'a');

interface Begun {
  readonly source: IncomingMessage;
  readonly socket: HandSocket;
  readonly body: RequestBody;
  readonly progress: jest.Mock;
}

/** As a connection begins it: the head is in the corked socket. */
function begin(framing: RequestFraming = 'length'): Begun {
  const source = clientBody();
  const socket = new HandSocket();
  socket.cork();
  socket.write('head ', 'latin1');
  const progress = jest.fn();
  return { source, socket, progress, body: new RequestBody(source, socket, framing, progress) };
}

const listeners = ({ source, socket }: Begun): number =>
  source.listenerCount('data') + source.listenerCount('end') + socket.listenerCount('drain');

describe('request body, turn by turn', () => {
  it.each<[RequestFraming, string, string]>([
    ['length', 'head 0123456789abcdefghij', 'more'],
    ['chunked', 'head a\r\n0123456789\r\na\r\nabcdefghij\r\n', '4\r\nmore\r\n'],
  ])(
    'by %s: what is there goes out with the head in one write, what comes later in its turn',
    async (how, first, next) => {
      const begun = begin(how);
      begun.source.push('0123456789');
      begun.source.push('abcdefghij');
      expect(begun.socket.writes).toEqual([]);
      await nextTurn();
      expect(begun.socket.writes).toEqual([first]);
      expect(begun.progress).toHaveBeenCalledTimes(1);
      begun.source.push('more');
      await nextTurn();
      await nextTurn();
      expect(begun.socket.writes).toEqual([first, next]);
      expect(begun.progress).toHaveBeenCalledTimes(2);
      expect([begun.body.isSent, begun.body.isHeldUp, begun.source.isPaused()]).toEqual([false, false, false]);
    },
  );

  it('lets the head go alone when nothing of the body is there', async () => {
    const { socket, source, body } = begin('chunked');
    await nextTurn();
    expect(socket.writes).toEqual(['head ']);
    expect([body.isSent, body.isHeldUp, source.isPaused()]).toEqual([false, false, false]);
  });

  it.each<[RequestFraming, string]>([
    ['length', 'head ab'],
    ['chunked', 'head 2\r\nab\r\n0\r\n\r\n'],
  ])('by %s: is sent with its end, and not paused for it', async (how, expected) => {
    const begun = begin(how);
    begun.source.push('ab');
    begun.source.push(null);
    await nextTurn();
    await nextTurn();
    expect(begun.socket.sent).toBe(expected);
    expect([begun.body.isSent, begun.body.isHeldUp]).toEqual([true, false]);
  });

  it.each<[RequestFraming]>([['length'], ['chunked']])(
    'by %s: is held up while the socket is full, and goes on when it drains',
    async (how) => {
      const begun = begin(how);
      begun.socket.isStuck = true;
      begun.source.push(MUCH);
      await nextTurn();
      expect([begun.body.isHeldUp, begun.source.isPaused()]).toEqual([true, true]);
      expect(begun.progress).toHaveBeenCalledTimes(1);
      begun.socket.takeAll();
      await nextTurn();
      expect([begun.body.isHeldUp, begun.source.isPaused()]).toEqual([false, false]);
      expect(begun.progress).toHaveBeenCalledTimes(2);
      begun.socket.emit('drain');
      expect(begun.progress).toHaveBeenCalledTimes(2);
    },
  );

  it('is not held up by a full socket once it has ended: nothing more is to come', async () => {
    const { source, socket, body } = begin();
    socket.isStuck = true;
    source.push(MUCH);
    source.push(null);
    await nextTurn();
    await nextTurn();
    expect([body.isSent, body.isHeldUp]).toEqual([true, false]);
  });

  it('sends nothing more once it is stopped, and lets the rest flow away', async () => {
    const begun = begin('chunked');
    await nextTurn();
    begun.source.push('late');
    await Promise.resolve();
    begun.body.stop();
    begun.source.pause();
    begun.body.stop();
    expect(begun.source.isPaused()).toBe(false);
    expect(listeners(begun)).toBe(0);
    begun.source.push('later');
    begun.source.push(null);
    await nextTurn();
    await nextTurn();
    expect(begun.socket.sent).toBe('head ');
    expect(begun.source.readableEnded).toBe(true);
  });

  it('does not send what has come in the turn in which it is stopped', async () => {
    const begun = begin();
    await nextTurn();
    begun.source.emit('data', Buffer.from('late'));
    begun.body.stop();
    await nextTurn();
    expect(begun.socket.sent).toBe('head ');
  });

  it('leaves the client alone when it is stopped after its end', async () => {
    const begun = begin();
    begun.source.push(null);
    await nextTurn();
    await nextTurn();
    begun.source.pause();
    begun.body.stop();
    expect(begun.source.isPaused()).toBe(true);
    expect(listeners(begun)).toBe(0);
  });

  it('takes trailers along that mean something behind a body, and only those', async () => {
    const passed = ['X-Sum', 'x-banyan', 'a-x-banyan-b', 'Set-Cookie', 'Expires'];
    const dropped = [
      ...['Connection', 'keep-alive', 'Proxy-Authenticate', 'TE', 'Transfer-Encoding', 'UPGRADE'],
      ...['Forwarded', 'X-Forwarded-For', 'X-Real-IP', 'Authorization', 'Content-Encoding', 'Content-Length'],
      ...['Content-Range', 'Content-Type', 'Cookie', 'Expect', 'Host', 'Trailer', 'X-Banyan-Force', 'x-banyan-'],
    ];
    const { source, socket } = begin('chunked');
    source.rawTrailers = [...dropped, ...passed].flatMap((name) => [name, '\xff 1']);
    source.push(null);
    await nextTurn();
    await nextTurn();
    expect(socket.sent).toBe(`head 0\r\n${passed.map((name) => `${name}: \xff 1\r\n`).join('')}\r\n`);
  });
});
