import fc from 'fast-check';
import { formatDuration } from '../../../../proxy/cli/duration';

describe('formatDuration', () => {
  it.each<[number, string]>([
    [0, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [-300_000, '5 min'],
    [3_661_000, '1 h 1 min'],
    [3_612_000, '1 h'],
    [3 * 86_400_000 + 4 * 3_600_000 + 59 * 60_000, '3 d 4 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('never has more than two units, and never none', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e13 }), (ms) => /^\d+ \w+( \d+ \w+)?$/.test(formatDuration(ms))));
  });
});
