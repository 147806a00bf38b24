import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Whether only this machine can reach a host name or address that is listened on. */
export function isLoopback(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);
}

/** Why a request is refused whose `Host` is not this machine: DNS rebinding makes another site's name resolve to it. */
export function hostFault({ headers }: IncomingMessage): string | undefined {
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isLoopback(name) ? undefined : 'This address is for this machine only';
}

/** @returns why the request is refused; undefined when no page, or a page of this very server, sends it */
export function originFault({ headers }: IncomingMessage): string | undefined {
  const { origin, host } = headers;
  return origin === undefined || origin.replace(/^https?:\/\//, '') === host
    ? undefined
    : 'Requests from other sites are refused';
}

/** Why a request of another site's page is refused (Fetch Metadata, which browsers send even without `Origin`). */
export function siteFault({ headers }: IncomingMessage): string | undefined {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none'
    ? undefined
    : 'Requests from other sites are refused';
}

/** Lets a server on loopback answer programs of this machine alone, never the page of another site: those get 403. */
export function refuseForeignRequests(server: Server): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const fault = hostFault(request) ?? originFault(request) ?? siteFault(request);
    if (fault === undefined) {
      for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
      return;
    }
    response.writeHead(403, { 'Content-Type': 'application/json', Connection: 'close' });
    response.end(JSON.stringify({ message: fault }));
  });
}
