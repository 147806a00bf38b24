/** Steady requests per second, and how many may come at once. */
export interface ThrottleOptions {
  readonly rate: number;
  readonly burst: number;
}

/**
 * A token bucket: `burst` tokens, refilled at `rate` a second. Returns whether a request may pass.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
 */
export function createThrottle({ rate, burst }: ThrottleOptions, now: () => number): () => boolean {
  let tokens = burst;
  let last = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + (Math.max(0, time - last) / 1000) * rate);
    last = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
