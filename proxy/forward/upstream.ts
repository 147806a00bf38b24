import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from '../../shared/banyan-config';
import type { Connection, ExchangeHandler } from '../http1/connection';
import { Origin } from '../http1/origin';
import type { GatewayRoom } from './oversize';
import { formatRequestHead, type RequestHead } from '../http1/request-head';

/** Where requests go: the connections to one origin, and how long it may take. */
export interface Upstream {
  readonly name: 'legacy' | 'lambda';
  /**
   * Sends a request; the handler is told what comes of it.
   *
   * @returns the connection, to pause, resume or abort the exchange
   * @throws Http1Error for a request that cannot be written as HTTP/1.1, and when the upstream is being closed
   */
  send(request: RequestHead, handler: ExchangeHandler, options?: SendOptions): Connection;
  /** Ends every connection; exchanges under way fail. */
  close(): void;
}

/** The Lambda side: its connections, and the deployed API that they lead to. */
export interface LambdaSide {
  readonly upstream: Upstream;
  /** With the stage prefix. */
  readonly url: URL;
  /** How large a request may be. */
  readonly room: GatewayRoom;
  /** Who answers 403 AccessDeniedException. */
  readonly accessDeniedBy: GatewayConfig['accessDeniedBy'];
}

export interface SendOptions {
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
}

/** An upstream at an origin (`http:` or `https:`; of the URL only scheme, host and port count). */
export function createUpstream(name: Upstream['name'], url: URL, limits: UpstreamLimits): Upstream {
  const origin = new Origin(url);
  const { bodyTimeout } = limits;
  return {
    name,
    send(request, handler, { body, answerTimeout = limits.answerTimeout, fresh = false } = {}) {
      const framing =
        body === undefined ? 'none' : body.headers['transfer-encoding'] === undefined ? 'length' : 'chunked';
      const head = formatRequestHead(request, framing);
      return origin.send({ method: request.method, head, framing, body, answerTimeout, bodyTimeout }, handler, fresh);
    },
    close: () => origin.close(),
  };
}
