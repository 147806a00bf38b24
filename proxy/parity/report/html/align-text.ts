import { longestCommon } from '../../../../shared/parity/longest-common';
import type { Mark, Row } from './marks';

/** Beyond so many pairs of lines, lines are paired by their number. */
const MAX_PAIRS = 1_000_000;

/** Two texts side by side, line by line: equal lines on the same row (longest common subsequence). */
export function alignText(control: string, candidate: string, mark: Mark): Row[] {
  const a = control.split('\n');
  const b = candidate.split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;

  const equal = (lines: readonly string[]): Row[] => lines.map((line) => [line, line, 'equal']);
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  const middle = left.length * right.length > MAX_PAIRS ? pairUp(left, right, mark) : alignMiddle(left, right, mark);
  return [...equal(a.slice(0, start)), ...middle, ...equal(a.slice(a.length - end))];
}

function pairUp(left: readonly string[], right: readonly string[], mark: Mark): Row[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i): Row => {
    const [a = null, b = null] = [left[i], right[i]];
    return [a, b, a === b ? 'equal' : mark];
  });
}

function alignMiddle(left: readonly string[], right: readonly string[], mark: Mark): Row[] {
  const rows: Row[] = [];
  let [i, j] = [0, 0];
  for (const [a, b] of [...longestCommon(left, right), [left.length, right.length] as const]) {
    rows.push(...pairUp(left.slice(i, a), right.slice(j, b), mark));
    const line = left[a];
    if (line !== undefined) rows.push([line, line, 'equal']);
    [i, j] = [a + 1, b + 1];
  }
  return rows;
}
