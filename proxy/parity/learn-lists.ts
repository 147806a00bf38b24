import { isRecord } from '../../shared/config/faults';
import { parseJsonPath } from '../../shared/json-path';
import { decompress } from '../../shared/parity/decompress';
import type { Difference } from '../../shared/parity/exchange';
import { generalPath } from '../../shared/parity/propose-rule';
import { parseJson } from '../../shared/session/parse-json';
import type { Observation } from './observe';

/** Lists that are tried as sets, per pair of answers. */
const MAX_LISTS = 10;

/** Lists of which several elements differ, the outermost first. */
export function listsOf(differences: readonly Difference[]): readonly string[] {
  const elements = new Map<string, Set<string>>();
  for (const { path } of differences)
    for (const { index, 0: element } of path.startsWith('body $') ? path.matchAll(/\[\d+\]/g) : []) {
      const list = path.slice(0, index);
      elements.set(list, (elements.get(list) ?? new Set()).add(element));
    }
  const lists = [...elements].filter(([, of]) => of.size > 1).map(([list]) => generalPath(list));
  return [...new Set(lists)].sort((a, b) => a.length - b.length).slice(0, MAX_LISTS);
}

/** The list at a path without any index; undefined where there is none. */
export function listAt(path: string, { response }: Observation): readonly unknown[] | undefined {
  const steps = parseJsonPath(path) ?? [];
  if (!Buffer.isBuffer(response.body) || steps.some(({ kind }) => kind !== 'member')) return undefined;
  let value = parseJson(decompress(response, response.body).toString());
  for (const step of steps) value = isRecord(value) && step.kind === 'member' ? value[step.name] : undefined;
  return Array.isArray(value) ? value : undefined;
}

/** Members by which both lists are sorted, with the same values from element to element; undefined for lists that say nothing of it. */
export function sortedMembers(
  a: readonly unknown[] | undefined,
  b: readonly unknown[] | undefined,
): readonly string[] | undefined {
  const [first] = a ?? [];
  if (a === undefined || b === undefined || a.length < 2 || !isRecord(first)) return undefined;
  const valuesOf = (list: readonly unknown[], name: string): readonly unknown[] =>
    list.map((one) => (isRecord(one) ? one[name] : undefined));
  return Object.keys(first).filter((name) => {
    const values = valuesOf(a, name);
    const other = valuesOf(b, name);
    const isSorted = [1, -1].some((way) =>
      values.every((value, i) => i === 0 || orderOf(values[i - 1], value) * way >= 0),
    );
    return new Set(values).size > 1 && isSorted && values.every((value, i) => value === other[i]);
  });
}

/** NaN for what cannot be sorted. */
function orderOf(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return b - a;
  return typeof a === 'string' && typeof b === 'string' ? Number(a < b) - Number(a > b) : NaN;
}

/** Whether less differs in the elements of a list, and nothing is more or less there, once its order says nothing. */
export function isCalmer(list: string, before: readonly Difference[], after: readonly Difference[]): boolean {
  const below = (differences: readonly Difference[]): readonly Difference[] =>
    differences.filter(({ path }) => generalPath(path).startsWith(`${list}[`));
  const members = (differences: readonly Difference[]): number =>
    new Set(below(differences).map(({ path }) => generalPath(path))).size;
  const isWhole = below(after).every(({ kind }) => kind === 'value');
  return isWhole && members(after) < members(before);
}
