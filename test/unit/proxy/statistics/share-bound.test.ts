import fc from 'fast-check';
import { ALPHA, cleanOfPopulation, cleanTrialsNeeded, shareBound } from '../../../../proxy/statistics/share-bound';

/** The same mixture as a product of predictions: Pólya's urn that begins with 0.25 hits and 24.75 others. */
function logEvidenceAgainst(share: number, hits: number, trials: number): number {
  let sum = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    // In which order they come does not matter.
    const [hit, hitsBefore] = trial < hits ? [true, trial] : [false, hits];
    const predicted = (0.25 + hitsBefore) / (25 + trial);
    sum += hit ? Math.log(predicted / share) : Math.log((1 - predicted) / (1 - share));
  }
  return sum;
}

describe('the bound of a share', () => {
  it.each([
    [0, 0.01, 441],
    [1, 0.01, 804],
    [2, 0.01, 1052],
    [0, 0.05, 79],
    [0, 0.001, 5020],
  ])('%d hits: below %d after %d trials, not before', (hits, limit, trials) => {
    expect(shareBound(hits, trials)).toBeLessThan(limit);
    expect(shareBound(hits, trials - 1)).toBeGreaterThanOrEqual(limit);
    expect(cleanTrialsNeeded(hits, hits, limit)).toBe(trials - hits);
  });

  it('is the highest share that an urn of the same beginning does not refute', () => {
    const cases = fc.tuple(fc.nat(6), fc.integer({ min: 1, max: 3_000 })).map(([hits, clean]) => [hits, hits + clean]);
    fc.assert(
      fc.property(cases, ([hits = 0, trials = 0]) => {
        const bound = shareBound(hits, trials);
        expect(logEvidenceAgainst(bound, hits, trials)).toBeCloseTo(Math.log(1 / ALPHA), 4);
        expect(bound).toBeGreaterThan(hits / trials);
      }),
      { numRuns: 200 },
    );
  });

  it('is 1 when nothing is known, or nothing but hits; more clean trials lower it, more hits raise it', () => {
    expect([shareBound(0, 0), shareBound(3, 3)]).toEqual([1, 1]);
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 1, max: 1_000_000 }), (hits, clean) => {
        const bound = shareBound(hits, hits + clean);
        expect(shareBound(hits, hits + clean + 1)).toBeLessThan(bound);
        expect(shareBound(hits + 1, hits + clean + 1)).toBeGreaterThan(bound);
      }),
    );
  });

  it.each([0.01, 0.05])(
    'of a share of %d is ever below it in at most 2.5 %% of all cases, by the sum over all ways',
    (share) => {
      /** Chances of so many hits without having seen the bound below. */
      let ways = [1];
      let [promotable, ever] = [-1, 0];
      for (let trials = 1; trials <= 4_000; trials += 1) {
        const last = Math.min(trials, 300);
        ways = Array.from(
          { length: last + 1 },
          (_, hits) => (ways[hits] ?? 0) * (1 - share) + (ways[hits - 1] ?? 0) * share,
        );
        while (shareBound(promotable + 1, trials) < share) promotable += 1;
        for (let hits = 0; hits <= promotable; hits += 1) {
          ever += ways[hits] ?? 0;
          ways[hits] = 0;
        }
      }
      expect(ever).toBeLessThanOrEqual(ALPHA);
      // Not by never allowing anything.
      expect(ever).toBeGreaterThan(ALPHA / 4);
    },
  );
});

describe('a population that is known', () => {
  it('has to be seen to the last one when it is small, and less of it when it is larger', () => {
    expect([1, 20, 50, 200, 440].map((population) => cleanOfPopulation(population, 0.01))).toEqual([
      1, 20, 49, 168, 229,
    ]);
    expect(cleanOfPopulation(0, 0.01)).toBe(0);
  });

  it('hides no more than the limit in at most 2.5 % of all orders, by counting them', () => {
    for (const population of [5, 8, 11]) {
      const limit = 0.2;
      const marked = Math.ceil(limit * population);
      const seen = cleanOfPopulation(population, limit);
      let [clean, all] = [0, 0];
      // Where the marked ones stand, as sets of bits.
      for (let places = 0; places < 2 ** population; places += 1) {
        const bits = Array.from({ length: population }, (_, place) => (places >> place) & 1);
        if (bits.filter((bit) => bit === 1).length !== marked) continue;
        all += 1;
        if (!bits.slice(0, seen).includes(1)) clean += 1;
      }
      expect(clean / all).toBeLessThanOrEqual(ALPHA);
    }
  });
});
