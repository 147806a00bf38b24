/** Of the mixture: mean 1 %, and most weight near 0, where promising routes are. Fixed before anything is seen, for every limit alike. */
const [A, B] = [0.25, 24.75];
/** How often a bound may ever lie below the truth, whenever it is looked at. */
export const ALPHA = 0.025;

/**
 * Upper bound of a share after `hits` in `trials`, valid at every time at once: whoever looks as often, and stops when, they
 * like sees it below the true share in at most {@link ALPHA} of all cases. The upper end of the beta-binomial mixture's confidence
 * sequence (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon 2021). No trials: 1. Pure.
 */
export function shareBound(hits: number, trials: number): number {
  if (trials <= 0 || hits >= trials) return 1;
  const threshold = Math.log(1 / ALPHA) - (logBeta(A + hits, B + trials - hits) - logBeta(A, B));
  // Convex, with its minimum at the observed share: above that it rises to the only place where it meets the threshold.
  const isRefuted = (share: number): boolean =>
    -hits * Math.log(share) - (trials - hits) * Math.log1p(-share) >= threshold;
  let [low, high] = [hits / trials, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (isRefuted(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** How many more trials without a hit would bring the bound below a limit; undefined when no number up to a billion would. Pure. */
export function cleanTrialsNeeded(hits: number, trials: number, limit: number): number | undefined {
  const suffices = (more: number): boolean => shareBound(hits, trials + more) < limit;
  if (suffices(0)) return 0;
  let [tooFew, enough] = [0, 1];
  while (!suffices(enough)) {
    if (enough > 1e9) return undefined;
    [tooFew, enough] = [enough, enough * 2];
  }
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (suffices(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/**
 * How many of a population have to be looked at, and be clean, to show that less than `limit` of it is not: if it were more, all of so many
 * would be clean in at most {@link ALPHA} of all cases (drawn without putting back). That many are reached once, so looking often costs
 * nothing. Pure.
 */
export function cleanOfPopulation(population: number, limit: number): number {
  const marked = Math.max(1, Math.ceil(limit * population));
  const chance = (unseen: number): number => {
    let product = 1;
    for (let i = 0; i < marked; i += 1) product *= Math.max(0, unseen - i) / (population - i);
    return product;
  };
  let seen = 0;
  while (seen < population && chance(population - seen) > ALPHA) seen += 1;
  return seen;
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** Stirling's series (Abramowitz and Stegun 6.1.41) from 10 on, below that by the recurrence; for x > 0. */
function logGamma(x: number): number {
  let [shift, z] = [0, x];
  for (; z < 10; z += 1) shift += Math.log(z);
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift;
}
