import { groupBy } from '../../../shared/group-by';
import type { Field } from './field';
import { LONGEST, probesOf } from './probes';
import { ABSENT, hasPlaceFor, setField, textOf, valueOf } from './set-field';
import type { DraftRequest, Variation } from './variation';

/** Every probe of every field, and fields next to one another. */
export function fieldVariations(fields: readonly Field[]): readonly Variation[] {
  return [
    ...fields.flatMap((field) =>
      probesOf(field).map(([kind, value]) => vary([field], kind, (request) => setField(request, field, value))),
    ),
    ...neighbours(fields, ({ shape, isNamed }) => isNamed && (shape === 'number' || shape === 'time')).flatMap(
      ([a, b]) => bounds(a, b),
    ),
  ];
}

/** One kind of value in all fields of a shape at once: where a few cases are all there is, each of them tries it everywhere. */
export function commonVariations(fields: readonly Field[]): readonly Variation[] {
  const free = (field: Field): boolean =>
    field.isNamed &&
    field.schema.enum === undefined &&
    ['body', 'query'].includes(field.part) &&
    !holdsOthers(field, fields);
  const alike = groupBy(fields.filter(free), ({ part, shape, at }) => `${part} ${shape} ${at.length}`);
  return [...alike.values()].flatMap((group): readonly Variation[] => {
    const probes = group.map((field) => ({ field, values: new Map(probesOf(field)) }));
    const [first, ...others] = probes;
    if (first === undefined || others.length === 0) return [];
    const isShort = (kind: string): boolean =>
      probes.reduce((sum, { values }) => sum + lengthOf(values.get(kind)), 0) <= LONGEST[first.field.part];
    const kinds = [...first.values.keys()].filter(
      (kind) => others.every(({ values }) => values.has(kind)) && isShort(kind),
    );
    return kinds.map((kind) =>
      vary([first.field, ...others.map(({ field }) => field)], kind, (request) =>
        probes.reduce((draft, { field, values }) => setField(draft, field, values.get(kind)), request),
      ),
    );
  });
}

const lengthOf = (value: unknown): number => (value === ABSENT ? 0 : textOf(value).length);

/** Two optional fields at a time: neither, one without the other, both, and the forms in which a field says nothing. */
export function pairVariations(fields: readonly Field[]): readonly Variation[] {
  const states: readonly (readonly [string, (field: Field) => unknown])[] = [
    ['absent', () => ABSENT],
    ['null', () => null],
    ['empty', () => ''],
    ['given', ({ seen, schema }) => seen.at(-1) ?? schema.enum?.[0] ?? 1],
  ];
  // Of a part of which a contract names the fields, others are most likely not read.
  return neighbours(fields, ({ isOptional, isNamed }) => isOptional && isNamed).flatMap(([a, b]) =>
    states.flatMap(([first, ofFirst]) =>
      states.map(([second, ofSecond]) =>
        vary([a, b], `${first} and ${second}`, (request) => setField(setField(request, a, ofFirst(a)), b, ofSecond(b))),
      ),
    ),
  );
}

function vary(fields: readonly [Field, ...Field[]], kind: string, apply: Variation['apply']): Variation {
  const field = fields.map(({ name }) => name).join(' and ');
  return {
    ...{ name: `${field}: ${kind}`, kind, field, apply },
    group: fields[0].part,
    applies: (request) => fields.every((one) => hasPlaceFor(one, request)),
  };
}

/** Bounds of a range meet, change places, or come as near as can be. */
function bounds(a: Field, b: Field): readonly Variation[] {
  const of = (field: Field, request: DraftRequest): unknown => valueOf(request, field) ?? field.seen[0] ?? 1;
  const set = (kind: string, values: (first: unknown, second: unknown) => readonly [unknown, unknown]): Variation =>
    vary([a, b], kind, (request) => {
      const [first, second] = values(of(a, request), of(b, request));
      return setField(setField(request, a, first), b, second);
    });
  return [
    set('both the first', (first) => [first, first]),
    set('both the second', (_first, second) => [second, second]),
    set('changed round', (first, second) => [second, first]),
    set('one apart', (first) => [first, next(first)]),
    set('one apart, the other way', (first) => [next(first), first]),
  ];
}

function next(value: unknown): unknown {
  const text = String(value);
  if (/^\d+$/.test(text)) return typeof value === 'number' ? value + 1 : String(Number(text) + 1);
  const isDay = text.length === 10;
  const moment = new Date(Date.parse(text) + (isDay ? 86_400_000 : 1));
  return Number.isNaN(moment.getTime()) ? value : moment.toISOString().slice(0, isDay ? 10 : undefined);
}

/** Pairs of fields that stand next to one another, not in one another. */
function neighbours(
  fields: readonly Field[],
  isWanted: (field: Field) => boolean,
): readonly (readonly [Field, Field])[] {
  const wanted = fields.filter(isWanted).slice(0, MOST_PAIRED);
  return wanted.flatMap((a, i) =>
    wanted
      .slice(i + 1)
      .filter((b) => b.part === a.part && b.at.slice(0, -1).join('\n') === a.at.slice(0, -1).join('\n'))
      .filter((b) => !isWithin(b, a) && !isWithin(a, b))
      .map((b) => [a, b] as const),
  );
}

const MOST_PAIRED = 12;

/** `filter[status]` is within `filter`. */
const isWithin = (inner: Field, outer: Field): boolean => inner.name.startsWith(`${outer.name}[`);

export const holdsOthers = (field: Field, fields: readonly Field[]): boolean =>
  fields.some((one) => isWithin(one, field));
