import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { createServer, Socket } from 'node:net';
import { Connection } from '../../../../proxy/http1/connection';
import type { Exchange, ExchangeFault, ExchangeHandler, Outgoing } from '../../../../proxy/http1/exchange';
import { Origin } from '../../../../proxy/http1/origin';
import type { RawHeaders } from '../../../../proxy/http1/raw-headers';
import type { ResponseHead } from '../../../../proxy/http1/response-head';
import { listen } from '../../../support/listen';
import { waitFor } from '../../../support/wait-for';

/** What a handler was told, in order. */
export class ToldExchange implements ExchangeHandler {
  readonly events: string[] = [];
  head: ResponseHead | undefined;
  body = Buffer.alloc(0);
  trailers: RawHeaders | undefined;
  fault: ExchangeFault | undefined;
  exchange: Exchange | undefined;
  /** Undefined for one that had to wait. */
  connection: Connection | undefined;
  /** Does more with what it is told. */
  constructor(private readonly also: Partial<ExchangeHandler> = {}) {}

  onInformation(statusCode: number, headers: RawHeaders): void {
    this.events.push(String(statusCode));
    this.also.onInformation?.(statusCode, headers);
  }
  onHead(head: ResponseHead): void {
    this.events.push('head');
    this.head = head;
    this.also.onHead?.(head);
  }
  onData(chunk: Buffer): void {
    this.events.push('data');
    this.body = Buffer.concat([this.body, chunk]);
    this.also.onData?.(chunk);
  }
  onPart(): void {
    this.events.push('part');
    this.also.onPart?.();
  }
  onEnd(trailers: RawHeaders): void {
    this.events.push('end');
    this.trailers = trailers;
    this.also.onEnd?.(trailers);
  }
  onFault(fault: ExchangeFault): void {
    this.events.push('fault');
    this.fault = fault;
    this.also.onFault?.(fault);
  }

  get isOver(): boolean {
    return this.trailers !== undefined || this.fault !== undefined;
  }

  get code(): unknown {
    const error = this.fault?.error;
    return error !== undefined && 'code' in error ? error.code : error?.message;
  }
}

/** An upstream that acts by hand. */
export interface HandUpstream {
  readonly port: number;
  /** Every connection there was, in order. */
  readonly sockets: Socket[];
  /** What each has received. */
  received(index: number): string;
  /** Resolves with the connection once so many bytes of heads have ended on it. */
  asked(index: number, heads?: number): Promise<Socket>;
  /** Called with each whole head. */
  onRequest(next: (socket: Socket, head: string) => void): void;
  close(): Promise<void>;
}

export async function handUpstream(): Promise<HandUpstream> {
  const sockets: Socket[] = [];
  const texts: string[] = [];
  let onRequest: ((socket: Socket, head: string) => void) | undefined;
  const server = createServer((socket) => {
    const index = sockets.push(socket) - 1;
    texts[index] = '';
    let unread = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      texts[index] = (texts[index] ?? '') + chunk.toString('latin1');
      unread += chunk.toString('latin1');
      for (let end = unread.indexOf('\r\n\r\n'); end >= 0 && onRequest; end = unread.indexOf('\r\n\r\n')) {
        const head = unread.slice(0, end);
        unread = unread.slice(end + 4);
        onRequest(socket, head);
      }
    });
  });
  const port = await listen(server);
  return {
    port,
    sockets,
    received: (index) => texts[index] ?? '',
    asked: (index, heads = 1) =>
      waitFor(`${heads} heads on connection ${index}`, () =>
        (texts[index] ?? '').split('\r\n\r\n').length > heads ? sockets[index] : undefined,
      ),
    onRequest: (next) => void (onRequest = next),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

export const HEAD = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n';

/** A request without a body and without limits, changed by `outgoing`. */
export function ask(
  origin: Origin,
  { also, ...outgoing }: Partial<Outgoing> & { also?: Partial<ExchangeHandler> } = {},
): ToldExchange {
  const events = new ToldExchange(also);
  const request: Outgoing = {
    method: 'GET',
    head: HEAD,
    framing: 'none',
    body: undefined,
    client: undefined,
    answerTimeout: 0,
    bodyTimeout: 0,
    clientTimeout: 0,
    ...outgoing,
  };
  events.exchange = origin.send(request, events);
  if (events.exchange instanceof Connection) events.connection = events.exchange;
  return events;
}

export const over = (events: ToldExchange): Promise<ToldExchange> =>
  waitFor('the end of the exchange', () => events.isOver && events);

/** A client's request whose body a test pushes. */
export function clientBody(): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message._read = () => undefined;
  return message;
}

export const originOf = ({ port }: { port: number }): Origin => new Origin(new URL(`http://127.0.0.1:${port}`));
