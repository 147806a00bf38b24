import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from '../../shared/config';
import type { Exchange, ExchangeHandler } from '../http1/exchange';
import { Origin, type OriginLoad, type OriginOptions } from '../http1/origin';
import type { GatewayRoom } from './gateway-room';
import { formatRequestHead, type RequestFraming, type RequestHead } from '../http1/request-head';

/** Where requests go: the connections to one origin, and how long it may take. */
export interface Upstream {
  readonly name: 'legacy' | 'lambda';
  /**
   * Sends a request; the handler learns what comes of it.
   * @returns the exchange, to pause, resume or abort it
   * @throws Http1Error for a request that cannot be written as HTTP/1.1, when it would have to wait and may not, and
   * when the upstream is being closed
   */
  send(request: RequestHead, handler: ExchangeHandler, options?: SendOptions): Exchange;
  load(): OriginLoad;
  close(): void;
}

/** The Lambda side: its connections, and the deployed API that they lead to. */
export interface LambdaSide {
  readonly upstream: Upstream;
  readonly url: URL;
  readonly room: GatewayRoom;
  readonly accessDeniedBy: GatewayConfig['accessDeniedBy'];
}

export interface SendOptions {
  /** The address of the client that waits for the answer; without one a request never waits for a connection. */
  readonly client?: string | undefined;
  /** The client's request, when it has a body; read once there is a connection to write it to. */
  readonly body?: IncomingMessage | undefined;
  /** Until the head of the answer, in ms, instead of the upstream's own limit. */
  readonly answerTimeout?: number | undefined;
  /** On a new connection, not on a kept one. */
  readonly fresh?: boolean;
}

export interface UpstreamLimits {
  /** Until the head of an answer, in ms; 0: no limit. */
  readonly answerTimeout: number;
  /** Between two parts of an answer's body, in ms; 0: no limit, as event streams need. */
  readonly bodyTimeout: number;
  /** How long the client may neither send more nor read more, in ms; 0: no limit. */
  readonly clientTimeout?: number;
}

/** An upstream at an origin (`http:` or `https:`; of the URL only scheme, host and port count). */
export function createUpstream(
  name: Upstream['name'],
  url: URL,
  limits: UpstreamLimits,
  options?: OriginOptions,
): Upstream {
  const origin = new Origin(url, options);
  const { bodyTimeout, clientTimeout = 0 } = limits;
  return {
    name,
    send(request, handler, { client, body, answerTimeout = limits.answerTimeout, fresh = false } = {}) {
      const framing: RequestFraming =
        body === undefined ? 'none' : body.headers['transfer-encoding'] === undefined ? 'length' : 'chunked';
      const head = formatRequestHead(request, framing);
      const { method } = request;
      const outgoing = { method, head, framing, body, client, answerTimeout, bodyTimeout, clientTimeout, fresh };
      return origin.send(outgoing, handler);
    },
    load: () => origin.load(),
    close: () => origin.close(),
  };
}
