import { weakETag } from '../weak-etag';
import type { Change } from './database-effects';
import type { ObservedResponse } from './exchange';

/** What one side answered to a request that writes, and what it did. */
export interface ObservedWrite {
  readonly response: ObservedResponse;
  readonly changes: readonly Change[];
}

/** What tells made-up values from those that were there before. */
export interface Unification {
  /** Whether an id (24 hexadecimal digits) was known before the request. */
  readonly isKnownId: (id: string) => boolean;
  /** The request was answered within this time; clocks of the two sides are the same. */
  readonly from: Date;
  readonly to: Date;
}

const ID = /\b[0-9a-f]{24}\b/g;
const ISO_TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** A date as canonical Extended JSON has it: milliseconds as text. */
const EJSON_TIME = /"\$numberLong":"(\d{13})"/g;

/**
 * Gives the values that each side makes up the same names on both sides: new ids by their order of appearance, times of the
 * request as `<now>`. Whatever refers to a new id must so refer to the same one: the Location, the body, the document and the
 * notification. A weak ETag becomes `<of the body>`, if it is the body's; cookies have a comparison of their own. Pure.
 */
export function unifyWrite({ response, changes }: ObservedWrite, unification: Unification): ObservedWrite {
  const unify = unifier(unification);
  const text = response.body.toString();
  // Bytes that are no text stay what they are.
  const body = Buffer.from(text).equals(response.body) ? Buffer.from(unify(text)) : response.body;
  const unifiedChanges = changes.map((change) => ({
    ...change,
    id: unify(change.id),
    before: unifyJson(change.before, unify),
    after: unifyJson(change.after, unify),
  }));
  // Last: gateways put ids of their own into headers, which must not be counted first.
  const headers = response.headers.map(([name, value]): readonly [string, string] => {
    if (name.toLowerCase() === 'set-cookie') return [name, value];
    const isTagOfBody = name.toLowerCase() === 'etag' && value === weakETag(text);
    return [name, isTagOfBody ? '<of the body>' : unify(value)];
  });
  return { response: { ...response, headers, body }, changes: unifiedChanges };
}

function unifier({ isKnownId, from, to }: Unification): (text: string) => string {
  const names = new Map<string, string>();
  const isNow = (time: number): boolean => time >= from.getTime() && time <= to.getTime();
  const idOf = (id: string): string => {
    if (isKnownId(id)) return id;
    const name = names.get(id) ?? `<new id ${names.size + 1}>`;
    names.set(id, name);
    return name;
  };
  return (text) =>
    text
      .replaceAll(ID, idOf)
      .replaceAll(ISO_TIME, (time) => (isNow(Date.parse(time)) ? '<now>' : time))
      .replaceAll(EJSON_TIME, (whole, time) => (isNow(Number(time)) ? '"$numberLong":"<now>"' : whole));
}

function unifyJson(value: unknown, unify: (text: string) => string): unknown {
  return value === undefined ? undefined : JSON.parse(unify(JSON.stringify(value)));
}
