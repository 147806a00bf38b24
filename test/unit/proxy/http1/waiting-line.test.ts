import { Connection } from '../../../../proxy/http1/connection';
import type { Outgoing } from '../../../../proxy/http1/exchange';
import { Waiting, WaitingLine } from '../../../../proxy/http1/waiting-line';
import { HEAD, ToldExchange } from './exchanges';
import { HandSocket } from './hand-socket';

const OUTGOING: Outgoing = {
  method: 'GET',
  head: HEAD,
  framing: 'none',
  body: undefined,
  client: undefined,
  answerTimeout: 100,
  bodyTimeout: 0,
  clientTimeout: 0,
};
const anyone = (): boolean => true;

/** One more request of a client that waits. */
function enter(line: WaitingLine, client: string, deadline = 0): Waiting {
  const waiting = new Waiting(OUTGOING, new ToldExchange(), line, client, deadline);
  line.add(waiting);
  return waiting;
}

describe('the line of requests that wait', () => {
  it('has room for so many, and for one client a quarter of them, but always one', () => {
    const line = new WaitingLine(8);
    expect(line.hasRoomFor('a')).toBe(true);
    enter(line, 'a');
    expect([line.size, line.hasRoomFor('a')]).toEqual([1, true]);
    enter(line, 'a');
    expect([line.hasRoomFor('a'), line.hasRoomFor('b')]).toEqual([false, true]);
    for (const client of ['b', 'b', 'c', 'c', 'd']) enter(line, client);
    expect([line.hasRoomFor('d'), line.hasRoomFor('e')]).toEqual([true, true]);
    enter(line, 'd');
    expect([line.size, line.hasRoomFor('e')]).toEqual([8, false]);

    const short = new WaitingLine(2);
    expect(short.hasRoomFor('a')).toBe(true);
    enter(short, 'a');
    expect([short.hasRoomFor('a'), short.hasRoomFor('b')]).toEqual([false, true]);
    expect(new WaitingLine(0).hasRoomFor('a')).toBe(false);
  });

  it('lets clients take turns, each in the order of its own', () => {
    const line = new WaitingLine(100);
    const [a1, a2, a3, b1, c1] = ['a', 'a', 'a', 'b', 'c'].map((client) => enter(line, client));
    const b2 = enter(line, 'b');
    const order = Array.from({ length: 7 }, () => line.take(anyone));
    expect(order.map((one) => [a1, a2, a3, b1, b2, c1].findIndex((each) => each === one))).toEqual([
      0, 3, 5, 1, 4, 2, -1,
    ]);
    expect(line.size).toBe(0);
  });

  it('passes over who may not go on, and leaves it its place', () => {
    const line = new WaitingLine(100);
    const [a, b] = [enter(line, 'a'), enter(line, 'b')];
    expect(line.take(() => false)).toBeUndefined();
    expect(line.take((client) => client === 'b')).toBe(b);
    expect(line.size).toBe(1);
    enter(line, 'b');
    expect(line.take(anyone)).toBe(a);
  });

  it('forgets one that is removed, once, and its client with the last', () => {
    const line = new WaitingLine(100);
    const [first, second] = [enter(line, 'a'), enter(line, 'a')];
    line.remove(first);
    line.remove(first);
    expect([line.size, line.all()]).toEqual([1, [second]]);
    const asked: string[] = [];
    expect(line.take((client) => (asked.push(client), true))).toBe(second);
    line.remove(second);
    expect([line.size, line.all()]).toEqual([0, []]);
    line.take((client) => (asked.push(client), true));
    expect(asked).toEqual(['a']);
    line.remove(new Waiting(OUTGOING, new ToldExchange(), line, 'never seen', 0));
    expect(line.size).toBe(0);
  });

  it('lists all, and those whose time is over, their last moment included', () => {
    const line = new WaitingLine(100);
    const [early, late, other] = [enter(line, 'a', 10), enter(line, 'a', 30), enter(line, 'b', 20)];
    expect(line.all()).toEqual([early, late, other]);
    expect([9.9, 10, 20, 30].map((now) => line.overdue(now))).toEqual([
      [],
      [early],
      [early, other],
      [early, late, other],
    ]);
    expect(line.size).toBe(3);
  });

  describe('one that waits', () => {
    /** On a connection that has been made. */
    const begun = () => {
      const line = new WaitingLine(100);
      const handler = new ToldExchange();
      const waiting = new Waiting(OUTGOING, handler, line, 'a', 0);
      line.add(waiting);
      const socket = new HandSocket();
      const nothing = (): void => undefined;
      const owner = { onIdle: nothing, onEventStream: nothing, onClose: nothing };
      const connection = new Connection(socket, 'connect', owner);
      socket.emit('connect');
      return { line, handler, waiting, socket, connection };
    };

    it('leaves the line when it is aborted; before that it has nothing to pause', () => {
      const { line, waiting, handler } = begun();
      waiting.pause(handler);
      waiting.resume(handler);
      expect(line.size).toBe(1);
      waiting.abort(handler);
      expect(line.size).toBe(0);
      expect(handler.events).toEqual([]);
    });

    it('stands for its exchange once there is a connection', () => {
      const { line, waiting, handler, socket, connection } = begun();
      waiting.begin(connection, 1_000);
      expect(socket.sent).toBe(HEAD);
      expect(connection.deadline).toBe(1_100);
      waiting.pause(handler);
      expect(socket.isPaused()).toBe(true);
      waiting.resume(handler);
      expect(socket.isPaused()).toBe(false);
      connection.receive(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no'));
      expect(handler.events).toEqual(['head', 'data', 'part']);
      waiting.abort(handler);
      expect([socket.destroyed, line.size]).toEqual([true, 1]);
    });
  });
});
