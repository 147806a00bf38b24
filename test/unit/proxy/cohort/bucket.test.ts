import fc from 'fast-check';
import { bucketOf, isMoved } from '../../../../proxy/cohort/bucket';

const STEPS = [1, 5, 25, 50, 100];

describe('cohorts', () => {
  it('has shares within half a point, and a higher share only adds users', () => {
    const moved = STEPS.map(() => 0);
    for (let user = 0; user < 100_000; user += 1) {
      const bucket = bucketOf(user.toString(16).padStart(24, '0'));
      let before = false;
      for (const [i, percent] of STEPS.entries()) {
        const now = isMoved(bucket, percent);
        if (before && !now) throw new Error(`user ${user} was moved back at ${percent} %`);
        before = now;
        if (now) moved[i] = (moved[i] ?? 0) + 1;
      }
    }
    for (const [i, percent] of STEPS.entries()) {
      expect(Math.abs((moved[i] ?? 0) / 1_000 - percent)).toBeLessThan(0.5);
    }
  });

  it('gives everybody a place, always the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (userId) => {
        const bucket = bucketOf(userId);
        expect(bucket).toBeGreaterThanOrEqual(0);
        expect(bucket).toBeLessThan(100);
        expect(bucketOf(userId)).toBe(bucket);
      }),
    );
  });
});
