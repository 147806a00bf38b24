import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection for requests that no HTTP client would send. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything received so far, one character per byte. */
  received(): string;
  send(text: string): void;
  /** Resolves with everything received once the pattern has come; rejects when the connection ends before. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with everything received once the server has closed. */
  closed(): Promise<string>;
  destroy(): void;
}

/** Connects to a loopback port. */
export async function rawConnection(port: number, host = '127.0.0.1', localAddress?: string): Promise<RawConnection> {
  const socket = connect({ port, host, ...(localAddress !== undefined && { localAddress }) });
  socket.on('error', () => undefined);
  let text = '';
  let ended = false;
  let waiting: (() => void)[] = [];
  const changed = (): void => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    changed();
  });
  socket.on('close', () => {
    ended = true;
    changed();
  });
  await once(socket, 'connect');
  return {
    socket,
    received: () => text,
    send: (data) => void socket.write(data, 'latin1'),
    async until(pattern) {
      while (!pattern.test(text)) {
        if (ended)
          throw new Error(
            `the connection ended before ${String(pattern)}; received ${JSON.stringify(text.slice(0, 500))}`,
          );
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return text;
    },
    async closed() {
      if (!ended) await once(socket, 'close');
      return text;
    },
    destroy: () => void socket.destroy(),
  };
}

/** Sends one request that asks the server to close, and returns the whole answer. */
export async function exchangeRaw(port: number, request: string): Promise<string> {
  const connection = await rawConnection(port);
  connection.send(request);
  return connection.closed();
}
