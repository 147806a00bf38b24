import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterReading } from '../../shared/after-reading';
import { Connection, type ConnectionOwner } from './connection';
import type { Exchange, ExchangeHandler, Outgoing } from './exchange';
import { Http1Error } from './faults';
import { Shares } from './shares';
import type { UpstreamTls } from './upstream-tls';
import { Waiting, WaitingLine } from './waiting-line';

/** How often deadlines are checked, in ms: a timeout may be this late. */
const TICK = 50;
/** Lets the system detect a peer that vanished silently. */
const TCP_KEEP_ALIVE = 60_000;

/** Of each connection's own read buffer: bytes of one upstream connection can never appear in the buffer of another. */
const READ_BUFFER_BYTES = 32 * 1024;

/** An exchange whose body takes longer no longer counts as work of the upstream: a slow reader, a long upload. */
const LONG_TRANSFER_TICKS = 1_000 / TICK;

/** How much work an origin is given at a time. Durations in ms; 0 of `maxAge` and `maxRequests`: no limit. */
export interface OriginLimits {
  readonly maxConnections: number;
  readonly maxWaiting: number;
  readonly maxWait: number;
  /** After this long a connection is not reused, so that a changed DNS address is picked up. */
  readonly maxAge: number;
  /** Nor after this many requests. */
  readonly maxRequests: number;
}

export interface OriginOptions extends UpstreamTls {
  readonly limits?: OriginLimits;
}

/** What an origin is doing now, and what it has refused so far. */
export interface OriginLoad {
  /** Connections that count against the limit. */
  readonly busy: number;
  readonly idle: number;
  /** Connections that carry event streams and long transfers, which do not count. */
  readonly long: number;
  readonly waiting: number;
  /** Requests so far that did not get a free connection, because their client held its share. */
  readonly overShare: number;
  readonly refused: { readonly full: number; readonly timeout: number };
}

const NO_LIMITS: OriginLimits = {
  maxConnections: Number.POSITIVE_INFINITY,
  maxWaiting: 0,
  maxWait: 0,
  maxAge: 0,
  maxRequests: 0,
};

/** Connections to one origin, kept as its `Keep-Alive` allows, most recently used first, so that others expire; other requests wait in line. */
export class Origin {
  private readonly idle: Connection[] = [];
  private readonly open = new Set<Connection>();
  private readonly host: string;
  private readonly port: number;
  private readonly isTls: boolean;
  private tlsSession: Buffer | undefined;
  private ticker: NodeJS.Timeout | undefined;
  private isClosed = false;
  private readonly limits: OriginLimits;
  private readonly tls: UpstreamTls;
  private readonly line: WaitingLine;
  private readonly shares = new Shares();
  /** What does not count, by client: one has no more of it than there are connections that count. */
  private readonly longOf = new Shares();
  private overShare = 0;
  /** Of the open connections, those that do not count. */
  private long = 0;
  private readonly refused = { full: 0, timeout: 0 };

  constructor(url: URL, { limits = NO_LIMITS, ...tls }: OriginOptions = {}) {
    this.limits = limits;
    this.tls = tls;
    this.line = new WaitingLine(limits.maxWaiting);
    this.isTls = url.protocol === 'https:';
    this.host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.port = url.port === '' ? (this.isTls ? 443 : 80) : Number(url.port);
  }

  /** Sends a request, at once or once a connection is free. Throws Http1Error `CLOSING`, or `QUEUE_FULL` when it may not wait. */
  send(outgoing: Outgoing, handler: ExchangeHandler): Exchange {
    const { client, fresh = false } = outgoing;
    if (this.isClosed) throw new Http1Error('CLOSING', 'the proxy is closing its connections');
    if (!this.isFreeFor(client)) return this.wait(outgoing, handler, client);
    if (fresh && !this.hasRoom) this.closeOldestIdle();
    const now = performance.now();
    const connection = (fresh ? undefined : this.takeIdle(now)) ?? this.connect();
    this.hold(connection, client);
    this.ticker ??= setInterval(() => afterReading(() => this.tick()), TICK).unref();
    connection.send(outgoing, handler, now);
    return connection;
  }

  load(): OriginLoad {
    const { busy, idle, long, line, overShare, refused } = this;
    return { busy, idle: idle.length, long, waiting: line.size, overShare, refused: { ...refused } };
  }

  close(): void {
    this.isClosed = true;
    for (const waiting of this.line.all()) this.endWait(waiting, new Http1Error('CLOSING', 'the proxy is closing'));
    for (const connection of this.open)
      connection.fail(new Http1Error('CLOSING', 'the proxy is closing its connections'));
    clearInterval(this.ticker);
  }

  /** Connections in use that count. */
  private get busy(): number {
    return this.open.size - this.idle.length - this.long;
  }

  /** For one more connection; those that are idle take some. */
  private get hasRoom(): boolean {
    return this.open.size - this.long < this.limits.maxConnections;
  }

  private isFreeFor(client: string | undefined): boolean {
    const free = this.limits.maxConnections - this.busy;
    return free > 0 && (client === undefined || this.shares.allows(client, free));
  }

  private hold(connection: Connection, client: string | undefined): void {
    if (client !== undefined) connection.share = this.shares.take(client);
  }

  private release(connection: Connection): void {
    if (connection.share !== undefined) this.shares.giveBack(connection.share);
    connection.share = undefined;
  }

  /** Only a request that a client waits for: copies that are compared must not make clients wait. */
  private wait(outgoing: Outgoing, handler: ExchangeHandler, client: string | undefined): Exchange {
    const { line, limits, refused } = this;
    if (this.busy < limits.maxConnections) this.overShare += 1;
    if (client === undefined || !line.hasRoomFor(client)) {
      refused.full += 1;
      throw new Http1Error('QUEUE_FULL', 'all connections are in use, and the queue is full');
    }
    const { answerTimeout } = outgoing;
    const patience = answerTimeout > 0 ? Math.min(limits.maxWait, answerTimeout) : limits.maxWait;
    const waiting = new Waiting(outgoing, handler, line, client, performance.now() + patience);
    line.add(waiting);
    return waiting;
  }

  private endWait(waiting: Waiting, error: Http1Error): void {
    this.line.remove(waiting);
    waiting.handler.onFault({ error, neverSent: true, onKeptConnection: false });
  }

  /** Gives those who wait a connection each, as many as there may be. */
  private serveLine(): void {
    while (!this.isClosed && this.line.size > 0) {
      const next = this.line.take((client) => this.isFreeFor(client));
      if (next === undefined) return;
      const now = performance.now();
      const connection = this.takeIdle(now) ?? this.connect();
      this.hold(connection, next.client);
      next.begin(connection, now);
    }
  }

  private stopCounting(connection: Connection): void {
    const { share } = connection;
    if (!connection.isCounted) return;
    if (share !== undefined && !this.longOf.allows(share.client, this.limits.maxConnections)) return;
    connection.isCounted = false;
    this.long += 1;
    this.release(connection);
    if (share !== undefined) connection.longShare = this.longOf.take(share.client);
    this.serveLine();
  }

  private startCounting(connection: Connection): void {
    if (connection.isCounted) return;
    connection.isCounted = true;
    this.long -= 1;
    if (connection.longShare !== undefined) this.longOf.giveBack(connection.longShare);
    connection.longShare = undefined;
  }

  private isWornOut({ openedAt, requests }: Connection, now: number): boolean {
    const { maxAge, maxRequests, maxConnections } = this.limits;
    if (maxRequests > 0 && requests >= maxRequests) return true;
    if (maxAge > 0 && now - openedAt >= maxAge) return true;
    // It did not count, and others have taken its place.
    return this.open.size - this.long > maxConnections;
  }

  private closeOldestIdle(): void {
    this.idle[0]?.fail(new Http1Error('CLOSING', 'replaced by another connection'));
  }

  private takeIdle(now: number): Connection | undefined {
    for (let last = this.idle.at(-1); last !== undefined; last = this.idle.at(-1)) {
      // One that fails is taken out as it closes.
      if (last.idleUntil <= now) last.fail(new Http1Error('CLOSING', 'idle for too long'));
      else return this.idle.pop();
    }
    return undefined;
  }

  private connect(): Connection {
    const { host, port, isTls } = this;
    let socket: Socket;
    if (isTls) {
      const servername = isIP(host) === 0 ? host : '';
      const { tls, tlsSession: session } = this;
      const secure = connectTls({
        ...{ host, port, servername, ALPNProtocols: ['http/1.1'], ...tls },
        ...(session && { session }),
      });
      secure.on('session', (next) => (this.tlsSession = next));
      secure.on('data', (chunk: Buffer) => connection.receive(chunk));
      socket = secure;
    } else {
      // Read into again and again: spares an allocation, and a stream's machinery, for each read.
      const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
      const callback = (length: number): boolean => {
        connection.receive(buffer.subarray(0, length));
        return true;
      };
      socket = connectTcp({ host, port, onread: { buffer, callback } });
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, TCP_KEEP_ALIVE);
    const connection = new Connection(socket, isTls ? 'secureConnect' : 'connect', this.owner);
    this.open.add(connection);
    return connection;
  }

  private readonly owner: ConnectionOwner = {
    onIdle: (connection, idleTime) => {
      this.startCounting(connection);
      this.release(connection);
      const now = performance.now();
      if (this.isWornOut(connection, now)) connection.fail(new Http1Error('CLOSING', 'reached its maximum age'));
      else {
        connection.idleUntil = now + idleTime;
        this.idle.push(connection);
        this.serveLine();
      }
    },
    onEventStream: (connection) => this.stopCounting(connection),
    onClose: (connection) => {
      this.startCounting(connection);
      this.release(connection);
      this.open.delete(connection);
      const place = this.idle.indexOf(connection);
      // An idle one held no client's place, so its end frees none.
      if (place >= 0) this.idle.splice(place, 1);
      else this.serveLine();
    },
  };

  private tick(): void {
    const now = performance.now();
    for (const connection of this.open) {
      if (connection.deadline <= now) connection.timeOut();
      else if (!connection.isTransferring) connection.transferTicks = 0;
      else if ((connection.transferTicks += 1) > LONG_TRANSFER_TICKS) this.stopCounting(connection);
    }
    for (const waiting of this.line.overdue(now)) {
      this.refused.timeout += 1;
      this.endWait(waiting, new Http1Error('QUEUE_TIMEOUT', 'no connection became free in time'));
    }
    // The least recently used come first, but each has its own time limit.
    for (const connection of this.idle.filter(({ idleUntil }) => idleUntil <= now)) {
      connection.fail(new Http1Error('CLOSING', 'idle for too long'));
    }
    if (this.open.size === 0) {
      clearInterval(this.ticker);
      this.ticker = undefined;
    }
  }
}
