/** Upper bounds of the histogram's buckets in ms, each about 1.5 times the one before; what is slower falls into a last one. */
export const LATENCY_BOUNDS = [
  1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144,
  8192, 12_288, 16_384, 32_768,
] as const;

export const LATENCY_BUCKETS = LATENCY_BOUNDS.length + 1;

/** Which bucket a duration falls into; five comparisons. */
export function latencyBucket(ms: number): number {
  let low = 0;
  let high: number = LATENCY_BOUNDS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms <= (LATENCY_BOUNDS[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The upper bound of the quantile's bucket (0 to 1), at most half too high; Infinity beyond the last, undefined when nothing was counted. */
export function latencyQuantile(counts: ArrayLike<number>, quantile: number): number | undefined {
  let total = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) total += counts[bucket] ?? 0;
  if (total === 0) return undefined;
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    seen += counts[bucket] ?? 0;
    if (seen >= quantile * total) return LATENCY_BOUNDS[bucket] ?? Infinity;
  }
  return Infinity;
}
