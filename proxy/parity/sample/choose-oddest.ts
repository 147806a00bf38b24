import { Decimal128, Double, Int32, Long, type Document } from 'mongodb';
import { isPlainObject } from './redact-document';

export interface Chosen<T> {
  readonly chosen: readonly T[];
  /** Number of different sets of fields and types among all documents. */
  readonly shapes: number;
  /** How many kinds of values the chosen documents have, of all there are. */
  readonly kinds: { readonly tried: number; readonly known: number };
}

/**
 * Chooses documents that cover the variety of a collection: those with the rarest fields, types and kinds of values first, until every kind is
 * covered. Kinds are, for example, a missing field, null, another type, the longest string, an empty list, non-ASCII letters, dates at midnight or
 * before 1970.
 */
export function chooseOddest<T extends Document>(documents: readonly T[], most: number): Chosen<T> {
  const seen = documents.map((of) => ({ of, ...look(of) }));
  const fields = new Set(seen.flatMap(({ lengths }) => [...lengths.keys()]));
  for (const field of fields) {
    const longest = seen.reduce((length, { lengths }) => Math.max(length, lengths.get(field) ?? 0), 0);
    const those = seen.filter(({ lengths }) => longest > 0 && lengths.get(field) === longest);
    if (those.length === 1) those[0]?.kinds.add(`longest ${field}`);
    for (const { kinds, lengths } of seen) if (!lengths.has(field)) kinds.add(`missing ${field}`);
  }
  const counts = new Map<string, number>();
  for (const { kinds } of seen) for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  // One document is enough for each set of kinds.
  const left = new Map(seen.map((one) => [[...one.kinds].sort().join('\n'), one]));
  const open = new Set(counts.keys());
  const chosen: T[] = [];
  while (chosen.length < most && open.size > 0) {
    let [key, worth] = ['', 0];
    for (const [other, { kinds }] of left) {
      let sum = 0;
      for (const kind of kinds) if (open.has(kind)) sum += 1 / (counts.get(kind) ?? 1);
      if (sum > worth) [key, worth] = [other, sum];
    }
    const best = left.get(key);
    if (best === undefined) break;
    left.delete(key);
    chosen.push(best.of);
    for (const kind of best.kinds) open.delete(kind);
  }
  const shapes = new Set([...counts.keys()].filter((kind) => kind.startsWith('shape ')));
  return { chosen, shapes: shapes.size, kinds: { tried: counts.size - open.size, known: counts.size } };
}

/** The kinds in a document, and for each field the length of its longest string or list. */
function look(document: Document): { readonly kinds: Set<string>; readonly lengths: ReadonlyMap<string, number> } {
  const kinds = new Set<string>();
  const lengths = new Map<string, number>();
  const types = new Set<string>();
  const visit = (value: unknown, field: string): void => {
    types.add(`${field} ${typeOf(value)}`);
    for (const kind of kindsOf(value)) kinds.add(`${kind} ${field}`);
    const length = typeof value === 'string' || Array.isArray(value) ? value.length : 0;
    lengths.set(field, Math.max(length, lengths.get(field) ?? 0));
    if (Array.isArray(value)) for (const one of value) visit(one, `${field}[]`);
    else if (isPlainObject(value)) for (const [name, one] of Object.entries(value)) visit(one, `${field}.${name}`);
  };
  visit(document, '');
  for (const type of types) kinds.add(type);
  kinds.add(`shape ${[...types].sort().join()}`);
  return { kinds, lengths };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? value.constructor.name : typeof value;
}

function kindsOf(value: unknown): readonly string[] {
  const of = (all: Readonly<Record<string, boolean>>): string[] => Object.keys(all).filter((kind) => all[kind]);
  if (typeof value === 'string')
    return of({
      empty: value === '',
      'beyond ASCII': Buffer.byteLength(value) > value.length,
      decomposed: value.normalize('NFC') !== value,
      'beyond the BMP': /[\u{10000}-\u{10ffff}]/u.test(value),
      control: /\p{Cc}/u.test(value),
      'space at an end': value.trim() !== value,
    });
  if (value instanceof Date) {
    const time = value.getTime();
    return of({ 'no moment': Number.isNaN(time), midnight: time % 86_400_000 === 0, 'before 1970': time < 0 });
  }
  if (Array.isArray(value)) return of({ empty: value.length === 0, 'more than 100': value.length > 100 });
  if (isPlainObject(value)) return of({ empty: Object.keys(value).length === 0 });
  if (![Int32, Long, Double, Decimal128].some((type) => value instanceof type)) return [];
  const number = Number(String(value));
  return of({
    zero: number === 0,
    negative: number < 0,
    fraction: Math.abs(number % 1) > 0,
    huge: Math.abs(number) > Number.MAX_SAFE_INTEGER,
  });
}
