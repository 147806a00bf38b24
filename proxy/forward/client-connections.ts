import type { Server, ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { afterReading } from '../../shared/after-reading';
import { isClosing } from './send-error';

interface ClientConnection {
  /** What is being answered, in the order of the requests; those at the front may be over. */
  responses: ServerResponse[];
  /** A request waits until all of them are over. */
  isWaiting: boolean;
  /** Carries another protocol now. */
  isTunnel: boolean;
  /** Looks in a row that found it idle, and nothing new read. */
  idleLooks: number;
  /** What had been read at the last look. */
  readAtLook: number;
}

/**
 * How long a connection must be idle before a drain closes it: looks, with so many ms in between. A client that never stops has its next
 * request on the way. Time in which this process was held up is one look, however long it was.
 */
const IDLE_LOOKS = 5;
const LOOK_EVERY = 100;
/** Clients that always have another request on the way are cut short after so many ms of a drain. */
const PATIENCE = 5_000;
/** How long a client may take to read the last answer and to close, in ms. */
const LINGER = 2_000;

/** The connections of clients and what is being answered on each, in order (RFC 9112 section 9.3.2). */
export class ClientConnections {
  private readonly open = new Map<Socket, ClientConnection>();
  private drainingSince: number | undefined;

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => this.add(socket));
  }

  /** Takes the next request. False after the last answer of a connection: what follows is no request (RFC 9112 section 9.6). */
  begin(socket: Socket, response: ServerResponse): boolean {
    if (isClosing(socket)) return false;
    const connection = this.open.get(socket);
    if (connection === undefined) return !socket.destroyed;
    const { responses } = connection;
    if (this.drainingSince !== undefined) {
      const last = responses.at(-1);
      if (last !== undefined && !last.shouldKeepAlive) {
        if (last.headersSent || performance.now() - this.drainingSince > PATIENCE) return false;
        last.shouldKeepAlive = true;
      }
      response.shouldKeepAlive = false;
    }
    while (responses[0]?.closed === true) responses.shift();
    responses.push(response);
    return true;
  }

  /** Calls back, at once or later, when all that has been asked on a connection is answered; never when that was its end. */
  whenAnswered(socket: Socket, callback: () => void): void {
    const connection = this.open.get(socket);
    if (connection === undefined) return;
    // The body of a request before may have stopped the reading, and Node starts it again only while the connection is its own.
    socket.push('');
    const proceed = (): void => {
      connection.isWaiting = false;
      if (isClosing(socket) || socket.destroyed || socket.writableEnded) socket.destroySoon();
      else {
        // Of the time between the last answer and this request.
        socket.setTimeout(0);
        callback();
      }
    };
    const last = connection.responses.at(-1);
    if (last === undefined || last.closed) {
      proceed();
      return;
    }
    connection.isWaiting = true;
    const stopRelaying = relayDrain(socket, () => connection.responses.find(({ closed }) => !closed));
    const stopWatching = destroyAtEnd(socket);
    last.once('close', () => {
      stopRelaying();
      stopWatching();
      proceed();
    });
  }

  /** A connection that carries another protocol from now on: a drain leaves it to who carries it. */
  handOver(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection !== undefined) connection.isTunnel = true;
  }

  /** From now on the last answer of every connection says `Connection: close`. */
  startDraining(): void {
    this.drainingSince = performance.now();
    for (const [socket, connection] of this.open) {
      lingerAtEnd(socket);
      const last = connection.responses.at(-1);
      if (last !== undefined && !last.headersSent && !connection.isWaiting) last.shouldKeepAlive = false;
    }
  }

  /** Stops accepting, answers what was asked, closes idle connections, breaks off the rest after `limit` ms; resolves when none is left. */
  async finish(limit: number): Promise<void> {
    const cutOff = setTimeout(() => this.destroyAll(), limit);
    const looks = setInterval(() => afterReading(() => this.closeIdle()), LOOK_EVERY);
    // Not the HTTP server's own `close`: it closes at once every connection that is idle, whatever is on the way to it.
    await new Promise((resolve) => TcpServer.prototype.close.call(this.server, resolve));
    clearTimeout(cutOff);
    clearInterval(looks);
  }

  private add(socket: Socket): void {
    // Put back by us: the server sees it as new, we do not.
    if (this.open.has(socket)) return;
    this.open.set(socket, { responses: [], isWaiting: false, isTunnel: false, idleLooks: 0, readAtLook: 0 });
    // In addition to the server's own, which is off while the connection is handed over: an unheard error would end the process.
    socket.on('error', ignore);
    socket.once('close', () => this.open.delete(socket));
    if (this.drainingSince !== undefined) lingerAtEnd(socket);
  }

  private closeIdle(): void {
    for (const [socket, connection] of this.open) {
      const isBusy = connection.isTunnel || connection.isWaiting || connection.responses.at(-1)?.closed === false;
      const isSame = connection.readAtLook === socket.bytesRead;
      connection.readAtLook = socket.bytesRead;
      connection.idleLooks = isBusy || !isSame ? 0 : connection.idleLooks + 1;
      if (connection.idleLooks >= IDLE_LOOKS && !socket.writableEnded) socket.destroySoon();
    }
  }

  private destroyAll(): void {
    for (const socket of this.open.keys()) socket.destroy();
  }
}

/** Closes a connection that nothing reads from when its client goes, which would go unseen. Returns what stops this. */
export function destroyAtEnd(socket: Socket): () => void {
  const look = (): void => {
    // Readable without bytes is the end.
    if (socket.readableLength === 0) socket.destroy();
  };
  socket.on('readable', look);
  return () => void socket.off('readable', look);
}

/** Notifies the current response when a connection that Node has given away takes more. Returns what stops this. */
export function relayDrain(socket: Socket, current: () => ServerResponse | undefined): () => void {
  const onDrain = (): void => {
    const response = current();
    if (response?.writableNeedDrain === true) response.emit('drain');
  };
  socket.on('drain', onDrain);
  return () => void socket.off('drain', onDrain);
}

/** Ends by saying so and reading on: a close while the client sends resets the connection and loses the answer (RFC 9112 section 9.6). */
function lingerAtEnd(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER).unref();
    socket.once('close', () => clearTimeout(timer));
  };
}

function ignore(): void {
  // The close that follows is what counts.
}
