import { MUTANTS, studyMutants } from './study/study';

/** A few of the seeded faults with a few cases; all of them with all cases: npm run study:parity. */
const CHOSEN = ['trap 14: no Set-Cookie', 'trap 12: a stale ETag', 'an extra write: an audit log'];

it('catches seeded faults, and nothing without a fault', async () => {
  const mutants = MUTANTS.filter(({ name }) => CHOSEN.includes(name));
  expect(mutants).toHaveLength(CHOSEN.length);
  const results = await studyMutants({ mutants, cases: 120, seed: 1 });
  expect(results.filter(({ caught }) => caught === 0)).toEqual([]);
}, 240_000);

it('has at least sixty of them, with names of their own', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  expect(MUTANTS.length).toBeGreaterThanOrEqual(60);
});
