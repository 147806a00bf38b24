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
  const width = right.length + 1;
  const common = new Uint32Array((left.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1)
    for (let j = right.length - 1; j >= 0; j -= 1)
      common[i * width + j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));

  const rows: Row[] = [];
  let [removed, added]: [string[], string[]] = [[], []];
  const flush = (): void => {
    rows.push(...pairUp(removed, added, mark));
    [removed, added] = [[], []];
  };
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [a, b] = [left[i], right[j]];
    if (a !== undefined && a === b) {
      flush();
      rows.push([a, a, 'equal']);
      [i, j] = [i + 1, j + 1];
    } else if (a !== undefined && (b === undefined || at(i + 1, j) >= at(i, j + 1))) {
      removed.push(a);
      i += 1;
    } else {
      added.push(b ?? '');
      j += 1;
    }
  }
  flush();
  return rows;
}
