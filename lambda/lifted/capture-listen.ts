import http, { type Server } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';

/**
 * Replaces `listen` of HTTP and HTTPS servers for the rest of this process: no port is opened, but the server emits `listening`, calls its
 * callback and has an address. To be called before the app is loaded, in a process that has no servers of its own.
 *
 * @returns the first server with a request listener that was asked to listen; never rejects
 */
export function captureListen(): Promise<Server> {
  let resolveFirst: (server: Server) => void = () => undefined;
  const first = new Promise<Server>((resolve) => (resolveFirst = resolve));
  const prototype = net.Server.prototype as { listen: (this: net.Server, ...args: unknown[]) => net.Server };
  const { listen } = prototype;
  prototype.listen = function (this: net.Server, ...args) {
    return this instanceof http.Server || this instanceof https.Server ? capture(this, args) : listen.apply(this, args);
  };
  const capture = (server: Server, args: readonly unknown[]): Server => {
    const callback = args.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    if (callback !== undefined) server.once('listening', callback);
    pretendToListen(server, portOf(args));
    // As from a real socket: after the caller has added its listeners.
    setImmediate(() => {
      server.emit('listening');
      if (server.listenerCount('request') > 0) resolveFirst(server);
    });
    return server;
  };
  return first;
}

/** `listen(port)`, `listen({port})`; Node's own default is a free port. */
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
