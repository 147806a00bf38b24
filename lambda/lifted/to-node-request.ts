import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';

import type { APIGatewayProxyEvent } from 'aws-lambda';

import { readHeaders } from '../http/headers';

/** An event with one value a header, as Node's own `req.headers`. */
export type ReceivedEvent = Omit<APIGatewayProxyEvent, 'multiValueHeaders'>;

/**
 * The event as the library is to read it: the request that the routing proxy got, so that the app sees the client's host, protocol and
 * address as it does on legacy. What the gateway has added or replaced on the way is taken back.
 */
export function asReceived({ multiValueHeaders, ...event }: APIGatewayProxyEvent): ReceivedEvent {
  const headers = readHeaders(multiValueHeaders);
  const received = new Map(headers);
  const host = headers.get('x-forwarded-host');
  if (host !== undefined) received.set('host', host);
  const protocol = headers.get('x-banyan-forwarded-proto');
  if (protocol !== undefined) received.set('x-forwarded-proto', protocol);
  // The gateway has appended the proxy, as the proxy appended the client.
  const addresses = headers.get('x-forwarded-for')?.split(/ *, */) ?? [];
  if (addresses.length > 1 && addresses.at(-1) === event.requestContext.identity.sourceIp)
    received.set('x-forwarded-for', addresses.slice(0, -1).join(', '));
  for (const name of headers.keys()) if (name.startsWith('x-banyan-')) received.delete(name);
  return {
    ...event,
    headers: Object.fromEntries(received),
    // It would take a parameter named `proxy` for the path.
    pathParameters: null,
  };
}

/** What the library's request lacks of one that came over a connection. */
export function completeRequest(request: IncomingMessage): void {
  const { socket } = request;
  // For code that waits for the end of a request, such as Express's 404 page.
  if (!('on' in socket)) Object.setPrototypeOf(socket, EventEmitter.prototype);
  // An unreadable socket says that the body has been read.
  Object.assign(socket, { readable: true, writable: true });
  Reflect.set(request, 'complete', false);
  request.once('end', () => Reflect.set(request, 'complete', true));
  // They would hide what the app and its parsers put there: `ip` by `trust proxy`, and the parsed body.
  Reflect.deleteProperty(request, 'ip');
  Reflect.deleteProperty(request, 'body');
  Object.assign(request, {
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    rawHeaders: Object.entries(request.headers).flatMap(([name, value]) => [name, String(value)]),
  });
  // A number, as the library leaves it.
  const length = request.headers['content-length'] as number | undefined;
  if (length !== undefined) request.headers['content-length'] = String(length);
}
