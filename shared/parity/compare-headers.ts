import { difference, type Difference, type ObservedResponse } from './exchange';

/** Headers that are not compared here, each with its reason. */
const NOT_COMPARED: ReadonlyMap<string, string> = new Map([
  ['date', 'the moment of the answer, made by whoever sends it'],
  ['connection', 'concerns one connection (RFC 9110 section 7.6.1)'],
  ['keep-alive', 'concerns one connection'],
  ['transfer-encoding', 'concerns one connection'],
  ['set-cookie', 'compared by attribute'],
]);

/** Headers whose lines make one list, so that one line with commas and several lines say the same (RFC 9110 section 5.3). */
const LISTS = new Set([
  'vary',
  'allow',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
]);

/** Compares header lines by case-insensitive name: presence, how often, and values in their order. */
export function compareHeaders(
  control: ObservedResponse['headers'],
  candidate: ObservedResponse['headers'],
): Difference[] {
  const expected = byName(control);
  const found = byName(candidate);
  const differences: Difference[] = [];
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (NOT_COMPARED.has(name)) continue;
    const a = valueOf(name, expected.get(name));
    const b = valueOf(name, found.get(name));
    if (a === b) continue;
    const kind = b === undefined ? 'missing' : a === undefined ? 'unexpected' : 'value';
    differences.push(difference(`header ${name}`, kind, a, b));
  }
  return differences;
}

function byName(headers: ObservedResponse['headers']): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const values = named.get(lower);
    if (values === undefined) named.set(lower, [value]);
    else values.push(value);
  }
  return named;
}

function valueOf(name: string, lines: readonly string[] | undefined): string | undefined {
  if (lines === undefined || !LISTS.has(name)) return lines?.join('\n');
  return lines
    .flatMap((line) => line.split(','))
    .map((item) => item.trim().toLowerCase())
    .sort()
    .join(', ');
}
