/** One step of a path: a member, any member, or (`..`) a member at any depth. */
type Step = { readonly kind: 'member' | 'descendant'; readonly name: string } | { readonly kind: 'any' };

export type JsonPath = readonly Step[];

const STEP = /\.\.([\w$-]+)|\.(\*|[\w$-]+)|\[(\*|\d+)\]|\['([^']+)'\]/y;

/** Reads a path such as `$.user.email`, `$.events[*].venue` or `$..phone` (RFC 9535 without filters and slices); undefined for anything else. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$') || text === '$') return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const found = STEP.exec(text);
    if (found === null) return undefined;
    const [, descendant, member, index, quoted] = found;
    const name = member ?? index ?? quoted ?? '';
    if (descendant !== undefined) steps.push({ kind: 'descendant', name: descendant });
    else steps.push(name === '*' && quoted === undefined ? { kind: 'any' } : { kind: 'member', name });
  }
  return steps;
}

/** Calls `replace` for every place that the path names, and puts in what it returns. Changes the value it is given. */
export function replaceAt(value: unknown, path: JsonPath, replace: (found: unknown) => unknown): void {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    const child = holder[key];
    if (step.kind === 'descendant') replaceAt(child, path, replace);
    if (step.kind !== 'any' && key !== step.name) continue;
    if (rest.length === 0) holder[key] = replace(child);
    else replaceAt(holder[key], rest, replace);
  }
}
