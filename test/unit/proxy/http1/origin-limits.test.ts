import { Origin, type OriginLimits } from '../../../../proxy/http1/origin';
import { waitFor } from '../../../support/wait-for';
import { ask, handUpstream, over, type HandUpstream, type ToldExchange } from './exchanges';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=60\r\n\r\nok';
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n';
const LIMITS: OriginLimits = { maxConnections: 2, maxWaiting: 8, maxWait: 5_000, maxAge: 0, maxRequests: 0 };

describe('an origin with a limit of connections', () => {
  let upstream: HandUpstream;
  let origin: Origin;

  const open = (limits: Partial<OriginLimits> = {}): void => {
    origin = new Origin(new URL(`http://127.0.0.1:${upstream.port}`), { limits: { ...LIMITS, ...limits } });
  };
  /** A request of a client. */
  const from = (client: string): ToldExchange => ask(origin, { client });
  /** What an answer on a connection lets go on, by the order of heads on all of them. */
  const answer = async (index: number, heads: number, text = OK): Promise<void> => {
    (await upstream.asked(index, heads)).write(text);
  };

  beforeEach(async () => {
    upstream = await handUpstream();
    open();
  });
  afterEach(async () => {
    origin.close();
    await upstream.close();
  });

  it('lets the rest wait, and gives it the first connection that is free', async () => {
    const events = [from('a'), from('b'), from('c')];
    expect(origin.load()).toMatchObject({ busy: 2, waiting: 1 });
    await answer(0, 1);
    await over(events[0] ?? from(''));
    expect(origin.load()).toMatchObject({ busy: 2, waiting: 0 });
    await answer(0, 2);
    expect((await over(events[2] ?? from(''))).body.toString()).toBe('ok');
    expect(upstream.sockets).toHaveLength(2);
  });

  it('lets clients take turns', async () => {
    from('a');
    from('x');
    const [first, second, other] = [from('a'), from('x'), from('b')];
    await answer(0, 1);
    await answer(0, 2);
    await waitFor('the first', () => first.isOver);
    await answer(0, 3);
    await waitFor('the other client', () => other.isOver);
    expect(second.isOver).toBe(false);
  });

  it('gives one client a quarter of the line', () => {
    for (let i = 0; i < 3; i += 1) from('a');
    expect(() => from('a')).toThrow('the queue is full');
    for (const name of ['x', 'b', 'b', 'c', 'c', 'd', 'd']) from(name);
    expect(() => from('e')).toThrow('the queue is full');
    expect(origin.load()).toMatchObject({ waiting: 8, refused: { full: 2, timeout: 0 } });
  });

  describe('of twelve', () => {
    beforeEach(() => open({ maxConnections: 12, maxWaiting: 80 }));
    const ask = (name: string, count: number): void => {
      for (let i = 0; i < count; i += 1) from(name);
    };

    it('gives one client half, though nobody else asks, and another what is left at once', async () => {
      ask('a', 20);
      expect(origin.load()).toMatchObject({ busy: 6, waiting: 14, overShare: 14 });
      const other = from('b');
      expect(origin.load()).toMatchObject({ busy: 7, waiting: 14 });
      await answer(6, 1);
      expect((await over(other)).body.toString()).toBe('ok');
      // It was not the turn of those who wait and hold their share.
      expect(origin.load()).toMatchObject({ busy: 6, idle: 1, waiting: 14 });
    });

    it('leaves one to the next client, whoever came before', () => {
      for (const name of ['a', 'b', 'c']) ask(name, 15);
      expect(origin.load()).toMatchObject({ busy: 11, waiting: 34 });
      from('d');
      expect(origin.load()).toMatchObject({ busy: 12, waiting: 34 });
    });

    it('gives back what was held, however it ended', async () => {
      const events = Array.from({ length: 9 }, () => from('a'));
      await upstream.asked(5);
      const [whole, aborted] = events;
      await answer(0, 1);
      await over(whole ?? from(''));
      aborted?.exchange?.abort(aborted);
      (await upstream.asked(2)).destroy();
      await waitFor('the rest of the line', () => origin.load().waiting === 0);
      expect(origin.load().busy).toBe(6);
      await answer(3, 1, STREAM);
      await waitFor('the stream', () => origin.load().long === 1);
      ask('a', 3);
      expect(origin.load()).toMatchObject({ busy: 6, waiting: 2 });
      for (const each of events) each.exchange?.abort(each);
      await waitFor('those that waited', () => origin.load().waiting === 0);
      expect(origin.load()).toMatchObject({ busy: 3, long: 0, overShare: 5 });
    });
  });

  it('does not let wait what no client waits for', () => {
    from('a');
    from('x');
    expect(() => ask(origin)).toThrow('the queue is full');
  });

  it('ends a wait in time, and says that nothing was sent', async () => {
    open({ maxWait: 60 });
    from('a');
    from('x');
    const events = await over(from('b'));
    expect(events.fault).toMatchObject({ neverSent: true, onKeptConnection: false });
    expect(events.code).toBe('QUEUE_TIMEOUT');
    expect(origin.load()).toMatchObject({ waiting: 0, refused: { full: 0, timeout: 1 } });
  });

  it('forgets a client that goes while it waits', () => {
    from('a');
    from('x');
    const events = from('b');
    events.exchange?.abort(events);
    expect(origin.load().waiting).toBe(0);
    expect(events.events).toEqual([]);
  });

  it('fails what waits when it is closed', () => {
    const events = [from('a'), from('x'), from('b')];
    origin.close();
    expect(events.map(({ code }) => code)).toEqual(['CLOSING', 'CLOSING', 'CLOSING']);
  });

  it('does not count event streams, nor what transfers for longer than a second', async () => {
    const stream = from('a');
    const slow = from('x');
    const [one, two] = [from('b'), from('c')];
    await answer(0, 1, STREAM);
    await answer(2, 1);
    await over(one);
    await answer(2, 2, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok');
    await waitFor('the other', () => two.body.length === 2);
    const last = from('c');
    await waitFor('the place of what takes long', () => origin.load().long === 2);
    await answer(3, 1);
    expect((await over(last)).body.toString()).toBe('ok');
    expect([stream.isOver, slow.isOver]).toEqual([false, false]);
  });

  it('counts what takes long all the same once one client has as much of it as there are connections', async () => {
    const streams: ToldExchange[] = [];
    for (let i = 0; i < 3; i += 1) {
      streams.push(from('a'));
      await answer(i, 1, STREAM);
      await waitFor('its head', () => streams[i]?.head !== undefined);
    }
    expect(origin.load()).toMatchObject({ long: 2, busy: 1 });
    const other = from('b');
    await answer(3, 1, STREAM);
    await waitFor('the stream of another', () => origin.load().long === 3);
    (await upstream.asked(0)).destroy();
    await waitFor('room for the third', () => streams[0]?.isOver === true);
    const next = from('a');
    await answer(4, 1, STREAM);
    await waitFor('its place', () => next.head !== undefined && origin.load().long === 3);
    expect(other.isOver).toBe(false);
  });

  it('opens a new connection for who waits when one breaks', async () => {
    const events = [from('a'), from('x'), from('b')];
    (await upstream.asked(0)).destroy();
    await answer(2, 1);
    expect((await over(events[2] ?? from(''))).body.toString()).toBe('ok');
  });

  it.each([
    ['requests', { maxRequests: 2 }],
    ['age', { maxAge: 1 }],
  ])('replaces a connection after its %s', async (_what, limits) => {
    open(limits);
    for (let i = 0; i < 4; i += 1) {
      const events = from('a');
      await waitFor('the request', () => upstream.sockets.length > 0);
      const index = 'maxAge' in limits ? i : Math.floor(i / 2);
      await answer(index, 'maxAge' in limits ? 1 : (i % 2) + 1);
      await over(events);
    }
    expect(upstream.sockets).toHaveLength('maxAge' in limits ? 4 : 2);
  });
});
