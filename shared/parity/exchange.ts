import { preview, visible } from './preview';

/** A body too large to keep, or kept elsewhere: known by its length and hash only. */
export interface BodyDigest {
  readonly length: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

export type ObservedBody = Buffer | BodyDigest;

/** Longer bodies are compared by {@link BodyDigest}. The same as what a Lambda can answer. */
export const MAX_BUFFERED_BODY = 6 * 1024 * 1024;

/** An answer as a client received it: what the comparator compares. */
export interface ObservedResponse {
  readonly statusCode: number;
  /** Name and value of every header line, in order, as received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: ObservedBody;
}

export type ValueType = 'absent' | 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** One place where the candidate (Lambda) differs from the control (legacy). */
export interface Difference {
  /** `status`, `header etag`, `cookie eventsapp.sid; expires`, `body $.events[3].title`, `database events inserted after.title`. */
  readonly path: string;
  readonly kind: 'missing' | 'unexpected' | 'type' | 'value';
  /** What legacy answered, shortened for reading; undefined when it had nothing there. */
  readonly control: string | undefined;
  readonly candidate: string | undefined;
  /** For records that may hold no values. */
  readonly controlType: ValueType;
  readonly candidateType: ValueType;
}

/** Makes a difference whose values are fit for a report. */
export function difference(path: string, kind: Difference['kind'], control: unknown, candidate: unknown): Difference {
  return {
    path,
    kind,
    control: preview(control),
    candidate: preview(candidate),
    controlType: typeOf(control),
    candidateType: typeOf(candidate),
  };
}

export function typeOf(value: unknown): ValueType {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'boolean' || type === 'number' || type === 'string' ? type : 'object';
}

/** `title: value, "a" became "b"` in one line, for terminals and test failures. */
export function describeDifference({ path, kind, control, candidate, ...types }: Difference): string {
  const a = control === undefined ? 'nothing' : visible(control, candidate);
  const b = candidate === undefined ? 'nothing' : visible(candidate, control);
  if (kind === 'missing') return `${path}: legacy has ${a}, the candidate ${b}`;
  if (kind === 'unexpected') return `${path}: the candidate has ${b}, legacy ${a}`;
  if (kind === 'type') return `${path}: ${types.controlType} ${a} became ${types.candidateType} ${b}`;
  return `${path}: ${a} became ${b}`;
}

/** The values of a header, one for each line, in order. */
export function headerValues({ headers }: Pick<ObservedResponse, 'headers'>, wanted: string): readonly string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}
