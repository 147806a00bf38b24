import { studyLearning } from './study';

describe('rules that are learned', () => {
  it('cover the noise, and hide at most two of the faults that come later', async () => {
    const judged = await studyLearning(1);
    const hidden = judged.filter(({ signs }) => signs.length === 0).map(({ name }) => name);
    process.stdout.write(`${judged.length} noise pairs: learned rules hide the later fault of ${hidden.length}\n`);
    expect(judged.length).toBeGreaterThanOrEqual(22);
    expect(hidden.length).toBeLessThanOrEqual(2);
    const noisy = judged.filter(({ isLeftToAPerson }) => !isLeftToAPerson);
    expect(noisy.filter(({ noise }) => noise.length > 0)).toEqual([]);
    expect(noisy.filter(({ rules }) => rules.length === 0)).toEqual([]);
    expect(judged.filter(({ isLeftToAPerson, rules }) => isLeftToAPerson && rules.length > 0)).toEqual([]);
  });
});
