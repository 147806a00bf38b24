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
const APART_VOTES = 16;
/** So that one that has stopped is soon replaced. */
const MAX_VOTES = 1_000;
/** Addresses that are voted for: each with more than a fifth of the requests is among them. */
const MAX_CANDIDATES = 4;

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

/** An address that may have a large share of the requests. */
interface Candidate<Name extends string> {
  votes: number;
  /** Its own counts, once it has votes enough. */
  part: Part<Name> | undefined;
}

/** The window of one route. Addresses with a large share of the requests (Misra and Gries 1982) are counted apart and hide nothing. */
export class RouteWindow<Name extends string> {
  private readonly rest: Part<Name>;
  private readonly candidates = new Map<string, Candidate<Name>>();

  /** `length` in ms; `now` of a clock that never goes back. */
  constructor(
    private readonly names: readonly Name[],
    private readonly length: number,
    now: number,
  ) {
    this.rest = new Part(names, length, now);
  }

  /** A request came from an address; once each. Returns where what it was counts. */
  see(address: string, now: number): SlidingCounters<Name> {
    const { candidates, names, length } = this;
    const known = candidates.get(address);
    if (known !== undefined) {
      known.votes = Math.min(MAX_VOTES, known.votes + 1);
      if (known.votes >= APART_VOTES) known.part ??= new Part(names, length, now);
    } else if (candidates.size < MAX_CANDIDATES) candidates.set(address, { votes: 1, part: undefined });
    else for (const [other, candidate] of candidates) this.voteAgainst(other, candidate, now);
    return (known?.part ?? this.rest).counters;
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

  /** What all clients saw, then all but the address with the most requests, all but the two with the most, and so on. */
  *views(now: number): Generator<WindowView<Name>> {
    const apart = [...this.candidates.values()].sort((a, b) => b.votes - a.votes).flatMap(({ part }) => part ?? []);
    for (let without = 0; without <= apart.length; without += 1)
      yield this.view([this.rest, ...apart.slice(without)], now);
  }

  all(now: number): WindowView<Name> {
    return this.view([this.rest, ...[...this.candidates.values()].flatMap(({ part }) => part ?? [])], now);
  }

  clear(): void {
    this.rest.clear();
    this.candidates.clear();
  }

  private voteAgainst(address: string, candidate: Candidate<Name>, now: number): void {
    candidate.votes -= 1;
    if (candidate.votes > 0) return;
    this.candidates.delete(address);
    if (candidate.part === undefined) return;
    this.rest.counters.absorb(candidate.part.counters, now);
    this.rest.hits.absorb(candidate.part.hits);
  }

  private partOf(address: string): Part<Name> {
    return this.candidates.get(address)?.part ?? this.rest;
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
