/**
 * How many of an origin's connections each client holds. It may hold as many as are free: one alone gets half of them,
 * two that stay a third each, and the next one always finds some. What a client may hold follows from what is left, so
 * that a few addresses that stand for all clients (load balancers, a company) are not held to the share of one of many.
 */
export class Shares {
  /** Clients without any are not kept. */
  private readonly held = new Map<string, number>();

  /** @param free of all connections */
  allows(client: string, free: number): boolean {
    return (this.held.get(client) ?? 0) < free;
  }

  take(client: string): void {
    this.held.set(client, (this.held.get(client) ?? 0) + 1);
  }

  giveBack(client: string, count = 1): void {
    const left = (this.held.get(client) ?? 0) - count;
    if (left <= 0) this.held.delete(client);
    else this.held.set(client, left);
  }
}
