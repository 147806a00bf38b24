import type { Socket } from 'node:net';
import { buildReply, MessageReader, parseMessage, type Request } from './wire-protocol';

/** A reply as BSON, or that the connection is to be cut instead. */
export type Outcome = { readonly reply: Buffer } | { readonly cut: true };

interface ConnectionOptions {
  readonly respond: (request: Request) => Promise<Outcome>;
  /** Called with what a client did wrong, once, before its connection is closed. */
  readonly onProtocolError: (error: Error) => void;
}

/** Requests that may wait before the socket is read no further. */
const MOST_WAITING = 64;

/** Serves one client: its requests one after the other, answered in order, with backpressure both ways. */
export function serveConnection(socket: Socket, { respond, onProtocolError }: ConnectionOptions): void {
  const reader = new MessageReader();
  const waiting: Request[] = [];
  let busy = false;
  let replies = 0;

  const work = async (): Promise<void> => {
    busy = true;
    for (let request = waiting.shift(); request !== undefined && !socket.destroyed; request = waiting.shift()) {
      if (waiting.length < MOST_WAITING) socket.resume();
      const outcome = await respond(request);
      if ('cut' in outcome) {
        socket.destroy();
        break;
      }
      if (request.noReply || !socket.writable) continue;
      replies = (replies + 1) & 0x7fff_ffff;
      if (!socket.write(buildReply(request, outcome.reply, replies))) await drained(socket);
    }
    busy = false;
  };

  socket.setNoDelay(true);
  // A client that vanishes is its own affair.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    try {
      waiting.push(...reader.push(chunk).map(parseMessage));
    } catch (error) {
      onProtocolError(error instanceof Error ? error : new Error(String(error)));
      socket.destroy();
      return;
    }
    if (waiting.length >= MOST_WAITING) socket.pause();
    if (!busy) void work();
  });
}

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
