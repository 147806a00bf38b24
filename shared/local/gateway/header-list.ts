/** Headers in order, with their names as sent. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Pairs out of Node's `rawHeaders`, which keep case, order and duplicates. */
export function headerList(rawHeaders: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    list.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return list;
}

export function headerValues(headers: HeaderList, name: string): string[] {
  const wanted = name.toLowerCase();
  return headers.flatMap(([key, value]) => (key.toLowerCase() === wanted ? [value] : []));
}

export function lastHeader(headers: HeaderList, name: string): string | undefined {
  return headerValues(headers, name).at(-1);
}

/** What the quota of 10,240 bytes counts: names, values, and `: ` and the line end of each. */
export function headerBytes(headers: HeaderList): number {
  return headers.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value, 'latin1') + 4,
    0,
  );
}

/** Groups by name, case-sensitively as API Gateway does, in the order of first occurrence. */
export function groupByName(pairs: HeaderList): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return groups;
}
