import { difference, typeOf, type Difference } from './exchange';
import type { Steps } from './steps';
import type { Unifier } from './unify';

/** What the comparison of values goes by. */
export interface ValueOptions {
  readonly unifier?: Unifier;
  /** Whether the list at this path is a set: its order says nothing. */
  readonly isUnordered?: (path: string) => boolean;
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

/**
 * Compares two JSON values: a changed type is told apart from a changed value, keys may stand in any order. Iterative, so
 * that depth cannot exhaust the stack.
 *
 * @returns at most {@link MAX_DIFFERENCES} differences, in the order of the control
 */
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
    comparePair(pair, pending, differences, options);
    reverseFrom(pending, from);
    looked += 1 + pending.length - from;
    if (differences.length >= MAX_DIFFERENCES) return differences.slice(0, MAX_DIFFERENCES);
    if (looked >= STEP) {
      looked = 0;
      yield;
    }
  }
  return differences;
}

/** Compares one level; what needs a look below goes to `pending`. */
function comparePair(
  { path, control, candidate }: Pair,
  pending: Pair[],
  differences: Difference[],
  options: ValueOptions,
): void {
  if (Object.is(control, candidate)) return;
  if (typeof control === 'string' && typeof candidate === 'string') {
    if (options.unifier?.isSameText(control, candidate) !== true)
      differences.push(difference(path, 'value', control, candidate));
  } else if (Array.isArray(control) && Array.isArray(candidate)) {
    comparePairsOfLists(path, control, candidate, pending, differences, options);
  } else if (isRecord(control) && isRecord(candidate)) {
    compareMembers(path, control, candidate, pending, differences, options);
  } else if (typeOf(control) !== typeOf(candidate)) {
    differences.push(difference(path, 'type', control, candidate));
  } else if (
    typeof control !== 'number' ||
    typeof candidate !== 'number' ||
    options.unifier?.isSameNumber(control, candidate) !== true
  ) {
    differences.push(difference(path, 'value', control, candidate));
  }
}

function comparePairsOfLists(
  path: string,
  control: readonly unknown[],
  candidate: readonly unknown[],
  pending: Pair[],
  differences: Difference[],
  options: ValueOptions,
): void {
  const [a, b] = options.isUnordered?.(path) === true ? paired(control, candidate, options) : [control, candidate];
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    if (i < a.length && i < b.length) {
      if (!isSameLeaf(a[i], b[i])) pending.push({ path: `${path}[${i}]`, control: a[i], candidate: b[i] });
    } else if (differences.length >= MAX_DIFFERENCES) return;
    else if (i < a.length) differences.push(difference(`${path}[${i}]`, 'missing', a[i], undefined));
    else differences.push(difference(`${path}[${i}]`, 'unexpected', undefined, b[i]));
  }
}

function compareMembers(
  path: string,
  control: Readonly<Record<string, unknown>>,
  candidate: Readonly<Record<string, unknown>>,
  pending: Pair[],
  differences: Difference[],
  { unifier, keyOrder = false }: ValueOptions,
): void {
  const found = new Set<string>();
  let isMissing = false;
  for (const key of Object.keys(control)) {
    const name = Object.hasOwn(candidate, key) ? key : unifier?.renaming.candidateOf(key);
    if (name === undefined || !Object.hasOwn(candidate, name)) {
      isMissing = true;
      differences.push(difference(`${path}${memberPath(key)}`, 'missing', control[key], undefined));
      continue;
    }
    found.add(name);
    if (!isSameLeaf(control[key], candidate[name]))
      pending.push({ path: `${path}${memberPath(key)}`, control: control[key], candidate: candidate[name] });
  }
  const names = Object.keys(candidate);
  if (names.length > found.size)
    for (const key of names)
      if (!found.has(key))
        differences.push(difference(`${path}${memberPath(key)}`, 'unexpected', undefined, candidate[key]));
  if (keyOrder && !isMissing && names.length === found.size && names.join('\0') !== [...found].join('\0'))
    differences.push(
      difference(`${path} (order of fields)`, 'value', Object.keys(control).join(', '), names.join(', ')),
    );
}

/** Most leaves are equal: they get neither a path nor a place in the queue. */
function isSameLeaf(control: unknown, candidate: unknown): boolean {
  return typeof control !== 'object' && Object.is(control, candidate);
}

/** Puts what is alike on both sides in front, in one order, and the rest behind. */
function paired(
  control: readonly unknown[],
  candidate: readonly unknown[],
  { unifier }: ValueOptions,
): [unknown[], unknown[]] {
  const keyOf = (value: unknown, side: 'control' | 'candidate'): string => {
    const text = stableText(value);
    return unifier === undefined ? text : unifier.mask(text, side);
  };
  const byKey = new Map<string, unknown[]>();
  for (const value of candidate) {
    const key = keyOf(value, 'candidate');
    const values = byKey.get(key);
    if (values === undefined) byKey.set(key, [value]);
    else values.push(value);
  }
  const pairs: [unknown, unknown][] = [];
  const alone: unknown[] = [];
  for (const value of control) {
    const values = byKey.get(keyOf(value, 'control'));
    if (values === undefined || values.length === 0) alone.push(value);
    else pairs.push([value, values.shift()]);
  }
  return [
    [...pairs.map(([a]) => a), ...alone],
    [...pairs.map(([, b]) => b), ...[...byKey.values()].flat()],
  ];
}

/** JSON with keys in one order. */
export function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    isRecord(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}

function reverseFrom(list: Pair[], from: number): void {
  for (let low = from, high = list.length - 1; low < high; low += 1, high -= 1) {
    const [a, b] = [list[low], list[high]];
    if (a === undefined || b === undefined) return;
    list[low] = b;
    list[high] = a;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `.title`, or `["a b"]` where the name needs it. */
export function memberPath(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
