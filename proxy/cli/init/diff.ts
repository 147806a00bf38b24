import { longestCommon } from '../../../shared/parity/longest-common';

/** The lines that differ, in the form of `diff -u` without its headings; empty for equal texts. Pure. */
export function diffLines(before: string, after: string, context = 2): readonly string[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const all: string[] = [];
  let [i, j] = [0, 0];
  for (const [left, right] of [...longestCommon(a, b), [a.length, b.length] as const]) {
    all.push(...a.slice(i, left).map((line) => `-${line}`), ...b.slice(j, right).map((line) => `+${line}`));
    if (left < a.length) all.push(` ${a[left] ?? ''}`);
    [i, j] = [left + 1, right + 1];
  }
  const isNear = (index: number): boolean =>
    all.slice(Math.max(0, index - context), index + context + 1).some((line) => !line.startsWith(' '));
  return all.flatMap((line, index) => (isNear(index) ? [line] : isNear(index - 1) ? ['...'] : []));
}
