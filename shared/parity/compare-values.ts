import { difference, typeOf, type Difference } from './exchange';
import { KEYS, pairElements, stableText, type Lists } from './pair-elements';
import type { Steps } from './steps';
import type { Unifier } from './unify';
import { isRecord } from '../config/faults';

export interface ValueOptions {
  readonly unifier?: Unifier;
  /** Whether a rule masks tokens at this place, and the texts are the same but for these. */
  readonly isSameMasked?: (path: string, control: string, candidate: string) => boolean;
  /** Of a list at this path that is a set: its order says nothing, but for the member that it is sorted by. */
  readonly setAt?: (path: string) => { readonly by?: string } | undefined;
  /** Whether the order of keys counts, as it does for embedded documents in MongoDB. */
  readonly keyOrder?: boolean;
}

/** Enough to see what is wrong; a list of which every element differs would otherwise make a report of its size. */
export const MAX_DIFFERENCES = 500;
/** Values looked at between two yields. */
const STEP = 2_000;

interface Pair {
  readonly path: string;
  readonly control: unknown;
  readonly candidate: unknown;
}

/** Compares two JSON values, keys in any order; at most {@link MAX_DIFFERENCES}. Iterative, so that depth cannot exhaust the stack. */
export function* compareValueSteps(
  path: string,
  control: unknown,
  candidate: unknown,
  options: ValueOptions = {},
): Steps<Difference[]> {
  const differences: Difference[] = [];
  const pending: Pair[] = [{ path, control, candidate }];
  let looked = 0;
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const from = pending.length;
    const { control: a, candidate: b } = pair;
    if (Array.isArray(a) && Array.isArray(b)) {
      yield* compareLists(pair.path, [a, b], pending, differences, options);
    } else if (isRecord(a) && isRecord(b)) {
      yield* compareMembers(pair.path, [a, b], pending, differences, options);
    } else compareScalars(pair, differences, options);
    // The last comes first out of it.
    for (const below of pending.splice(from).reverse()) pending.push(below);
    looked += 1 + pending.length - from;
    if (differences.length >= MAX_DIFFERENCES) return differences.slice(0, MAX_DIFFERENCES);
    if (looked >= STEP) {
      looked = 0;
      yield;
    }
  }
  return differences;
}

function compareScalars({ path, control, candidate }: Pair, differences: Difference[], options: ValueOptions): void {
  if (Object.is(control, candidate)) return;
  if (typeof control === 'string' && typeof candidate === 'string') {
    if (
      options.unifier?.isSameText(control, candidate) !== true &&
      options.isSameMasked?.(path, control, candidate) !== true
    )
      differences.push(difference(path, 'value', control, candidate));
  } else if (typeOf(control) !== typeOf(candidate)) {
    differences.push(difference(path, 'type', control, candidate));
  } else if (
    typeof control !== 'number' ||
    typeof candidate !== 'number' ||
    (options.unifier?.isSameNumber(control, candidate) !== true &&
      options.isSameMasked?.(path, String(control), String(candidate)) !== true)
  ) {
    differences.push(difference(path, 'value', control, candidate));
  }
}

function* compareLists(
  path: string,
  lists: Lists,
  pending: Pair[],
  differences: Difference[],
  options: ValueOptions,
): Steps<void> {
  const set = options.setAt?.(path);
  const isUnordered = set !== undefined;
  if (set?.by !== undefined) differences.push(...(yield* compareOrder(path, lists, set.by, options)));
  const [a, b] = isUnordered ? yield* pairElements(lists, options.unifier) : lists;
  // One element more in front must not make all that follow differ.
  const same = a.length === b.length || isUnordered ? { front: 0, back: 0 } : yield* sameEnds([a, b], options);
  const [endA, endB] = [a.length - same.back, b.length - same.back];
  const end = Math.max(endA, endB);
  for (let i = same.front; i < end; i += 1) {
    if (i < endA && i < endB) {
      if (!Object.is(a[i], b[i])) pending.push({ path: `${path}[${i}]`, control: a[i], candidate: b[i] });
    } else if (differences.length >= MAX_DIFFERENCES) return;
    else if (i < endA) differences.push(difference(`${path}[${i}]`, 'missing', a[i], undefined));
    else differences.push(difference(`${path}[${i}]`, 'unexpected', undefined, b[i]));
  }
  // What looks the same is compared all the same: ids must be bound.
  const pairs = [
    ...Array.from({ length: same.front }, (_, i) => [i, i] as const),
    ...Array.from({ length: same.back }, (_, i) => [endA + i, endB + i] as const),
  ];
  for (const [i, j] of pairs)
    if (!Object.is(a[i], b[j])) pending.push({ path: `${path}[${i}]`, control: a[i], candidate: b[j] });
}

/** What a list is sorted by must be the same from element to element; the first that is not is enough. */
function* compareOrder(path: string, [a, b]: Lists, by: string, { unifier }: ValueOptions): Steps<Difference[]> {
  if (a.length !== b.length) return [];
  for (const [i, one] of a.entries()) {
    if (i % KEYS === 0) yield;
    const [left, right] = [one, b[i]].map((element) => (isRecord(element) ? stableText(element[by]) : ''));
    if (left === undefined || right === undefined || left === right) continue;
    if (unifier?.isSameText(left, right) !== true)
      return [difference(`${path} (order by ${by})`, 'value', `${left} at [${i}]`, right)];
  }
  return [];
}

/** How many elements at both ends look the same, ids and times of the request aside. */
function* sameEnds([a, b]: Lists, { unifier }: ValueOptions): Steps<{ front: number; back: number }> {
  const shorter = Math.min(a.length, b.length);
  const looksSame = (i: number, j: number): boolean => {
    const [left, right] = [stableText(a[i]), stableText(b[j])];
    if (left === right) return true;
    return unifier !== undefined && unifier.mask(left, 'control') === unifier.mask(right, 'candidate');
  };
  let front = 0;
  for (; front < shorter && looksSame(front, front); front += 1) if (front % KEYS === 0) yield;
  let back = 0;
  for (; back < shorter - front && looksSame(a.length - 1 - back, b.length - 1 - back); back += 1)
    if (back % KEYS === 0) yield;
  return { front, back };
}

/** Names looked up between two yields. */
const MEMBERS = 10_000;
/** Members that may be the renamed one are tried up to here. */
const MOST_TRIED = 100;

function* compareMembers(
  path: string,
  [control, candidate]: readonly [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>],
  pending: Pair[],
  differences: Difference[],
  { unifier, keyOrder = false }: ValueOptions,
): Steps<void> {
  /** By name of the candidate: that of the control. */
  const found = new Map<string, string>();
  const missing: string[] = [];
  const meet = (key: string, name: string): void => {
    found.set(name, key);
    if (!Object.is(control[key], candidate[name]))
      pending.push({ path: `${path}${memberPath(key)}`, control: control[key], candidate: candidate[name] });
  };
  const [keys, names] = [Object.keys(control), Object.keys(candidate)];
  for (const [i, key] of keys.entries()) {
    if (i % MEMBERS === MEMBERS - 1) yield;
    const name = Object.hasOwn(candidate, key)
      ? key
      : (unifier?.renaming.candidateOf(key) ?? unifier?.forCandidate(key));
    if (name === undefined || !Object.hasOwn(candidate, name)) missing.push(key);
    else meet(key, name);
  }
  const unexpected = new Set(names.filter((name) => !found.has(name)));
  // An id that each side made up may be a name too; what is around it is the same.
  const byFrame = new Map<string | undefined, Set<string>>();
  if (missing.length > 0)
    for (const [i, name] of [...unexpected].entries()) {
      if (i % KEYS === KEYS - 1) yield;
      const frame = unifier?.frameOf(name);
      byFrame.set(frame, (byFrame.get(frame) ?? new Set()).add(name));
    }
  let isMissing = false;
  for (const [i, key] of missing.entries()) {
    if (i % KEYS === KEYS - 1) yield;
    const frame = unifier?.frameOf(key);
    const others = frame === undefined ? undefined : byFrame.get(frame);
    const name = firstOf(others ?? [], MOST_TRIED, (other) => unifier?.isSameText(key, other) === true);
    if (name === undefined) {
      isMissing = true;
      if (differences.length > MAX_DIFFERENCES) return;
      differences.push(difference(`${path}${memberPath(key)}`, 'missing', control[key], undefined));
    } else {
      meet(key, name);
      others?.delete(name);
      unexpected.delete(name);
    }
  }
  for (const key of unexpected) {
    if (differences.length > MAX_DIFFERENCES) return;
    differences.push(difference(`${path}${memberPath(key)}`, 'unexpected', undefined, candidate[key]));
  }
  if (!keyOrder || isMissing || names.length !== found.size) return;
  if (names.some((name, i) => found.get(name) !== keys[i]))
    differences.push(difference(`${path} (order of fields)`, 'value', keys.join(', '), names.join(', ')));
}

function firstOf<T>(all: Iterable<T>, most: number, isWanted: (one: T) => boolean): T | undefined {
  let tried = 0;
  for (const one of all) {
    if (isWanted(one)) return one;
    tried += 1;
    if (tried === most) return undefined;
  }
  return undefined;
}

/** `.title`, or `["a b"]` where the name needs it. */
export function memberPath(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
