import { ServerResponse, type IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { forward, hasBody, type ForwardOptions, type ForwardResult } from '../../../../proxy/forward/forwarder';
import type { SendOptions, Upstream } from '../../../../proxy/forward/upstream';
import { CLIENT_GONE, UpstreamError } from '../../../../proxy/forward/upstream-errors';
import type { Exchange, ExchangeFault, ExchangeHandler } from '../../../../proxy/http1/exchange';
import { Http1Error, type FaultCode } from '../../../../proxy/http1/faults';
import type { RawHeaders } from '../../../../proxy/http1/raw-headers';
import type { RequestHead } from '../../../../proxy/http1/request-head';
import { clientBody } from '../http1/exchanges';
import { HandSocket } from '../http1/hand-socket';

const REQUEST: RequestHead = { method: 'GET', path: '/a', headers: ['Host', 'a'] };
/** More than is held to go out with the head. */
const LARGE = 'x'.repeat(16 * 1024 + 1);
/** More than a client's connection takes at once. */
const MUCH = Buffer.alloc(256 * 1024, 'y');

/** Answers by hand; says what was done with the exchange. */
class HandUpstream implements Upstream {
  readonly name = 'legacy';
  readonly asked: { readonly request: RequestHead; readonly options: SendOptions }[] = [];
  readonly calls: string[] = [];
  fault: Error | undefined;
  private handler: ExchangeHandler | undefined;

  send(request: RequestHead, handler: ExchangeHandler, options: SendOptions = {}): Exchange {
    this.asked.push({ request, options });
    if (this.fault !== undefined) throw this.fault;
    this.handler = handler;
    const call = (name: string) => (by: ExchangeHandler) => {
      if (by === handler) this.calls.push(name);
    };
    return { pause: call('pause'), resume: call('resume'), abort: call('abort') };
  }
  load(): ReturnType<Upstream['load']> {
    throw new Error('not asked here');
  }
  close(): void {
    throw new Error('not asked here');
  }

  get to(): ExchangeHandler {
    if (this.handler === undefined) throw new Error('nothing was sent');
    return this.handler;
  }
  head(statusCode: number, headers: RawHeaders, statusMessage: string | undefined = 'Fine'): void {
    this.to.onHead({ statusCode, statusMessage, headers, framing: 'chunked', idleTime: 0, isEventStream: false });
  }
  /** The chunk is overwritten afterwards, as a shared buffer is. */
  data(text: string, then: 'part' | 'end' | 'more' = 'part'): void {
    const bytes = Buffer.from(text, 'latin1');
    this.to.onData(bytes);
    if (then === 'part') this.to.onPart();
    if (then === 'end') this.to.onEnd([]);
    if (then !== 'more') bytes.fill(0x21);
  }
  fails(code: FaultCode, how: Partial<ExchangeFault> = {}): void {
    this.to.onFault({ error: new Http1Error(code, 'by hand'), neverSent: false, onKeptConnection: true, ...how });
  }
}

interface Forwarded {
  readonly upstream: HandUpstream;
  readonly client: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: HandSocket;
  readonly results: ForwardResult[];
  /** What the tap saw. */
  readonly seen: string[];
}

/** One request on its way. */
function begin(
  options: Partial<ForwardOptions> = {},
  { method = 'GET', prepare }: { method?: string; prepare?: (forwarded: Forwarded) => void } = {},
): Forwarded {
  const client = clientBody();
  Object.assign(client, { method, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = new ServerResponse(client);
  const socket = new HandSocket();
  response.assignSocket(socket);
  const forwarded: Forwarded = { upstream: new HandUpstream(), client, response, socket, results: [], seen: [] };
  prepare?.(forwarded);
  const { upstream, results, seen } = forwarded;
  const tap: ForwardOptions['tap'] = {
    onHead: ({ statusCode }) => void seen.push(`head ${statusCode}`),
    onData: (chunk) => void seen.push(`data ${chunk.length}`),
    onEnd: (end) => void seen.push(end),
  };
  const all = { address: '10.0.0.1', sendsBody: false, tap, ...options };
  forward(upstream, client, response, { ...REQUEST, method }, all, (result) => results.push(result));
  return forwarded;
}

/** What came behind the head, whether it came in one piece with it. */
const sent = async ({ socket }: Forwarded): Promise<{ head: string; body: string; writes: number }> => {
  await nextTurn();
  const at = socket.sent.indexOf('\r\n\r\n') + 4;
  return { head: socket.sent.slice(0, at), body: socket.sent.slice(at), writes: socket.writes.length };
};
const length = (bytes: number): RawHeaders => ['X-One', '1', 'Content-Length', String(bytes)];
const CHUNKED: RawHeaders = ['Transfer-Encoding', 'chunked'];

describe('forward', () => {
  describe('a request', () => {
    it('is sent as it is, for its client, with its limit; its body only when it has one', () => {
      const { upstream, client } = begin({ answerTimeout: 70, sendsBody: true });
      const rest = { client: '10.0.0.1', answerTimeout: 70, fresh: false };
      expect(upstream.asked).toEqual([{ request: REQUEST, options: { ...rest, body: client } }]);
      expect(begin({ answerTimeout: 70 }).upstream.asked[0]?.options).toEqual({ ...rest, body: undefined });
    });

    it('is not sent for a client that has gone', () => {
      const { upstream, results, response } = begin({}, { prepare: (forwarded) => forwarded.response.destroy() });
      expect(upstream.asked).toEqual([]);
      expect(results).toEqual([{ kind: 'failed', error: CLIENT_GONE, neverSent: true }]);
      expect(response.listenerCount('close')).toBe(0);
    });

    it('that cannot be sent is a fault, of which the upstream knows nothing', () => {
      const fault = new Http1Error('QUEUE_FULL', 'full');
      const { results, seen } = begin({}, { prepare: ({ upstream }) => (upstream.fault = fault) });
      const busy: unknown = expect.objectContaining({ code: 'upstream_busy', cause: fault });
      expect(results).toEqual([{ kind: 'failed', error: busy, neverSent: true }]);
      expect(seen).toEqual(['broken']);
    });
  });

  describe('hasBody', () => {
    it.each([
      [{}, false],
      [{ 'content-length': '0' }, false],
      [{ 'content-length': '1' }, true],
      [{ 'content-length': '00' }, true],
      [{ 'transfer-encoding': 'chunked' }, true],
      [{ 'transfer-encoding': 'chunked', 'content-length': '0' }, true],
    ])('%j: %s', (headers, expected) => {
      expect(hasBody(Object.assign(clientBody(), { headers }))).toBe(expected);
    });
  });

  describe('an answer', () => {
    it('goes out in one piece when it came in one, as it came and without a date', async () => {
      const forwarded = begin();
      forwarded.upstream.head(201, length(3), 'Short and stout');
      forwarded.upstream.data('t\xe9a', 'end');
      expect(await sent(forwarded)).toEqual({
        head: 'HTTP/1.1 201 Short and stout\r\nX-One: 1\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n',
        body: 't\xe9a',
        writes: 1,
      });
      expect(forwarded.results).toEqual([{ kind: 'sent' }]);
      expect(forwarded.seen).toEqual(['head 201', 'data 3', 'complete']);
      expect(forwarded.upstream.calls).toEqual([]);
    });

    it('without a reason that can be sent has Node’s', async () => {
      const { upstream, ...rest } = begin();
      upstream.to.onHead({
        ...{ statusCode: 404, statusMessage: undefined, headers: length(0) },
        ...{ framing: 0, idleTime: 0, isEventStream: false },
      });
      upstream.to.onEnd([]);
      expect((await sent({ upstream, ...rest })).head).toMatch(/^HTTP\/1.1 404 Not Found\r\n/);
      const empty = begin();
      empty.upstream.head(404, length(0), '');
      empty.upstream.to.onEnd([]);
      expect((await sent(empty)).head).toMatch(/^HTTP\/1.1 404 \r\n/);
    });

    it('without a body goes out whole, with a head that is sent on at once when more is to come', async () => {
      const whole = begin();
      whole.upstream.head(200, length(0));
      whole.upstream.to.onEnd([]);
      expect(await sent(whole)).toMatchObject({ body: '', writes: 1 });
      const later = begin();
      later.upstream.head(200, CHUNKED);
      expect((await sent(later)).writes).toBe(0);
      later.upstream.to.onPart();
      expect(await sent(later)).toMatchObject({ body: '', writes: 1 });
      expect(later.results).toEqual([]);
    });

    it('in chunks goes out in chunks, the first with the head, with its trailers', async () => {
      const forwarded = begin();
      forwarded.upstream.head(200, [...CHUNKED, 'Trailer', 'X-Sum']);
      forwarded.upstream.data('one');
      expect(await sent(forwarded)).toMatchObject({ body: '3\r\none\r\n', writes: 1 });
      forwarded.upstream.data('two');
      expect(await sent(forwarded)).toMatchObject({ body: '3\r\none\r\n3\r\ntwo\r\n' });
      forwarded.upstream.to.onEnd(['X-Sum', '1']);
      expect((await sent(forwarded)).body).toBe('3\r\none\r\n3\r\ntwo\r\n0\r\nX-Sum: 1\r\n\r\n');
      expect(forwarded.seen).toEqual(['head 200', 'data 3', 'data 3', 'complete']);
    });

    it('in chunks that is all there ends as it came', async () => {
      const forwarded = begin();
      forwarded.upstream.head(200, CHUNKED);
      forwarded.upstream.data('one', 'end');
      expect((await sent(forwarded)).body).toBe('3\r\none\r\n0\r\n\r\n');
    });

    it.each([LARGE, LARGE.slice(1)])('in several pieces keeps their order', async (first) => {
      const forwarded = begin();
      forwarded.upstream.head(200, length(first.length + 6));
      forwarded.upstream.data(first, 'more');
      forwarded.upstream.data('two', 'more');
      forwarded.upstream.data('end', 'end');
      expect((await sent(forwarded)).body).toBe(`${first}twoend`);
    });

    it.each([
      ['16 kB', LARGE.slice(1), ''],
      ['more than that', LARGE, LARGE],
    ])('of %s in one piece waits for its end, or does not', async (_what, first, before) => {
      const forwarded = begin();
      forwarded.upstream.head(200, length(first.length + 3));
      forwarded.upstream.data(first, 'more');
      expect((await sent(forwarded)).body).toBe(before);
      forwarded.upstream.data('two', 'more');
      expect((await sent(forwarded)).body).toBe(`${first}two`);
    });

    it('has its small beginning sent on once that is all for now', async () => {
      const forwarded = begin();
      forwarded.upstream.head(200, length(6));
      forwarded.upstream.data('one', 'more');
      expect((await sent(forwarded)).body).toBe('');
      forwarded.upstream.to.onPart();
      expect((await sent(forwarded)).body).toBe('one');
      forwarded.upstream.data('two', 'more');
      expect((await sent(forwarded)).body).toBe('onetwo');
    });

    it('is given to the tap as it is sent on, in a copy of its own', () => {
      const chunks: Buffer[] = [];
      const tap = { onHead: jest.fn(), onData: (chunk: Buffer) => void chunks.push(chunk), onEnd: jest.fn() };
      const { upstream } = begin({ tap, adapt: (head) => ({ ...head, statusCode: 299, headers: ['X', 'y'] }) });
      upstream.head(200, length(3));
      upstream.data('one', 'end');
      expect(tap.onHead).toHaveBeenCalledWith(expect.objectContaining({ statusCode: 299, headers: ['X', 'y'] }));
      expect(Buffer.concat(chunks).toString()).toBe('one');
      expect(tap.onEnd).toHaveBeenCalledTimes(1);
    });

    it('needs neither tap nor change', async () => {
      const forwarded = begin({ tap: undefined });
      forwarded.upstream.head(200, length(3));
      forwarded.upstream.data('one', 'end');
      expect((await sent(forwarded)).body).toBe('one');
      const broken = begin({ tap: undefined });
      broken.upstream.fails('ANSWER_TIMEOUT');
      expect(broken.results).toHaveLength(1);
    });

    it('has its early hints before it, and nothing else', async () => {
      const forwarded = begin();
      forwarded.upstream.to.onInformation(102, ['Link', '</no>; rel=preload']);
      for (const name of ['/a', '/b']) forwarded.upstream.to.onInformation(103, ['Link', `<${name}>; rel=preload`]);
      await nextTurn();
      const hint = (name: string): string => `HTTP/1.1 103 Early Hints\r\nLink: <${name}>; rel=preload\r\n\r\n`;
      expect(forwarded.socket.sent).toBe(hint('/a') + hint('/b'));
    });
  });

  describe('an answer that is declined', () => {
    const declined = (): Forwarded => {
      const forwarded = begin({ adapt: () => 'decline' });
      forwarded.upstream.head(503, length(3));
      return forwarded;
    };

    it.each(['part', 'end'] as const)('leaves no trace at the client; known with its %s', async (when) => {
      const forwarded = declined();
      expect(forwarded.results).toEqual([]);
      forwarded.upstream.data('one', when);
      expect(forwarded.results).toEqual([{ kind: 'declined' }]);
      expect(forwarded.upstream.calls).toEqual(when === 'part' ? ['abort'] : []);
      expect([await sent(forwarded), forwarded.response.headersSent]).toMatchObject([{ writes: 0 }, false]);
      expect(forwarded.seen).toEqual(['broken']);
    });

    it('is over when its client goes', () => {
      const { response, results } = declined();
      response.emit('close');
      expect(results).toEqual([{ kind: 'failed', error: CLIENT_GONE, neverSent: false }]);
    });
  });

  describe('a request whose kept connection was closed', () => {
    const STALE: readonly FaultCode[] = ['ENDED_EARLY'];

    it.each([
      ['GET', {}, true],
      ['HEAD', {}, true],
      ['POST', {}, false],
      ['DELETE', {}, false],
      ['OPTIONS', {}, false],
      ['POST', { isSafe: true }, true],
      ['GET', { isSafe: false }, false],
      // Its body is gone.
      ['GET', { sendsBody: true }, false],
      ['POST', { sendsBody: true, isSafe: true }, false],
    ])('%s with %j is sent once more, on a new connection: %s', (method, options, isRepeated) => {
      for (const code of STALE) {
        const { upstream, results } = begin(options, { method });
        upstream.fails(code);
        expect(upstream.asked.map(({ options: { fresh } }) => fresh)).toEqual(isRepeated ? [false, true] : [false]);
        expect(results).toHaveLength(isRepeated ? 0 : 1);
      }
    });

    it.each<[string, FaultCode, Partial<ExchangeFault>]>([
      ['timed out', 'ANSWER_TIMEOUT', {}],
      ['could not be read', 'ANSWER_UNREADABLE', {}],
      ['found no connection', 'CONNECT_TIMEOUT', { neverSent: true }],
      ['ended on a new connection', 'ENDED_EARLY', { onKeptConnection: false }],
    ])('is sent once when it %s', (_what, code, how) => {
      const { upstream, results } = begin();
      upstream.fails(code, how);
      expect(upstream.asked).toHaveLength(1);
      expect(results).toMatchObject([{ kind: 'failed', neverSent: how.neverSent ?? false }]);
    });

    it('is sent no third time', () => {
      const { upstream, results, seen } = begin();
      upstream.fails('ENDED_EARLY');
      upstream.fails('ENDED_EARLY');
      expect(upstream.asked).toHaveLength(2);
      expect(results).toMatchObject([{ kind: 'failed', error: { code: 'upstream_broken' }, neverSent: false }]);
      expect(seen).toEqual(['broken']);
    });

    it('is not sent again once its answer has begun', () => {
      const { upstream, results } = begin();
      upstream.head(200, length(3));
      upstream.fails('ENDED_EARLY');
      expect([upstream.asked.length, results.length]).toEqual([1, 1]);
    });

    it('is not sent again for a client that has gone', () => {
      const { upstream, response, results } = begin();
      response.off('close', response.listeners('close')[0] as () => void);
      response.destroy();
      upstream.fails('ENDED_EARLY', { neverSent: true });
      expect(upstream.asked).toHaveLength(1);
      expect(results).toEqual([{ kind: 'failed', error: CLIENT_GONE, neverSent: true }]);
    });
  });

  describe('a fault', () => {
    it('is named, and says whether anything was sent', () => {
      for (const neverSent of [true, false]) {
        const { upstream, results } = begin();
        upstream.fails('ANSWER_TIMEOUT', { neverSent });
        expect(results).toMatchObject([{ kind: 'failed', error: { code: 'upstream_timeout' }, neverSent }]);
        expect(results[0]?.kind === 'failed' && results[0].error).toBeInstanceOf(UpstreamError);
      }
    });

    it('is the last that is heard', () => {
      const { upstream, results, seen, response } = begin();
      upstream.fails('ANSWER_TIMEOUT');
      upstream.fails('ANSWER_TIMEOUT');
      response.emit('close');
      expect([results.length, seen, upstream.calls]).toEqual([1, ['broken'], []]);
    });
  });

  describe('a client', () => {
    it('that reads slowly holds the upstream back, and lets it go on when it reads', async () => {
      const forwarded = begin();
      const { upstream, socket, response } = forwarded;
      upstream.head(200, CHUNKED);
      socket.isStuck = true;
      upstream.to.onData(Buffer.from(MUCH));
      expect(upstream.calls).toEqual(['pause']);
      upstream.to.onData(Buffer.from(MUCH));
      expect([upstream.calls, response.listenerCount('drain')]).toEqual([['pause'], 1]);
      response.emit('drain');
      expect(upstream.calls).toEqual(['pause', 'resume']);
      upstream.to.onData(Buffer.from(MUCH));
      expect(upstream.calls).toEqual(['pause', 'resume', 'pause']);
      upstream.to.onEnd([]);
      expect(response.listenerCount('drain')).toBe(0);
      socket.takeAll();
      await nextTurn();
      expect(socket.sent.length).toBeGreaterThan(3 * MUCH.length);
      expect(forwarded.results).toEqual([{ kind: 'sent' }]);
    });

    it('that reads at once holds nothing back', async () => {
      const forwarded = begin();
      forwarded.upstream.head(200, CHUNKED);
      for (const piece of ['one', 'two', 'six']) forwarded.upstream.data(piece);
      expect(forwarded.upstream.calls).toEqual([]);
      expect((await sent(forwarded)).body).toBe('3\r\none\r\n3\r\ntwo\r\n3\r\nsix\r\n');
    });

    it('that goes ends the exchange, once, and says nothing about the upstream', () => {
      const { upstream, response, results, seen } = begin();
      upstream.head(200, length(3));
      response.emit('close');
      response.emit('close');
      expect(upstream.calls).toEqual(['abort']);
      expect(results).toEqual([{ kind: 'failed', error: CLIENT_GONE, neverSent: false }]);
      expect(seen).toEqual(['head 200', 'client-gone']);
    });

    it('that goes after the answer is nothing new', () => {
      const { upstream, response, results } = begin();
      upstream.head(200, length(3));
      upstream.data('one', 'end');
      response.emit('close');
      expect([upstream.calls, results]).toEqual([[], [{ kind: 'sent' }]]);
    });
  });
});
