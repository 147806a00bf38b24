import { isRecord } from '../config/faults';
import type { Steps } from './steps';
import type { Unifier } from './unify';

export type Lists = readonly [control: readonly unknown[], candidate: readonly unknown[]];

/** Elements of lists put into words between two yields. */
export const KEYS = 100;

/** Puts what is alike on both sides in front, in one order, then objects that have the same key, and the rest behind. */
export function* pairElements(
  [control, candidate]: Lists,
  unifier: Unifier | undefined,
): Steps<[unknown[], unknown[]]> {
  const byKey = new Map<string, unknown[]>();
  for (const [i, value] of candidate.entries()) {
    if (i % KEYS === 0) yield;
    const key = keyOf(value, 'candidate', unifier);
    const values = byKey.get(key);
    if (values === undefined) byKey.set(key, [value]);
    else values.push(value);
  }
  const pairs: [unknown, unknown][] = [];
  const alone: unknown[] = [];
  for (const [i, value] of control.entries()) {
    if (i % KEYS === 0) yield;
    const values = byKey.get(keyOf(value, 'control', unifier));
    if (values === undefined || values.length === 0) alone.push(value);
    else pairs.push([value, values.shift()]);
  }
  const others = byMember(alone, [...byKey.values()].flat());
  return [
    [...pairs.map(([a]) => a), ...others[0]],
    [...pairs.map(([, b]) => b), ...others[1]],
  ];
}

/** Members of an element that are looked at for a key. */
const MAX_MEMBERS = 50;

/** Puts objects that have the same key in front; the key is the member of which most values are in both lists, each once. */
function byMember(a: readonly unknown[], b: readonly unknown[]): [unknown[], unknown[]] {
  const valuesOf = (list: readonly unknown[], name: string): Map<unknown, unknown> | undefined => {
    const having = list.flatMap((one) => (isRecord(one) && isScalar(one[name]) ? [[one[name], one] as const] : []));
    const found = new Map<unknown, unknown>(having);
    return found.size === having.length ? found : undefined;
  };
  const [first] = a;
  let best: readonly (readonly [unknown, unknown])[] = [];
  for (const name of isRecord(first) ? Object.keys(first).slice(0, MAX_MEMBERS) : []) {
    const [left, right] = [valuesOf(a, name), valuesOf(b, name)];
    if (left === undefined || right === undefined) continue;
    const met = [...left].flatMap(([value, one]) => (right.has(value) ? [[one, right.get(value)] as const] : []));
    if (met.length > best.length) best = met;
  }
  const [inA, inB] = [new Set(best.map(([one]) => one)), new Set(best.map(([, other]) => other))];
  return [
    [...inA, ...a.filter((one) => !inA.has(one))],
    [...inB, ...b.filter((one) => !inB.has(one))],
  ];
}

const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

/** What an element is found by in the other list. */
function keyOf(value: unknown, side: 'control' | 'candidate', unifier: Unifier | undefined): string {
  const text = stableText(value);
  return unifier === undefined ? text : unifier.mask(text, side);
}

/** What is deeper, or comes after so many values, says nothing about which element it is: it is compared all the same. */
const KEY_DEPTH = 20;
const KEY_VALUES = 10_000;

/** JSON with keys in one order, to a bounded depth and size. */
export function stableText(value: unknown, depth = 0, budget = { left: KEY_VALUES }): string {
  budget.left -= 1;
  if (budget.left < 0) return '…';
  const isList = Array.isArray(value);
  if (!isList && !isRecord(value))
    return JSON.stringify(typeof value === 'string' && value.length > KEY_VALUES ? value.slice(0, KEY_VALUES) : value);
  if (depth === KEY_DEPTH) return '…';
  const below = (member: unknown): string => stableText(member, depth + 1, budget);
  if (isList) return `[${value.slice(0, KEY_VALUES).map(below).join(',')}]`;
  const keys = Object.keys(value);
  if (keys.length > KEY_VALUES) return `{${keys.length}}`;
  // What is short first: a long list must not hide a name.
  const isShort = (key: string): boolean => typeof value[key] !== 'object';
  keys.sort();
  return `{${[...keys.filter(isShort), ...keys.filter((key) => !isShort(key))]
    .map((key) => `${JSON.stringify(key)}:${below(value[key])}`)
    .join(',')}}`;
}
