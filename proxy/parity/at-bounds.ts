import type { Document } from 'mongodb';

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

/** Days and moments in the query of a request. */
export const daysIn = (path: string): readonly string[] =>
  /\?(.*)/.exec(path)?.[1]?.match(/\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g) ?? [];

/** A document with each of its times at the bounds of what a request asks for, and in a week of two years, which is asked for instead. */
export function atBounds(document: Document, path: string): readonly AtBound[] {
  const days = daysIn(path);
  const [from, to, more] = days;
  const moments = days.flatMap((day, i): (Pick<AtBound, 'what' | 'bound'> & { readonly time: number })[] => [
    { what: `at ${day}, a bound of what is asked for`, bound: `at ${i}`, time: Date.parse(day) },
    { what: `just before ${day}, a bound of what is asked for`, bound: `before ${i}`, time: Date.parse(day) - 1 },
  ]);
  const week = from === undefined || to === undefined || more !== undefined ? undefined : inWeek(path, from, to);
  return Object.keys(document)
    .filter((field) => document[field] instanceof Date)
    .flatMap((field) => [
      ...moments
        .filter(({ time }) => !Number.isNaN(time))
        .map(({ time, ...its }): AtBound => ({ ...its, field, document: { ...document, [field]: new Date(time) } })),
      ...(week === undefined ? [] : IN_WEEK).map((time): AtBound => ({
        ...{ field, what: `${time}, in a week of two years`, bound: time },
        document: { ...document, [field]: new Date(time) },
        ...(week !== undefined && { path: week }),
      })),
    ]);
}

/** The same target, asking for {@link WEEK}. */
function inWeek(path: string, from: string, to: string): string {
  const [start, end] = [path.indexOf(from), path.lastIndexOf(to)];
  const between = path.slice(start + WEEK.from.length, end);
  return path.slice(0, start) + WEEK.from + between + WEEK.to + path.slice(end + WEEK.to.length);
}
