import { z } from 'zod';
import { MAX_CLIENTS } from '../statistics/hits-by-client';

const share = z
  .number('expected a share from 0 to 1')
  .min(0, 'expected a share from 0 to 1')
  .max(1, 'expected a share from 0 to 1');

/** `guard:` of a route in `routes.yml`: limits beyond which the route returns to legacy. */
export const guardSchema = z.strictObject({
  window: z.number().min(1).max(3600).optional().describe('Length of the window in seconds. Default 30'),
  minRequests: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Fewer requests in the window prove nothing. Default 20'),
  minClients: z
    .int()
    .min(1)
    .max(MAX_CLIENTS)
    .optional()
    .describe('How many clients must be affected. With 1, a single client can roll the route back. Default 3'),
  errorRate: share.optional().describe("Share of Lambda's errors before fallback, above legacy's. Default 0.05"),
  statusShare: share
    .optional()
    .describe(
      "Share of Lambda's checked 401, 403 and 404 answers that legacy, asked the same, does not give. Default 0.1",
    ),
  latency: z
    .number()
    .min(1)
    .max(100)
    .optional()
    .describe('How many times the baseline’s p99 Lambda may take, cold starts apart. Default 3'),
  mismatchRate: share.optional().describe('Share of confirmed mismatches. Default 0.01'),
});

/** The same with every default filled in; the window in ms. */
export interface GuardSettings {
  readonly windowMs: number;
  readonly minRequests: number;
  readonly minClients: number;
  readonly errorRate: number;
  readonly statusShare: number;
  readonly latency: number;
  readonly mismatchRate: number;
}

/** Fills in the defaults. */
export function guardSettings(entry: z.infer<typeof guardSchema> = {}): GuardSettings {
  const {
    window = 30,
    minRequests = 20,
    minClients = 3,
    errorRate = 0.05,
    statusShare = 0.1,
    latency = 3,
    mismatchRate = 0.01,
  } = entry;
  return Object.freeze({
    windowMs: window * 1000,
    minRequests,
    minClients,
    errorRate,
    statusShare,
    latency,
    mismatchRate,
  });
}
