import { createHash } from 'node:crypto';
import { difference, type Difference, type ObservedResponse } from './exchange';

/** Compares bodies by what their content type says they are: JSON by structure, text by its first difference, the rest by hash and length. */
export function compareBodies(control: ObservedResponse, candidate: ObservedResponse): Difference[] {
  if (control.body.equals(candidate.body)) return [];
  if (control.body.length === 0) return [difference('body', 'unexpected', undefined, candidate.body.toString())];
  if (candidate.body.length === 0) return [difference('body', 'missing', control.body.toString(), undefined)];
  const type = contentType(control);
  if (/[/+]json\b/.test(type)) {
    const expected = parseJson(control.body);
    const found = parseJson(candidate.body);
    if (expected !== undefined && found !== undefined) {
      const differences = compareValues('$', expected.value, found.value);
      // Equal values, other bytes: key order, spaces or escapes. A client that parses cannot tell, one that hashes can.
      return differences.length > 0
        ? differences
        : [difference('body', 'value', control.body.toString(), candidate.body.toString())];
    }
  }
  if (/^text\/|[/+](json|xml|javascript)\b/.test(type))
    return [compareTexts(control.body.toString(), candidate.body.toString())];
  return [difference('body', 'value', fingerprint(control.body), fingerprint(candidate.body))];
}

/** Compares JSON values; a changed type is told apart from a changed value, the order of keys does not matter. */
export function compareValues(path: string, control: unknown, candidate: unknown): Difference[] {
  if (Object.is(control, candidate)) return [];
  const expectedType = typeOf(control);
  if (expectedType !== typeOf(candidate)) return [difference(`body ${path}`, 'type', control, candidate)];
  if (Array.isArray(control) && Array.isArray(candidate)) {
    const length = Math.max(control.length, candidate.length);
    return Array.from({ length }, (_, i) => i).flatMap((i) => {
      if (i >= candidate.length) return [difference(`body ${path}[${i}]`, 'missing', control[i], undefined)];
      if (i >= control.length) return [difference(`body ${path}[${i}]`, 'unexpected', undefined, candidate[i])];
      return compareValues(`${path}[${i}]`, control[i], candidate[i]);
    });
  }
  if (isRecord(control) && isRecord(candidate)) {
    return [...new Set([...Object.keys(control), ...Object.keys(candidate)])].flatMap((key) => {
      const place = `${path}${memberPath(key)}`;
      if (!Object.hasOwn(candidate, key)) return [difference(`body ${place}`, 'missing', control[key], undefined)];
      if (!Object.hasOwn(control, key)) return [difference(`body ${place}`, 'unexpected', undefined, candidate[key])];
      return compareValues(place, control[key], candidate[key]);
    });
  }
  return [difference(`body ${path}`, 'value', control, candidate)];
}

function compareTexts(control: string, candidate: string): Difference {
  let at = 0;
  while (at < control.length && control[at] === candidate[at]) at += 1;
  const line = control.slice(0, at).split('\n').length;
  const from = Math.max(0, at - 20);
  return difference(`body line ${line}`, 'value', control.slice(from, from + 120), candidate.slice(from, from + 120));
}

function contentType({ headers }: ObservedResponse): string {
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1].toLowerCase() ?? '';
}

function parseJson(body: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(body.toString()) };
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function memberPath(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function fingerprint(body: Buffer): string {
  return `${body.length} bytes, sha256 ${createHash('sha256').update(body).digest('hex')}`;
}
