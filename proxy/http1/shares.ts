/**
 * How many of an origin's connections each client holds. It may hold as many as are free: one alone gets half of them,
 * two that stay a third each, and the next one always finds some. What a client may hold follows from what is left, so
 * that a few addresses that stand for all clients (load balancers, a company) are not held to the share of one of many.
 */
export class Shares {
  /** Clients without any are not kept. */
  private readonly held = new Map<string, Share>();

  /** @param free of all connections */
  allows(client: string, free: number): boolean {
    return (this.held.get(client)?.count ?? 0) < free;
  }

  /** Takes one more for a client. */
  take(client: string): Share {
    const share = this.held.get(client);
    if (share === undefined) {
      const first = { client, count: 1 };
      this.held.set(client, first);
      return first;
    }
    share.count += 1;
    return share;
  }

  giveBack(share: Share, count = 1): void {
    share.count -= count;
    if (share.count <= 0) this.held.delete(share.client);
  }
}

/** What one client holds; counted in place, without a look-up. */
export interface Share {
  readonly client: string;
  count: number;
}
