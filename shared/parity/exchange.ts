/** An answer as a client received it: what the comparator compares. */
export interface ObservedResponse {
  readonly statusCode: number;
  /** Name and value of every header line, in order, as received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** One place where the candidate (Lambda) differs from the control (legacy). */
export interface Difference {
  /** `status`, `header etag`, `cookie eventsapp.sid; expires`, `body $.events[3].title`. */
  readonly path: string;
  readonly kind: 'missing' | 'unexpected' | 'type' | 'value';
  /** What legacy answered, shortened for reading; undefined when it had nothing there. */
  readonly control: string | undefined;
  readonly candidate: string | undefined;
}

/** Makes a difference whose values are fit for a report. */
export function difference(path: string, kind: Difference['kind'], control: unknown, candidate: unknown): Difference {
  return { path, kind, control: shorten(control), candidate: shorten(candidate) };
}

const LONGEST = 200;

function shorten(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}
