import type { Document } from 'mongodb';
import { pairsOf } from './generate/set-field';
import { splitTarget } from './generate/variation';

/** A document with another time, and the request's target where another one is asked. */
export interface AtBound {
  readonly field: string;
  readonly what: string;
  /** Which of the bounds, whatever day it is. */
  readonly bound: string;
  readonly document: Document;
  readonly path?: string;
}

/** A week of two years, which ISO 8601 counts to the first of them. */
const WEEK = { from: '2026-12-28', to: '2027-01-04' };
const IN_WEEK = ['2026-12-31T23:59:59.999Z', '2027-01-01T12:00:00Z', '2027-01-03T23:59:59.999Z'];

const TIME = /^(\d{4}-\d\d-\d\d)(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/;

interface AskedTime {
  readonly day: string;
  readonly text: string;
  /** In the pairs of the query. */
  readonly index: number;
}

/** Times that a request asks for in its query, the earliest first. */
function timesIn(path: string): readonly AskedTime[] {
  return pairsOf(splitTarget(path).query)
    .flatMap(({ value: text }, index): AskedTime[] => {
      const day = TIME.exec(text)?.[1];
      return day === undefined || Number.isNaN(Date.parse(text)) ? [] : [{ day, text, index }];
    })
    .sort((a, b) => Date.parse(a.text) - Date.parse(b.text));
}

/** Days and moments in the query of a request, the earliest first. */
export const daysIn = (path: string): readonly string[] => timesIn(path).map(({ text }) => text);

/** A document with each of its times at the bounds of what a request asks for, and in a week of two years, which is asked for instead. */
export function atBounds(document: Document, path: string): readonly AtBound[] {
  const times = timesIn(path);
  const [from, to, more] = times;
  const moments = times.flatMap(({ text }, i): (Pick<AtBound, 'what' | 'bound'> & { readonly time: number })[] => [
    { what: `at ${text}, a bound of what is asked for`, bound: `at ${i}`, time: Date.parse(text) },
    { what: `just before ${text}, a bound of what is asked for`, bound: `before ${i}`, time: Date.parse(text) - 1 },
  ]);
  const week = from === undefined || to === undefined || more !== undefined ? undefined : inWeek(path, from, to);
  return Object.keys(document)
    .filter((field) => document[field] instanceof Date)
    .flatMap((field) => [
      ...moments.map(({ time, ...its }): AtBound => ({
        ...its,
        field,
        document: { ...document, [field]: new Date(time) },
      })),
      ...(week === undefined ? [] : IN_WEEK).map((time): AtBound => ({
        ...{ field, what: `${time}, in a week of two years`, bound: time },
        document: { ...document, [field]: new Date(time) },
        ...(week !== undefined && { path: week }),
      })),
    ]);
}

/** The same target, asking for {@link WEEK}. */
function inWeek(target: string, from: AskedTime, to: AskedTime): string {
  const { path, query } = splitTarget(target);
  const pairs = query.split('&').filter((pair) => pair !== '');
  for (const [{ index, day }, other] of [[from, WEEK.from] as const, [to, WEEK.to] as const])
    pairs[index] = (pairs[index] ?? '').replace(day, other);
  return `${path}?${pairs.join('&')}`;
}
