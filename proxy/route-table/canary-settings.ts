import { z } from 'zod';
import { isLoopback } from '../../shared/this-machine-only';
import { isTimeZone, parseWindow, type FrozenWindow } from './freeze';

const shareMessage = 'expected a share in percent, above 0 and up to 100';
/** Of the users. */
export const percent = z.number(shareMessage).gt(0, shareMessage).max(100, shareMessage);

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const windowMessage = "expected days and times such as 'Fri 16:00 - Mon 08:00'";
const window = z.string(windowMessage).refine((text) => parseWindow(text) !== undefined, windowMessage);
const gateMessage = 'expected an https URL; http on this machine only';

/** `canary:` in `routes.yml`: how a route climbs automatically. After a change: `npm run schema`, and the table in climb/README.md. */
export const canarySchema = z.strictObject({
  steps: z
    .array(percent)
    .min(1)
    .max(20)
    .refine(
      (steps) => steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0)),
      'expected rising shares',
    )
    .optional()
    .describe('Shares of the users, one after the other, up to `percent` if that is given. Default: 1, 5, 25, 100'),
  every: z
    .string()
    .regex(/^[1-9]\d{0,4}[smhd]$/, 'expected a time such as 90s, 30m, 12h or 7d')
    .optional()
    .describe('How long a step lasts at least. Default: 30m'),
  freeze: z
    .union([window, z.array(window).max(20)], { error: windowMessage })
    .optional()
    .describe("When no share rises automatically, for example 'Fri 16:00 - Mon 08:00', or a list of these"),
  timeZone: z
    .string()
    .refine(isTimeZone, 'expected a time zone such as Europe/Berlin')
    .optional()
    .describe('Whose clocks `freeze` means. Default: UTC'),
  gate: z
    .string(gateMessage)
    .max(2_000)
    .refine(isGate, gateMessage)
    .optional()
    .describe('Asked by POST before each step; any answer but 200 means: not yet'),
});

export type CanaryEntry = z.infer<typeof canarySchema>;

/** How a route climbs: parsed once at load, trusted afterwards. */
export interface Climb {
  /** Rising; the last is the ceiling of the file. */
  readonly steps: readonly number[];
  /** ms that a step lasts at least. */
  readonly every: number;
  readonly freeze: readonly FrozenWindow[];
  readonly timeZone: string;
  readonly gate: string | undefined;
}

/** With every default filled in; `ceiling` is the route's `percent`. */
export function climbOf(entry: CanaryEntry, ceiling = 100): Climb {
  const { steps = [1, 5, 25, 100], every = '30m', freeze = [], timeZone = 'UTC', gate } = entry;
  return {
    steps: [...new Set(steps.map((step) => Math.min(step, ceiling)))],
    every: Number(every.slice(0, -1)) * UNITS[every.slice(-1) as keyof typeof UNITS],
    freeze: [freeze].flat().flatMap((text) => parseWindow(text) ?? []),
    timeZone,
    gate,
  };
}

function isGate(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isHere = isLoopback(hostname.replace(/^\[|\]$/g, ''));
  // What stands in routes.yml is read by many: no credentials.
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && isHere));
}
