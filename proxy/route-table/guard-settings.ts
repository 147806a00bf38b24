import { z } from 'zod';
import { MAX_CLIENTS } from '../statistics/hits-by-client';

const share = z
  .number('expected a share from 0 to 1')
  .min(0, 'expected a share from 0 to 1')
  .max(1, 'expected a share from 0 to 1');

/** `guard:` of a route in `routes.yml`: limits beyond which the route returns to legacy. After a change: `npm run schema`, and the table in guard/README.md. */
export const guardSchema = z
  .strictObject({
    window: z.number().min(1).max(3600).default(30).describe('Length of the window in seconds'),
    minRequests: z.int().min(1).max(1_000_000).default(20).describe('Fewer requests in the window prove nothing'),
    minClients: z
      .int()
      .min(1)
      .max(MAX_CLIENTS)
      .default(3)
      .describe('How many clients must be affected. With 1, a single client can roll the route back'),
    errorRate: share.default(0.05).describe("Share of Lambda's errors before fallback, above legacy's"),
    statusShare: share
      .default(0.1)
      .describe("Share of Lambda's checked 401, 403 and 404 answers that legacy, asked the same, does not give"),
    latency: z
      .number()
      .min(1)
      .max(100)
      .default(3)
      .describe('How many times the baseline’s p99 Lambda may take, cold starts apart'),
    mismatchRate: share.default(0.01).describe('Share of confirmed mismatches'),
  })
  .transform(({ window, ...limits }) => Object.freeze({ windowMs: window * 1000, ...limits }));

/** With every default filled in, and the window in ms. */
export type GuardSettings = z.output<typeof guardSchema>;

export function guardSettings(entry: z.input<typeof guardSchema> = {}): GuardSettings {
  return guardSchema.parse(entry);
}
