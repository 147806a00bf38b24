import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Connection, type ConnectionOwner, type ExchangeHandler, type Outgoing } from './connection';
import { Http1Error } from './faults';

/** How often deadlines are looked at, in ms: so late may a timeout be. */
const TICK = 50;
/** The system finds out about a peer that vanished without a word. */
const TCP_KEEP_ALIVE = 60_000;

/** Of each connection's own read buffer: what one upstream connection says can never stand in the memory of another's. */
const READ_BUFFER_BYTES = 32 * 1024;

interface Idle {
  readonly connection: Connection;
  readonly until: number;
}

/**
 * The connections to one origin. Opened when needed, kept as long as the upstream's `Keep-Alive` allows, the last used first, so
 * that those over fade away. Not limited in number: a client waits for its upstream, never for another client.
 */
export class Origin {
  private readonly idle: Idle[] = [];
  private readonly open = new Set<Connection>();
  private readonly host: string;
  private readonly port: number;
  private readonly isTls: boolean;
  private tlsSession: Buffer | undefined;
  private ticker: NodeJS.Timeout | undefined;
  private isClosed = false;

  /** @param ca certificates to trust instead of those that Node trusts; for `https:` */
  constructor(
    url: URL,
    private readonly ca?: string,
  ) {
    this.isTls = url.protocol === 'https:';
    this.host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.port = url.port === '' ? (this.isTls ? 443 : 80) : Number(url.port);
  }

  /**
   * Sends a request; the handler is told what comes of it.
   *
   * @param fresh on a connection of its own, not on a kept one
   * @returns the connection, to pause, resume or abort the exchange
   * @throws Http1Error `CLOSING`
   */
  send(outgoing: Outgoing, handler: ExchangeHandler, fresh = false): Connection {
    if (this.isClosed) throw new Http1Error('CLOSING', 'the proxy is closing its connections');
    const connection = (fresh ? undefined : this.takeIdle()) ?? this.connect();
    this.ticker ??= setInterval(() => this.tick(), TICK).unref();
    connection.send(outgoing, handler);
    return connection;
  }

  /** Ends every connection; exchanges under way fail. */
  close(): void {
    this.isClosed = true;
    for (const connection of this.open) connection.fail(new Http1Error('CLOSING', 'the proxy closes its connections'));
    clearInterval(this.ticker);
  }

  private takeIdle(): Connection | undefined {
    for (let last = this.idle.pop(); last !== undefined; last = this.idle.pop()) {
      if (last.until > performance.now()) return last.connection;
      last.connection.fail(new Http1Error('CLOSING', 'idle for too long'));
    }
    return undefined;
  }

  private connect(): Connection {
    const { host, port, isTls } = this;
    let socket: Socket;
    if (isTls) {
      const servername = isIP(host) === 0 ? host : '';
      const { ca, tlsSession: session } = this;
      const trust = { ...(ca !== undefined && { ca }), ...(session && { session }) };
      const secure = connectTls({ host, port, servername, ALPNProtocols: ['http/1.1'], ...trust });
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
    onIdle: (connection, idleTime) => this.idle.push({ connection, until: performance.now() + idleTime }),
    onClose: (connection) => {
      this.open.delete(connection);
      const place = this.idle.findIndex((idle) => idle.connection === connection);
      if (place >= 0) this.idle.splice(place, 1);
    },
  };

  private tick(): void {
    const now = performance.now();
    for (const connection of this.open) if (connection.deadline <= now) connection.timeOut();
    // Those that were used least recently stand first, but each has a time of its own.
    for (const { connection } of this.idle.filter(({ until }) => until <= now)) {
      connection.fail(new Http1Error('CLOSING', 'idle for too long'));
    }
    if (this.open.size === 0) {
      clearInterval(this.ticker);
      this.ticker = undefined;
    }
  }
}
