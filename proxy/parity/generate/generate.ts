import { createHash } from 'node:crypto';
import { groupBy } from '../../../shared/group-by';
import { expectedStatus, isSafe, type CaseRequest, type Contract, type SourcedCase } from '../../../shared/parity/case';
import type { GeneratedCoverage } from '../../../shared/parity/result';
import { whyUnsendable } from '../sendable';
import { BODY_VARIATIONS } from './bodies';
import { commonVariations, fieldVariations, holdsOthers, pairVariations } from './field-variations';
import type { Field } from './field';
import { fieldsOf } from './fields';
import { HEADER_VARIATIONS, RARELY_READ_HEADERS } from './headers';
import { Uses } from './least-used';
import { TELLING } from './probes';
import { RECOMBINATIONS } from './recombine';
import { seededRandom, type Random } from './random';
import { TARGETS, RARELY_READ_PARAMETERS } from './targets';
import type { DraftRequest, Variation } from './variation';

const RARELY_READ = [RARELY_READ_PARAMETERS, ...RARELY_READ_HEADERS];
const TOGETHER = RARELY_READ.map(({ together }) => together);
const ALONE = RARELY_READ.flatMap(({ alone }) => alone);
const SEPARATE: readonly Variation[] = [...TARGETS, ...HEADER_VARIATIONS, ...BODY_VARIATIONS];
/** Of a request as a whole, along the table of traps: method, spelling of the path, query, headers, conditions, body. */
export const VARIATIONS: readonly Variation[] = [...SEPARATE, ...TOGETHER, ...ALONE];

/** A request of a recording, and the route that takes it. */
export interface RecordedRequest {
  readonly route: string;
  readonly request: CaseRequest;
}

export interface GenerateOptions {
  readonly count: number;
  /** The same seed gives the same cases. */
  readonly seed: number;
  readonly identities: readonly string[];
  /** Whether requests may write: not unless each side has its own copy of the data. */
  readonly writes: boolean;
  /** What routes take, by route. */
  readonly contracts?: ReadonlyMap<string, Contract>;
  /** Whose values are tried, too. */
  readonly recorded?: readonly RecordedRequest[];
}

export interface Generated {
  readonly cases: readonly SourcedCase[];
  readonly coverage: GeneratedCoverage;
}

/** Half of the budget goes to single fields; parts of known requests are put together anew in a tenth of it. */
const TURNS = [
  ...(['common', 'fields', 'request', 'fields', 'pairs'] as const),
  ...(['fields', 'request', 'fields', 'anew', 'fields'] as const),
];
/** So often other fields come first. */
const LATER = 10;
type List = Exclude<(typeof TURNS)[number], 'anew'>;
const LISTS: readonly List[] = ['fields', 'request', 'pairs', 'common'];

interface Route {
  readonly name: string;
  readonly requests: readonly DraftRequest[];
  readonly fields: readonly Field[];
  /** What has not been tried yet. */
  readonly lists: Readonly<Record<List, Variation[]>>;
  readonly ofFields: readonly Variation[];
  /** Those of which most is to be seen come first. */
  readonly bases: readonly (readonly SourcedCase[])[];
  readonly decks: readonly (() => SourcedCase)[];
}

/**
 * Tries what there is to try on each field and on the request as a whole, the kinds least tried first; then two optional fields at a time;
 * then parts of known requests, put together anew. What is right is unknown; both sides must agree.
 */
export function generateCases(known: readonly SourcedCase[], options: GenerateOptions): Generated {
  const generator = new Generator(known, options);
  const cases: SourcedCase[] = [];
  // Routes in turn: one with many cases is not tried more often than one with few.
  for (let tried = 0; cases.length < options.count && tried < options.count * 20; tried += 1)
    cases.push(...generator.next(tried));
  return { cases, coverage: generator.coverage() };
}

class Generator {
  private readonly random: Random;
  private readonly routes: readonly Route[];
  private readonly sent = new Set<string>();
  /** Places are fields of routes. */
  private readonly uses = new Uses(new Set([...TELLING, ...TOGETHER.map(kindOf)]));
  private readonly tried = new Set<Variation>();

  constructor(
    known: readonly SourcedCase[],
    private readonly options: GenerateOptions,
  ) {
    this.random = seededRandom(options.seed);
    // What was sent together first comes alone last, on every route.
    for (const one of ALONE) this.uses.delay(kindOf(one), LATER);
    const varied = known.filter(({ parityCase }) => parityCase.raw === undefined);
    this.routes = [...groupBy(varied, ({ route }) => route).values()].map((cases) => this.routeOf(cases));
    for (const one of varied) this.sent.add(keyOf(one.route, one.identity, draftOf(one)));
  }

  private routeOf(cases: readonly SourcedCase[]): Route {
    const { random } = this;
    const name = cases[0]?.route ?? '';
    const good = cases.filter(isSuccess);
    const best = good.filter(({ parityCase }) => parityCase.onlyThroughProxy === undefined);
    const requests = cases.map(draftOf);
    const { recorded = [], contracts } = this.options;
    const ofRoute = recorded.filter(({ route }) => route === name).map(({ request }) => request);
    const meant = [...(good.length === 0 ? requests : good.map(draftOf)), ...ofRoute];
    // Of a route that only writes, values are not tried where nothing may be written.
    const fields = meant.some((request) => this.maySend(request)) ? fieldsOf(name, meant, contracts?.get(name)) : [];
    const ofFields = fieldVariations(fields);
    const shuffled = random.shuffle(ofFields);
    // What a contract does not name is most likely not read, and a value in place of others is refused whatever it is.
    for (const field of fields)
      if (!field.isNamed || (field.part === 'query' && holdsOthers(field, fields)))
        this.uses.delay(`${name} ${field.name}`, LATER);
    return {
      ...{ name, requests, fields, ofFields },
      lists: {
        fields: inTurns(
          shuffled.filter(isTelling),
          shuffled.filter((one) => !isTelling(one)),
        ),
        request: [...TOGETHER, ...random.shuffle(SEPARATE), ...random.shuffle(ALONE)],
        pairs: random.shuffle(pairVariations(fields)),
        common: random.shuffle(commonVariations(fields)),
      },
      bases: [random.shuffle(best), random.shuffle(cases)],
      // Half of all begin with these: an answer that shows data says more than another refusal.
      decks: [deckOf(cases, random), deckOf(good.length === 0 ? cases : good, random)],
    };
  }

  next(turn: number): readonly SourcedCase[] {
    const route = this.routes[turn % this.routes.length];
    if (route === undefined) return [];
    const wanted = TURNS[Math.floor(turn / this.routes.length) % TURNS.length] ?? 'anew';
    if (wanted !== 'anew')
      for (const list of new Set([wanted, ...LISTS])) {
        const found = this.mostDifferent(route, route.lists[list]);
        if (found !== undefined) return [found];
      }
    return this.anew(route);
  }

  private mostDifferent(route: Route, list: Variation[]): SourcedCase | undefined {
    const keysOf = ({ field = '', ...one }: Variation): [string, string] => [kindOf(one), `${route.name} ${field}`];
    for (;;) {
      const variation = this.uses.takeLeast(list, keysOf);
      if (variation === undefined) return undefined;
      const found = this.onSome(route, variation);
      if (found === undefined) continue;
      this.tried.add(variation);
      this.uses.count(keysOf(variation));
      return found;
    }
  }

  private onSome({ name, bases, requests }: Route, variation: Variation): SourcedCase | undefined {
    for (const cases of bases) {
      const start = Math.floor(this.random.next() * cases.length);
      for (const base of [...cases.slice(start), ...cases.slice(0, start)]) {
        const draft = draftOf(base);
        if (variation.applies?.(draft) === false) continue;
        const varied = variation.apply(draft, this.random, requests);
        if (this.isNew(name, base.identity, varied)) return toCase(base, base.identity, varied, [variation.name]);
      }
    }
    return undefined;
  }

  /** One to three variations of different groups, as any identity. */
  private anew({ name, decks, requests, ofFields }: Route): readonly SourcedCase[] {
    const { random } = this;
    const base = random.pick(decks)();
    let draft = draftOf(base);
    const names: string[] = [];
    const groups = new Set<string>();
    const wanted = random.pick([1, 1, 1, 2, 2, 3]);
    for (let tried = 0; names.length < wanted && tried < 20; tried += 1) {
      const variation = chooseVariation(random, draft, ofFields);
      if (groups.has(variation.group) || variation.applies?.(draft) === false) continue;
      const varied = variation.apply(draft, random, requests);
      if (!this.maySend(varied) && this.maySend(draft)) continue;
      draft = varied;
      groups.add(variation.group);
      names.push(variation.name);
    }
    // Mostly whoever the known case is sent as: others are often turned away before anything happens.
    const identity = random.next() < 0.6 ? base.identity : random.pick(this.options.identities);
    return this.isNew(name, identity, draft) ? [toCase(base, identity, draft, names)] : [];
  }

  private maySend({ method }: DraftRequest): boolean {
    return this.options.writes || isSafe(method);
  }

  private isNew(route: string, identity: string, draft: DraftRequest): boolean {
    if (!this.maySend(draft) || whyUnsendable({ ...draft, headers: Object.entries(draft.headers) }) !== undefined)
      return false;
    const key = keyOf(route, identity, draft);
    if (this.sent.has(key)) return false;
    this.sent.add(key);
    return true;
  }

  coverage(): GeneratedCoverage {
    const { tried, routes } = this;
    const left = routes.map(({ lists }) => LISTS.flatMap((list) => lists[list]));
    const kinds = new Set([...tried].map(kindOf));
    const untriedKinds = new Set(
      left
        .flat()
        .map(kindOf)
        .filter((kind) => !kinds.has(kind)),
    );
    const fields = routes.flatMap(({ name, fields: own, ofFields }) =>
      own.map((field) => ({
        name: `${name} ${field.name}`,
        isTried: ofFields.some((one) => one.field === field.name && tried.has(one)),
        isLimited: Object.keys(field.schema).length > 0 || !['body', 'query'].includes(field.part),
      })),
    );
    const namesOf = (list: typeof fields): string[] => list.map(({ name }) => name);
    return {
      inputs: { tried: tried.size, known: tried.size + left.flat().length },
      fields: { tried: fields.filter(({ isTried }) => isTried).length, known: fields.length },
      kinds: { tried: kinds.size, known: kinds.size + untriedKinds.size },
      untriedFields: namesOf(fields.filter(({ isTried }) => !isTried)),
      untriedKinds: [...untriedKinds].sort(),
      withoutContract: namesOf(fields.filter(({ isLimited }) => !isLimited)),
    };
  }
}

/** One of each, until one list ends; then the rest of the other. */
function inTurns<T>(first: readonly T[], second: readonly T[]): T[] {
  const length = Math.max(first.length, second.length);
  return Array.from({ length }).flatMap((_, i) => [...first.slice(i, i + 1), ...second.slice(i, i + 1)]);
}

const isTelling = (one: Variation): boolean => TELLING.has(kindOf(one));

const kindOf = ({ name, kind = name }: Pick<Variation, 'name' | 'kind'>): string => kind;

function isSuccess({ parityCase, identity }: SourcedCase): boolean {
  return (expectedStatus(parityCase, identity) ?? 200) < 300;
}

/** Deals each case once before any comes again. */
function deckOf(cases: readonly SourcedCase[], random: Random): () => SourcedCase {
  let deck: SourcedCase[] = [];
  return () => {
    if (deck.length === 0) deck = random.shuffle(cases);
    const next = deck.pop();
    if (next === undefined) throw new RangeError('no case to vary');
    return next;
  };
}

function draftOf({ parityCase: { request, cookies, revalidates } }: SourcedCase): DraftRequest {
  return {
    method: 'GET',
    headers: {},
    ...request,
    ...(cookies !== undefined && { cookies }),
    ...(revalidates !== undefined && { revalidates }),
  };
}

function toCase(base: SourcedCase, identity: string, draft: DraftRequest, names: readonly string[]): SourcedCase {
  const { revalidates, cookies, ...request } = draft;
  return {
    ...{ source: 'generated', route: base.route, identity },
    parityCase: {
      name: [base.parityCase.name, ...names].join('; '),
      request,
      ...(revalidates !== undefined && { revalidates }),
      ...(cookies !== undefined && { cookies }),
    },
  };
}

/** Short, however large the body. */
function keyOf(route: string, identity: string, draft: DraftRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([route, identity, draft]))
    .digest('base64');
}

/** How often a part of another known case of the route is taken rather than something that breaks. */
const RECOMBINED = 0.25;

/** A group first: there are more queries than methods. */
function chooseVariation(random: Random, { body }: DraftRequest, ofFields: readonly Variation[]): Variation {
  const groups: readonly Variation['group'][] =
    body === undefined
      ? ['method', 'path', 'query', 'query', 'header', 'condition']
      : ['method', 'path', 'query', 'header', 'body', 'body', 'body'];
  const group = random.pick(groups);
  const pools = [random.next() < RECOMBINED ? RECOMBINATIONS : random.pick([VARIATIONS, ofFields]), VARIATIONS];
  const wanted = pools.map((pool) => pool.filter((variation) => variation.group === group));
  return random.pick(wanted.find((pool) => pool.length > 0) ?? VARIATIONS);
}
