/** How the load balancer checks `/.banyan/readyz`: seconds, and the number of failures that make a target unhealthy. */
export const HEALTH = { interval: 10, timeout: 5, healthy: 2, unhealthy: 2 } as const;

/** Seconds within which the proxy finishes running requests once it has stopped accepting new ones (proxy/README.md). */
const FINISH = 30;

/** The longest stop timeout that ECS accepts on Fargate, in seconds. */
const LONGEST_STOP = 120;

/** Seconds. */
export interface DrainTimes {
  /** The proxy's `DRAIN_DELAY`: it keeps serving while `readyz` says 503. */
  readonly drainDelay: number;
  /** How long the load balancer lets running requests finish on a target that gets no new ones. */
  readonly deregistrationDelay: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeout: number;
}

/**
 * Consistent drain times. The proxy keeps serving until the load balancer has noticed; the load balancer waits as long as the proxy may take; the
 * process is killed only after both.
 *
 * @throws Error for a health check so slow that Fargate would kill the process first
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
