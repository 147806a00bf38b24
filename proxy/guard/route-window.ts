import { HitsByClient, type Affected } from '../statistics/hits-by-client';
import { BUCKETS, SlidingCounters } from '../statistics/window';

export interface CountedClient {
  readonly address: string;
  /** User, session or address: see `Client`. */
  readonly id: string;
}

export interface WindowView<Name extends string> {
  readonly counts: Readonly<Record<Name, number>>;
  /** Who saw any of what is counted under these names, as hits. */
  readonly affected: (...names: readonly Name[]) => Affected;
}

/** From so many votes on, an address is counted apart. */
const MAJORITY_VOTES = 16;
/** So that one that has stopped is soon replaced. */
const MAX_VOTES = 1_000;

/** Counters, and who saw what they count. */
class Part<Name extends string> {
  readonly counters: SlidingCounters<Name>;
  readonly hits = new HitsByClient<Name>();

  constructor(names: readonly Name[], length: number, now: number) {
    this.counters = new SlidingCounters(names, length, now);
  }

  clear(): void {
    this.counters.clear();
    this.hits.clear();
  }
}

/** The window of one route. An address with over half of the requests (Boyer and Moore 1981) is counted apart and hides nothing. */
export class RouteWindow<Name extends string> {
  private readonly rest: Part<Name>;
  private readonly majority: Part<Name>;
  private candidate: string | undefined;
  private votes = 0;
  private isApart = false;

  /** `length` in ms; `now` of a clock that never goes back. */
  constructor(
    private readonly names: readonly Name[],
    length: number,
    now: number,
  ) {
    this.rest = new Part(names, length, now);
    this.majority = new Part(names, length, now);
  }

  /** A request came from an address; once each. */
  see(address: string, now: number): void {
    if (address === this.candidate) {
      this.votes = Math.min(MAX_VOTES, this.votes + 1);
      if (this.votes >= MAJORITY_VOTES) this.isApart = true;
      return;
    }
    if (this.votes > 0) {
      this.votes -= 1;
      return;
    }
    if (this.isApart) {
      this.rest.counters.absorb(this.majority.counters, now);
      this.rest.hits.absorb(this.majority.hits);
    }
    this.candidate = address;
    this.votes = 1;
    this.isApart = false;
  }

  add(name: Name, address: string, now: number): void {
    this.partOf(address).counters.add(name, now);
  }

  /** Adds something that can be part of a breach, and remembers who saw it. */
  addHit(name: Name, { address, id }: CountedClient, now: number): void {
    const { counters, hits } = this.partOf(address);
    counters.add(name, now);
    hits.add(name, id, counters.partAt(now));
  }

  all(now: number): WindowView<Name> {
    return this.view([this.rest, this.majority], now);
  }

  /** What the clients saw other than an address with more than half of the requests; undefined while there is none. */
  withoutMajority(now: number): WindowView<Name> | undefined {
    return this.isApart ? this.view([this.rest], now) : undefined;
  }

  clear(): void {
    this.rest.clear();
    this.majority.clear();
  }

  private partOf(address: string): Part<Name> {
    return this.isApart && address === this.candidate ? this.majority : this.rest;
  }

  private view(parts: readonly Part<Name>[], now: number): WindowView<Name> {
    const sum = (name: Name): number => parts.reduce((total, { counters }) => total + counters.sum(name, now), 0);
    const entries = this.names.map((name) => [name, sum(name)] as const);
    for (const { counters, hits } of parts) hits.forgetBefore(counters.partAt(now) - BUCKETS + 1);
    return {
      counts: Object.fromEntries(entries) as Record<Name, number>,
      affected: (...names) =>
        HitsByClient.affected(
          parts.map(({ hits }) => hits),
          names,
        ),
    };
  }
}
