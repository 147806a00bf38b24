import http, { type Server } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';

export interface CapturedServer {
  readonly server: Server;
  readonly port: number;
}

/**
 * Replaces `listen` of HTTP and HTTPS servers for the rest of this process: no port is opened, but the server emits `listening`, calls its
 * callback and has an address. To be called before the app is loaded.
 *
 * @param onListen after the callback of `listen` has run
 */
export function captureServers(onListen: (captured: CapturedServer) => void): void {
  const prototype = net.Server.prototype as { listen: (this: net.Server, ...args: unknown[]) => net.Server };
  const { listen } = prototype;
  prototype.listen = function (this: net.Server, ...args) {
    if (!(this instanceof http.Server) && !(this instanceof https.Server)) return listen.apply(this, args);
    const server = this as Server;
    const port = portOf(args);
    const callback = args.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    if (callback !== undefined) server.once('listening', callback);
    const address = (): AddressInfo => ({ address: '127.0.0.1', family: 'IPv4', port });
    Object.defineProperties(server, { listening: { value: true }, address: { value: address } });
    // As from a real socket: after the caller has added its listeners.
    setImmediate(() => {
      server.emit('listening');
      onListen({ server, port });
    });
    return server;
  };
}

/** `listen(port)`, `listen({port})`; 80 where a free one or a path is asked for. */
function portOf([first]: readonly unknown[]): number {
  const port = typeof first === 'object' && first !== null && 'port' in first ? first.port : first;
  return Number(port) || 80;
}
