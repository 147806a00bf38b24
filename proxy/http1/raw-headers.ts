/** Headers as a flat list `name, value, name, value`, which keeps order, case and multiplicity. One byte is one character (latin1). */
export type RawHeaders = string[];

/** The first value of a header in a flat list; `name` in lower case. */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const sent = headers[i];
    if (sent?.length === name.length && sent.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}

/** The list without the named headers (lower-case names). */
export function withoutHeaders(headers: readonly string[], names: ReadonlySet<string>): RawHeaders {
  return headers.filter((_, i) => !names.has((headers[i - (i % 2)] ?? '').toLowerCase()));
}

/** A flat list as pairs of name and value. */
export function pairs(flat: readonly string[]): [name: string, value: string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) list.push([flat[i] ?? '', flat[i + 1] ?? '']);
  return list;
}
