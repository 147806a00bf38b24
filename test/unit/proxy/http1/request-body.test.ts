import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import type { Origin } from '../../../../proxy/http1/origin';
import type { RequestFraming } from '../../../../proxy/http1/request-head';
import { waitFor } from '../../../support/wait-for';
import { ask, clientBody, handUpstream, originOf, over, type HandUpstream, type ToldExchange } from './exchanges';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('request body', () => {
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

  const upload = (body: IncomingMessage, framing: RequestFraming): ToldExchange =>
    ask(origin, { method: 'POST', head: 'POST / HTTP/1.1\r\nHost: a\r\n\r\n', framing, body, fresh: true });
  /** What came behind the head. */
  const sent = (index: number): string => {
    const text = upstream.received(index);
    return text.slice(text.indexOf('\r\n\r\n') + 4);
  };
  const listeners = (body: IncomingMessage): number => body.listenerCount('data') + body.listenerCount('end');

  it('goes as it comes, by its length or in chunks that decode to it', async () => {
    let index = -1;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 6 }),
        fc.boolean(),
        async (pieces, isChunked) => {
          const body = clientBody();
          index += 1;
          const events = upload(body, isChunked ? 'chunked' : 'length');
          for (const piece of pieces) body.push(Buffer.from(piece));
          body.push(null);
          const texts = pieces.map((piece) => Buffer.from(piece).toString('latin1'));
          const expected = isChunked
            ? `${texts.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join('')}0\r\n\r\n`
            : texts.join('');
          const socket = await upstream.asked(index);
          await waitFor('the body', () => sent(index).length >= expected.length);
          expect(sent(index)).toBe(expected);
          socket.write(OK);
          await over(events);
          expect(events.body.toString()).toBe('ok');
          expect(listeners(body)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is sent piece by piece, while the client has not ended', async () => {
    const body = clientBody();
    upload(body, 'chunked');
    await upstream.asked(0);
    body.push('first');
    await waitFor('the first piece', () => sent(0) === '5\r\nfirst\r\n');
    body.push('second');
    await waitFor('the second piece', () => sent(0).endsWith('6\r\nsecond\r\n'));
  });

  it('takes its trailers along, less what frames, routes, authorises or says who the client is', async () => {
    const body = clientBody();
    upload(body, 'chunked');
    body.rawTrailers = ['X-Sum', '1', 'Content-Length', '5', 'Transfer-Encoding', 'chunked', 'Cookie', 'a=b'].concat(
      [
        'X-Forwarded-For',
        '1.2.3.4',
        'HOST',
        'a',
        'authorization',
        'x',
        'X-Banyan-Force',
        'lambda',
        'Connection',
        'close',
      ],
      ['X-Sum', '\xff'],
    );
    body.push('a');
    body.push(null);
    await waitFor('the end', () => sent(0).endsWith('\r\n\r\n'));
    expect(sent(0)).toBe('1\r\na\r\n0\r\nX-Sum: 1\r\nX-Sum: \xff\r\n\r\n');
  });

  it('waits for an upstream that does not read, and goes on when it does', async () => {
    const body = clientBody();
    const events = upload(body, 'length');
    const socket = await upstream.asked(0);
    socket.pause();
    const block = Buffer.alloc(64 * 1024, 'a');
    let pushed = 0;
    /** Pushes until the body is not read any more. */
    const fill = (): boolean => {
      if (body.readableFlowing !== true || body.readableLength > 0) return true;
      pushed += block.length;
      body.push(block);
      return false;
    };
    await waitFor('backpressure', fill);
    const held = pushed;
    // Two sockets' buffers in the system, and one block here.
    expect(held).toBeLessThan(32 * 1024 * 1024);
    expect(body.isPaused()).toBe(true);
    body.push(block);
    socket.resume();
    await waitFor('everything', () => sent(0).length === held + block.length);
    expect(body.isPaused()).toBe(false);
    body.push(null);
    socket.write(OK);
    expect((await over(events)).body.toString()).toBe('ok');
    expect(listeners(body)).toBe(0);
  });

  it.each(['by an abort', 'by a reset', 'by an answer'])(
    'flows away when it is ended early %s, also while it is paused',
    async (how) => {
      const body = clientBody();
      const events = upload(body, 'chunked');
      const socket: Socket = await upstream.asked(0);
      socket.pause();
      const block = Buffer.alloc(1024 * 1024);
      await waitFor('backpressure', () => body.isPaused() || (body.push(block), false));
      if (how === 'by an abort') events.connection?.abort(events);
      else if (how === 'by a reset') socket.resetAndDestroy();
      else socket.write(OK);
      await waitFor('the flow', () => !body.isPaused());
      if (how !== 'by an abort') await over(events);
      for (let i = 0; i < 20; i += 1) body.push(block);
      body.push(null);
      await waitFor('the end', () => body.readableEnded);
      expect(listeners(body)).toBe(0);
    },
  );

  it('is not touched before there is a connection: another upstream can still be given all of it', async () => {
    await upstream.close();
    const body = clientBody();
    body.push('whole');
    body.push(null);
    const refused = await over(upload(body, 'length'));
    expect(refused.fault?.neverSent).toBe(true);
    expect(body.readableFlowing).toBeNull();
    expect(listeners(body)).toBe(0);
    upstream = await handUpstream();
    origin = originOf(upstream);
    upload(body, 'length');
    await upstream.asked(0);
    await waitFor('the body', () => sent(0) === 'whole');
  });
});
