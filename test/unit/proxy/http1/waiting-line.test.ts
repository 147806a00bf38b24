import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
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
    const clientOf = ({ url = '' }: IncomingMessage): string => url;
    origin = new Origin(new URL(`http://127.0.0.1:${upstream.port}`), { limits: { ...LIMITS, ...limits }, clientOf });
  };
  /** A request of a client. */
  const from = (name: string): ToldExchange => {
    const client = new IncomingMessage(new Socket());
    client.url = name;
    return ask(origin, { client });
  };
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
    const told = [from('a'), from('b'), from('c')];
    expect(origin.load()).toMatchObject({ busy: 2, waiting: 1 });
    await answer(0, 1);
    await over(told[0] ?? from(''));
    expect(origin.load()).toMatchObject({ busy: 2, waiting: 0 });
    await answer(0, 2);
    expect((await over(told[2] ?? from(''))).body.toString()).toBe('ok');
    expect(upstream.sockets).toHaveLength(2);
  });

  it('lets clients take turns', async () => {
    from('a');
    from('a');
    const [first, second, other] = [from('a'), from('a'), from('b')];
    await answer(0, 1);
    await answer(0, 2);
    await waitFor('the first', () => first.isOver);
    await answer(0, 3);
    await waitFor('the other client', () => other.isOver);
    expect(second.isOver).toBe(false);
  });

  it('gives one client a quarter of the line', () => {
    for (let i = 0; i < 4; i += 1) from('a');
    expect(() => from('a')).toThrow('too many requests wait for one');
    for (const name of ['b', 'b', 'c', 'c', 'd', 'd']) from(name);
    expect(() => from('e')).toThrow('too many requests wait for one');
    expect(origin.load()).toMatchObject({ waiting: 8, refused: { full: 2, timeout: 0 } });
  });

  it('does not let wait what no client waits for', () => {
    from('a');
    from('a');
    expect(() => ask(origin)).toThrow('too many requests wait for one');
  });

  it('ends a wait in time, and says that nothing was sent', async () => {
    open({ maxWait: 60 });
    from('a');
    from('a');
    const told = await over(from('b'));
    expect(told.fault).toMatchObject({ neverSent: true, onKeptConnection: false });
    expect(told.code).toBe('QUEUE_TIMEOUT');
    expect(origin.load()).toMatchObject({ waiting: 0, refused: { full: 0, timeout: 1 } });
  });

  it('forgets a client that goes while it waits', () => {
    from('a');
    from('a');
    const told = from('b');
    told.exchange?.abort(told);
    expect(origin.load().waiting).toBe(0);
    expect(told.told).toEqual([]);
  });

  it('fails what waits when it is closed', () => {
    const told = [from('a'), from('a'), from('b')];
    origin.close();
    expect(told.map(({ code }) => code)).toEqual(['CLOSING', 'CLOSING', 'CLOSING']);
  });

  it('does not count event streams, nor what transfers for longer than a second', async () => {
    const stream = from('a');
    const slow = from('a');
    const [one, two] = [from('b'), from('b')];
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

  it('opens a new connection for who waits when one breaks', async () => {
    const told = [from('a'), from('a'), from('b')];
    (await upstream.asked(0)).destroy();
    await answer(2, 1);
    expect((await over(told[2] ?? from(''))).body.toString()).toBe('ok');
  });

  it.each([
    ['requests', { maxRequests: 2 }],
    ['age', { maxAge: 1 }],
  ])('replaces a connection after its %s', async (_what, limits) => {
    open(limits);
    for (let i = 0; i < 4; i += 1) {
      const told = from('a');
      await waitFor('the request', () => upstream.sockets.length > 0);
      const index = 'maxAge' in limits ? i : Math.floor(i / 2);
      await answer(index, 'maxAge' in limits ? 1 : (i % 2) + 1);
      await over(told);
    }
    expect(upstream.sockets).toHaveLength('maxAge' in limits ? 4 : 2);
  });
});
