import fc from 'fast-check';
import { bucketOf, isInShare } from '../../../../proxy/cohort/bucket';

const STEPS = [1, 5, 25, 50, 100];

describe('cohorts', () => {
  it('has shares within half a point, and a higher share only adds users', () => {
    const moved = STEPS.map(() => 0);
    for (let user = 0; user < 100_000; user += 1) {
      const bucket = bucketOf(user.toString(16).padStart(24, '0'));
      let before = false;
      for (const [i, percent] of STEPS.entries()) {
        const now = isInShare(bucket, percent);
        if (before && !now) throw new Error(`user ${user} was moved back at ${percent} %`);
        before = now;
        if (now) moved[i] = (moved[i] ?? 0) + 1;
      }
    }
    for (const [i, percent] of STEPS.entries()) {
      expect(Math.abs((moved[i] ?? 0) / 1_000 - percent)).toBeLessThan(0.5);
    }
  });

  // A promise: whoever has Lambda today has it after an upgrade too. A change of these numbers reshuffles every user.
  it.each([
    ['507f1f77bcf86cd799439011', 10.692948242649436],
    ['user-1', 49.37160594854504],
    ['42', 21.182521805167198],
    ['åsa', 58.74723515007645],
    ['', 30.245545622892678],
  ])('gives user %p the place that it has always had', (userId, bucket) => expect(bucketOf(userId)).toBe(bucket));

  it('moves nobody at 0 %, and a user at its own place only above it', () => {
    expect(isInShare(0, 0)).toBe(false);
    expect(isInShare(25, 25)).toBe(false);
    expect(isInShare(24.999, 25)).toBe(true);
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
