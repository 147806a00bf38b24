/** Bounds between which a share lies with some confidence. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Of the normal distribution, two-sided 95 %. */
const Z_95 = 1.959963984540054;

/** Wilson's score interval (1927) without continuity correction, honest for few trials and shares near 0; no trials: from 0 to 1. */
export function wilsonInterval(hits: number, trials: number, z = Z_95): Interval {
  if (trials <= 0) return { lower: 0, upper: 1 };
  const share = hits / trials;
  const zz = z * z;
  const center = share + zz / (2 * trials);
  const spread = z * Math.sqrt((share * (1 - share)) / trials + zz / (4 * trials * trials));
  const scale = 1 + zz / trials;
  return {
    // Exactly 0 and 1 at the ends, where the formula leaves a rounding error.
    lower: hits === 0 ? 0 : Math.max(0, (center - spread) / scale),
    upper: hits === trials ? 1 : Math.min(1, (center + spread) / scale),
  };
}
