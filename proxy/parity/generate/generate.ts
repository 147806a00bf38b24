import { expectedStatus, isSafe, type ParityCase, type SourcedCase } from '../../../shared/parity/case';
import { BODY_VARIATIONS } from './bodies';
import { HEADER_VARIATIONS } from './headers';
import { RECOMBINATIONS } from './recombine';
import { seededRandom, type Random } from './random';
import { TARGETS } from './targets';
import type { DraftRequest, Variation } from './variation';

/** Along the table of traps: method, spelling of the path, query, headers, conditions, body. */
export const VARIATIONS: readonly Variation[] = [...TARGETS, ...HEADER_VARIATIONS, ...BODY_VARIATIONS];

export interface GenerateOptions {
  readonly count: number;
  /** The same seed gives the same cases. */
  readonly seed: number;
  readonly identities: readonly string[];
  /** Whether requests may write: not unless each side has its own copy of the data. */
  readonly writes: boolean;
}

/** Varies known cases: one to three variations of different groups, as any identity. What is right is unknown; both sides must agree. */
export function generateCases(known: readonly SourcedCase[], options: GenerateOptions): readonly SourcedCase[] {
  const random = seededRandom(options.seed);
  const routes = groupByRoute(known.filter(({ parityCase }) => parityCase.raw === undefined)).map((cases) => ({
    decks: [deckOf(cases, random), deckOf(succeeding(cases), random)],
    requests: cases.map(draftOf),
  }));
  if (routes.length === 0) return [];
  const cases: SourcedCase[] = [];
  // Routes in turn: one with many cases is not tried more often than one with few.
  for (let tried = 0; cases.length < options.count && tried < options.count * 20; tried += 1) {
    const { decks, requests } = routes[tried % routes.length] ?? { decks: [], requests: [] };
    const base = random.pick(decks)();
    const generated = vary(base, requests, random, options);
    if (options.writes || isSafe(generated.parityCase.request.method ?? 'GET')) cases.push(generated);
  }
  return cases;
}

/** Half of all variations start from these: an answer that shows data says more than another refusal. */
function succeeding(cases: readonly SourcedCase[]): readonly SourcedCase[] {
  const found = cases.filter(({ parityCase, identity }) => (expectedStatus(parityCase, identity) ?? 200) < 300);
  return found.length === 0 ? cases : found;
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

function vary(
  base: SourcedCase,
  siblings: readonly DraftRequest[],
  random: Random,
  { identities }: GenerateOptions,
): SourcedCase {
  let draft = draftOf(base);
  const names: string[] = [];
  const groups = new Set<string>();
  const wanted = random.pick([1, 1, 1, 2, 2, 3]);
  for (let tried = 0; names.length < wanted && tried < 20; tried += 1) {
    const { name, group, applies, apply } = chooseVariation(random, draft);
    if (groups.has(group) || applies?.(draft) === false) continue;
    draft = apply(draft, random, siblings);
    groups.add(group);
    names.push(name);
  }
  const { revalidates, cookies, ...request } = draft;
  const parityCase: ParityCase = {
    name: [base.parityCase.name, ...names].join('; '),
    request,
    ...(revalidates !== undefined && { revalidates }),
    ...(cookies !== undefined && { cookies }),
  };
  // Mostly whoever the known case is sent as: others are often turned away before anything happens.
  const identity = random.next() < 0.6 ? base.identity : random.pick(identities);
  return { source: 'generated', route: base.route, identity, parityCase };
}

/** How often a part of another known case of the route is taken rather than something that breaks. */
const RECOMBINED = 0.25;

/** A group first: there are more queries than methods. */
function chooseVariation(random: Random, { body }: DraftRequest): Variation {
  const groups: readonly Variation['group'][] =
    body === undefined
      ? ['method', 'path', 'query', 'query', 'header', 'condition']
      : ['method', 'path', 'query', 'header', 'body', 'body', 'body'];
  const group = random.pick(groups);
  const recombines = random.next() < RECOMBINED;
  const wanted = RECOMBINATIONS.filter((variation) => recombines && variation.group === group);
  return random.pick(wanted.length > 0 ? wanted : VARIATIONS.filter((variation) => variation.group === group));
}

function groupByRoute(cases: readonly SourcedCase[]): readonly (readonly SourcedCase[])[] {
  const routes = new Map<string, SourcedCase[]>();
  for (const one of cases) {
    const list = routes.get(one.route);
    if (list === undefined) routes.set(one.route, [one]);
    else list.push(one);
  }
  return [...routes.values()];
}
