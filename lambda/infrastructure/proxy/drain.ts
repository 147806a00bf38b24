/** How the load balancer asks `/.banyan/readyz`: seconds, and how many failures make a target unhealthy. */
export const HEALTH = { interval: 10, timeout: 5, healthy: 2, unhealthy: 2 } as const;

/** Seconds that the proxy takes at most to finish what runs, once it has stopped accepting (proxy/README.md). */
const FINISH = 30;

/** ECS takes no longer stop timeout on Fargate. */
const LONGEST_STOP = 120;

/** Seconds. */
export interface DrainTimes {
  /** `DRAIN_DELAY` of the proxy: serves on while `readyz` says 503. */
  readonly drainDelay: number;
  /** How long the load balancer leaves requests under way to a target that it no longer sends new ones. */
  readonly deregistrationDelay: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeout: number;
}

/**
 * Times that fit each other. The proxy serves on until the load balancer has noticed; the load balancer waits as long as the proxy may take;
 * the process is killed only after both.
 *
 * @throws Error for a health check so slow that Fargate would kill the process before
 */
export function drainTimes({
  interval,
  unhealthy,
}: {
  readonly interval: number;
  readonly unhealthy: number;
}): DrainTimes {
  const drainDelay = interval * unhealthy + 5;
  const deregistrationDelay = drainDelay + FINISH;
  const stopTimeout = deregistrationDelay + 5;
  if (stopTimeout > LONGEST_STOP)
    throw new Error(
      `A health check every ${interval} s, ${unhealthy} times, needs ${stopTimeout} s to stop a task; Fargate allows ${LONGEST_STOP}: check more often`,
    );
  return { drainDelay, deregistrationDelay, stopTimeout };
}
