import fc from 'fast-check';
import { diffLines } from '../../../../../proxy/cli/init/diff';

it('a diff has what makes one text the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before.join('\n'), after.join('\n'), 20);
      const side = (mark: string): string[] => lines.filter((line) => line[0] !== mark).map((line) => line.slice(1));
      if (lines.length === 0) expect(before).toEqual(after);
      else expect([side('+').join('\n'), side('-').join('\n')]).toEqual([before.join('\n'), after.join('\n')]);
    }),
  );
  expect(diffLines('1\n2\n3\n4\n5\n6', 'x\n2\n3\n4\n5\ny', 1)).toEqual(['-1', '+x', ' 2', '...', ' 5', '-6', '+y']);
});
