import http, { type Server } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';

/**
 * Replaces `listen` of HTTP and HTTPS servers for the rest of this process: no port is opened, but the server emits `listening`, calls its
 * callback and has an address. To be called before the app is loaded, in a process that has no servers of its own.
 *
 * @param onListen after the callback of `listen` has run
 */
export function captureListen(onListen: (server: Server, port: number) => void): void {
  const prototype = net.Server.prototype as { listen: (this: net.Server, ...args: unknown[]) => net.Server };
  const { listen } = prototype;
  prototype.listen = function (this: net.Server, ...args) {
    return this instanceof http.Server || this instanceof https.Server ? capture(this, args) : listen.apply(this, args);
  };
  const capture = (server: Server, args: readonly unknown[]): Server => {
    const port = portOf(args);
    const callback = args.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    if (callback !== undefined) server.once('listening', callback);
    pretendToListen(server, port);
    // As from a real socket: after the caller has added its listeners.
    setImmediate(() => {
      server.emit('listening');
      onListen(server, port);
    });
    return server;
  };
}

/** `listen(port)`, `listen({port})`; 80 where a free one or a path is asked for. */
function portOf([first]: readonly unknown[]): number {
  const port = typeof first === 'object' && first !== null && 'port' in first ? first.port : first;
  return Number(port) || 80;
}

function pretendToListen(server: Server, port: number): void {
  let isListening = true;
  Object.defineProperties(server, {
    listening: { get: () => isListening, configurable: true },
    address: { value: (): AddressInfo => ({ address: '127.0.0.1', family: 'IPv4', port }), configurable: true },
    close: {
      configurable: true,
      value: (callback?: () => void): Server => {
        isListening = false;
        if (callback !== undefined) server.once('close', callback);
        setImmediate(() => server.emit('close'));
        return server;
      },
    },
  });
}
