import type { Connection } from './connection';
import type { Exchange, ExchangeHandler, Outgoing } from './exchange';

/** A request that waits for a connection, and stands for its exchange once there is one. */
export class Waiting implements Exchange {
  private connection: Connection | undefined;

  constructor(
    private readonly outgoing: Outgoing,
    readonly handler: ExchangeHandler,
    private readonly line: WaitingLine,
    /** Whose it is. */
    readonly client: string,
    /** Of `performance.now`. */
    readonly deadline: number,
  ) {}

  begin(connection: Connection, now: number): void {
    this.connection = connection;
    connection.send(this.outgoing, this.handler, now);
  }

  pause(handler: ExchangeHandler): void {
    this.connection?.pause(handler);
  }

  resume(handler: ExchangeHandler): void {
    this.connection?.resume(handler);
  }

  abort(handler: ExchangeHandler): void {
    if (this.connection === undefined) this.line.remove(this);
    else this.connection.abort(handler);
  }
}

/** How much of the line one client may take: others find room, whatever it sends. */
const SHARE = 1 / 4;

/** Requests that wait for a connection. Clients take turns, so that a client that sends a lot waits longer, not the others. */
export class WaitingLine {
  size = 0;

  /** Whose turn is next stands first. */
  private readonly clients = new Map<string, Set<Waiting>>();

  /** @param maxSize how many requests may wait */
  constructor(private readonly maxSize: number) {}

  hasRoomFor(client: string): boolean {
    const own = this.clients.get(client)?.size ?? 0;
    return this.size < this.maxSize && own < Math.max(1, this.maxSize * SHARE);
  }

  add(waiting: Waiting): void {
    const own = this.clients.get(waiting.client);
    if (own === undefined) this.clients.set(waiting.client, new Set([waiting]));
    else own.add(waiting);
    this.size += 1;
  }

  remove(waiting: Waiting): void {
    const own = this.clients.get(waiting.client);
    if (own?.delete(waiting) !== true) return;
    this.size -= 1;
    if (own.size === 0) this.clients.delete(waiting.client);
  }

  /** Takes out the next one whose client may go on. */
  take(mayGoOn: (client: string) => boolean): Waiting | undefined {
    for (const [client, own] of this.clients) {
      if (!mayGoOn(client)) continue;
      for (const first of own) {
        this.remove(first);
        // To the end of those who take turns, unless it was its last.
        if (this.clients.delete(client)) this.clients.set(client, own);
        return first;
      }
    }
    return undefined;
  }

  /** Those whose time is over at `now`. */
  overdue(now: number): Waiting[] {
    const list: Waiting[] = [];
    for (const own of this.clients.values()) for (const one of own) if (one.deadline <= now) list.push(one);
    return list;
  }

  all(): Waiting[] {
    return [...this.clients.values()].flatMap((own) => [...own]);
  }
}
