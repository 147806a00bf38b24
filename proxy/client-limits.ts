import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ProxyLimits } from './limits';
import { clientAddress } from './client/client-address';
import { Shares, type Share } from './http1/shares';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** What clients hold now, and what has been refused them so far, by limit. */
export interface ClientLoad {
  readonly connections: number;
  readonly inFlight: number;
  /** Connections that were not read from for a while, because enough of their requests were under way. */
  readonly heldBack: number;
  readonly refused: Readonly<Record<ClientRefusal, number>>;
}

export type ClientRefusal = 'connections' | 'address' | 'headers' | 'timeout' | 'pipelined';

/** Keeps each client to its share: connections in all and by address, requests under way by connection. */
export class ClientLimits {
  private readonly known = new WeakMap<Socket, ClientConnection>();
  private readonly byAddress = new Map<string, number>();
  private readonly shared: Shared;

  constructor(limits: ProxyLimits) {
    const counts = { connections: 0, inFlight: 0, heldBack: 0 };
    const refused = { connections: 0, address: 0, headers: 0, timeout: 0, pipelined: 0 };
    this.shared = { limits, serve: () => undefined, counts, refused, held: new HeldRequests() };
  }

  /** Watches a server's connections. Its requests come in by {@link take} and go on to `serve`, which must not throw. */
  watch(server: Server, serve: Serve): void {
    const { limits, refused } = this.shared;
    this.shared.serve = serve;
    server.maxConnections = limits.maxConnections;
    server.on('drop', () => (refused.connections += 1));
    server.on('connection', (socket: Socket) => void this.of(socket));
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => this.refuse(error, socket));
  }

  load(): ClientLoad {
    const { counts, refused } = this.shared;
    return { ...counts, refused: { ...refused } };
  }

  /** Serves a request now, or once enough before it on its connection have been answered. */
  readonly take: Serve = (request, response) => this.of(request.socket).take(request, response);

  /** A request behind the last answer of its connection: nothing comes of it, but Node keeps it as long as the connection. */
  ignore(socket: Socket): void {
    this.of(socket).ignore();
  }

  private of(socket: Socket): ClientConnection {
    return this.known.get(socket) ?? this.open(socket);
  }

  private open(socket: Socket): ClientConnection {
    const { byAddress } = this;
    const { counts, limits, refused } = this.shared;
    // Of the connection itself: who stands behind a trusted proxy is not known before a request.
    const address = clientAddress({ headers: {}, socket }, 0);
    const client = new ClientConnection(socket, address, this.shared);
    this.known.set(socket, client);
    counts.connections += 1;
    const same = (byAddress.get(address) ?? 0) + 1;
    byAddress.set(address, same);
    socket.once('close', () => {
      counts.connections -= 1;
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
      client.forget();
    });
    if (limits.maxConnectionsPerAddress > 0 && same > limits.maxConnectionsPerAddress) {
      refused.address += 1;
      socket.destroy();
    }
    return client;
  }

  /** Answers faults as Node's server would, and counts what is over a limit. */
  private refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    const status = (error.code === undefined ? undefined : STATUS_BY_CODE.get(error.code)) ?? 400;
    const { refused } = this.shared;
    if (status === 431) refused.headers += 1;
    else if (status === 408) refused.timeout += 1;
    if (socket.writable && this.known.get(socket)?.hasBegunAnswer !== true)
      socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n\r\n`);
    socket.destroy(error);
  }
}

/** What the connections have in common. */
interface Shared {
  readonly limits: ProxyLimits;
  serve: Serve;
  readonly counts: { connections: number; inFlight: number; heldBack: number };
  readonly refused: Record<ClientRefusal, number>;
  readonly held: HeldRequests;
}

/** Of all connections, each about 2 KB: a client sends 2,000 in one piece, and Node reads a piece as a whole. */
const MAX_HELD = 20_000;

/** Requests that were read and wait for those before them. */
class HeldRequests {
  private total = 0;
  private readonly shares = new Shares();

  take(address: string): Share | undefined {
    if (!this.shares.allows(address, MAX_HELD - this.total)) return undefined;
    this.total += 1;
    return this.shares.take(address);
  }

  giveBack(share: Share, count: number): void {
    this.total -= count;
    this.shares.giveBack(share, count);
  }
}

const STATUS_BY_CODE: ReadonlyMap<string, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/** How often a connection that is held back is read from for a moment: otherwise its end would not be seen. */
const LOOK = 1_000;
/** With so many requests held it is not read from even then; and without a byte of an answer for so many looks it is ended. */
const MANY_HELD = 1_000;
const MAX_SILENT_LOOKS = 60;

/** What one connection of a client has under way. */
class ClientConnection {
  /** In the order in which their answers go out. */
  private readonly underWay: ServerResponse[] = [];
  /** Requests that had been read before reading stopped: no more than what was read in one piece. */
  private held: [request: IncomingMessage, response: ServerResponse][] = [];
  private looking: NodeJS.Timeout | undefined;
  private silentLooks = 0;
  private ignored = 0;
  /** What it has held and ignored counts against; good while there is any. */
  private share: Share | undefined;
  private written = 0;

  constructor(
    private readonly socket: Socket,
    private readonly address: string,
    private readonly shared: Shared,
  ) {}

  get hasBegunAnswer(): boolean {
    return this.underWay[0]?.headersSent === true;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    if (this.underWay.length < this.shared.limits.maxPipelined && this.held.length === 0) this.begin(request, response);
    else if (!this.socket.destroyed) this.hold(request, response);
  }

  ignore(): void {
    if (!this.socket.destroyed && this.hasRoom()) this.ignored += 1;
  }

  /** For one more request that is kept; without it the connection ends. */
  private hasRoom(): boolean {
    const { held, refused } = this.shared;
    const share = held.take(this.address);
    if (share !== undefined) {
      this.share = share;
      return true;
    }
    refused.pipelined += 1;
    this.socket.destroy();
    return false;
  }

  private hold(request: IncomingMessage, response: ServerResponse): void {
    const { counts } = this.shared;
    if (!this.hasRoom()) return;
    if (this.held.push([request, response]) === 1) {
      counts.heldBack += 1;
      this.stopReading();
      this.looking = setInterval(() => this.look(), LOOK).unref();
    }
  }

  forget(): void {
    this.shared.counts.inFlight -= this.underWay.length;
    this.underWay.length = 0;
    this.giveBack(this.held.length + this.ignored);
    this.ignored = 0;
    this.held = [];
    clearInterval(this.looking);
  }

  private giveBack(count: number): void {
    if (this.share !== undefined && count > 0) this.shared.held.giveBack(this.share, count);
  }

  private stopReading(): void {
    // Node resumes reading behind each request that it has read.
    this.socket.on('resume', pause);
    this.socket.pause();
  }

  private readOn(): void {
    this.socket.off('resume', pause);
    this.socket.resume();
  }

  private look(): void {
    const { socket, held } = this;
    if (held.length < MANY_HELD) {
      this.readOn();
      setImmediate(() => {
        if (this.held.length > 0) this.stopReading();
      });
      return;
    }
    this.silentLooks = socket.bytesWritten === this.written ? this.silentLooks + 1 : 0;
    this.written = socket.bytesWritten;
    if (this.silentLooks >= MAX_SILENT_LOOKS) socket.destroy();
  }

  private begin(request: IncomingMessage, response: ServerResponse): void {
    this.underWay.push(response);
    this.shared.counts.inFlight += 1;
    // Only a connection that closes may say so twice, and then nothing is under way any more: `once` would cost two closures.
    response.on('close', this.onAnswered);
    this.shared.serve(request, response);
  }

  /** Answers go out, and close, in their order. */
  private readonly onAnswered = (): void => {
    if (this.underWay.shift() === undefined) return;
    const { counts, limits } = this.shared;
    counts.inFlight -= 1;
    if (this.held.length === 0) return;
    while (this.underWay.length < limits.maxPipelined) {
      const next = this.held.shift();
      if (next === undefined) break;
      this.giveBack(1);
      this.begin(...next);
    }
    if (this.held.length > 0) return;
    clearInterval(this.looking);
    this.readOn();
  };
}

function pause(this: Socket): void {
  this.pause();
}
