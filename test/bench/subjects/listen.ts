import type { Server } from 'node:net';

/** Listens on a free loopback port and tells the parent process which. */
export function announce(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address !== null) announcePort(address.port);
  });
}

/** Tells the parent process where this one listens. */
export function announcePort(port: number): void {
  process.send?.({ port });
}

/** Where the subject forwards to. */
export function upstreamUrl(): string {
  const [, , url] = process.argv;
  if (url === undefined) throw new Error('expected the URL of the upstream');
  return url;
}

// The parent's end is this process's end.
process.once('disconnect', () => process.exit(0));
