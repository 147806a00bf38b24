/** How legacy answered a route before it moved: what Lambda is measured against. */
export interface Baseline {
  readonly requests: number;
  /** Share of all answers, 0 to 1. */
  readonly errorRate: number;
  /** ms; undefined when nothing was measured. */
  readonly p99: number | undefined;
}

/** Answers of one side of one route, counted over some time. */
export interface CountedAnswers {
  readonly requests: number;
  readonly errors: number;
  /** Of warm answers, in ms; Infinity beyond the histogram's last bound, undefined when nothing was measured. */
  readonly p99: number | undefined;
}

/** Fewer say nothing about shares of percents. */
export const MIN_BASELINE_REQUESTS = 100;

/** undefined when there were too few requests. Pure. */
export function toBaseline(traffic: CountedAnswers | undefined): Baseline | undefined {
  if (traffic === undefined || traffic.requests < MIN_BASELINE_REQUESTS) return undefined;
  const { requests, errors, p99 } = traffic;
  return { requests, errorRate: errors / requests, p99: p99 === Infinity ? undefined : p99 };
}
