/** The lines that differ, in the form of `diff -u` without its headings; empty for equal texts. Pure. */
export function diffLines(before: string, after: string, context = 2): readonly string[] {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const common = commonLengths(a, b);
  const all: { readonly mark: ' ' | '-' | '+'; readonly line: string }[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      all.push({ mark: ' ', line: left });
      i += 1;
      j += 1;
    } else if (left !== undefined && (right === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      all.push({ mark: '-', line: left });
      i += 1;
    } else if (right !== undefined) {
      all.push({ mark: '+', line: right });
      j += 1;
    }
  }
  const isNear = (index: number): boolean =>
    all.slice(Math.max(0, index - context), index + context + 1).some(({ mark }) => mark !== ' ');
  return all.flatMap(({ mark, line }, index) => {
    if (isNear(index)) return [mark + line];
    return isNear(index - 1) ? ['...'] : [];
  });
}

/** Of the longest common subsequence from each pair of lines on. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const lengths: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] = a[i] === b[j] ? at(lengths, i + 1, j + 1) + 1 : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1));
    }
  return lengths;
}

const at = (lengths: readonly (readonly number[])[], i: number, j: number): number => lengths[i]?.[j] ?? 0;
