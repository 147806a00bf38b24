/** What a way through a request's hops has taken, in ms. */
export interface Latency {
  /** The first request after the deployment. */
  readonly cold: number;
  /** Median and 95th percentile of those after. */
  readonly median: number;
  readonly p95: number;
  readonly samples: number;
}

/** Ways to the same function, each with one hop more than the one before it. */
export interface Latencies {
  readonly function: Latency;
  readonly gateway: Latency;
  readonly authorizer: Latency;
  readonly proxy: Latency;
}

/** Sends a cold request by each way, in order, then `samples` rounds of one by each, so that none profits from what warms up meanwhile. */
export async function measureLatencies(
  ways: Readonly<Record<keyof Latencies, () => Promise<unknown>>>,
  samples: number,
): Promise<Latencies> {
  const time = async (send: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await send();
    return performance.now() - began;
  };
  const names = ['function', 'gateway', 'authorizer', 'proxy'] as const;
  const times = new Map<keyof Latencies, number[]>();
  for (let round = 0; round <= samples; round += 1)
    for (const name of names) times.set(name, [...(times.get(name) ?? []), await time(ways[name])]);
  const of = (name: keyof Latencies): Latency => {
    const [cold = 0, ...warm] = times.get(name) ?? [];
    const sorted = warm.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    return { cold, median: at(0.5), p95: at(0.95), samples };
  };
  return { function: of('function'), gateway: of('gateway'), authorizer: of('authorizer'), proxy: of('proxy') };
}

/** What each hop adds to what is behind it: of the medians, and of the first requests. */
export function addedByHop(latencies: Latencies): readonly {
  readonly hop: 'gateway' | 'authorizer' | 'proxy';
  readonly warm: number;
  readonly cold: number;
}[] {
  const { function: own, gateway, authorizer, proxy } = latencies;
  // The proxy's route has no authorizer: it is in front of the gateway only.
  return (
    [
      ['gateway', gateway, own],
      ['authorizer', authorizer, gateway],
      ['proxy', proxy, gateway],
    ] as const
  ).map(([hop, way, behind]) => ({
    hop,
    warm: way.median - behind.median,
    // Behind it everything is warm by then, but for the gateway's own function.
    cold: way.cold - (hop === 'gateway' ? behind.cold : behind.median),
  }));
}
