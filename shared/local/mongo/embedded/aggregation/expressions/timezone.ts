import { MongoServerFault } from '../../errors';

const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * Milliseconds by which local time in `timezone` is ahead of UTC at `instant`.
 *
 * @param timezone an Olson identifier, or an offset as `+hh`, `+hhmm` or `+hh:mm` (manual: `$dateToString`)
 * @throws MongoServerFault 40485 for anything else
 */
export function timezoneOffset(timezone: string, instant: number): number {
  if (timezone === 'UTC' || timezone === 'GMT' || timezone === 'Z') return 0;
  const fixed = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(timezone);
  if (fixed !== null) return milliseconds(fixed[1], fixed[2], fixed[3]);
  const named = formatter(timezone)
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName');
  const offset = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(named?.value ?? '');
  return offset === null ? 0 : milliseconds(offset[1], offset[2], offset[3], offset[4]);
}

function milliseconds(sign = '+', hours = '0', minutes = '0', seconds = '0'): number {
  const total = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return sign === '-' ? -total : total;
}

function formatter(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const unrecognized = new MongoServerFault(40_485, `unrecognized time zone identifier: ${JSON.stringify(timezone)}`);
  if (!/^[A-Za-z]/.test(timezone)) throw unrecognized;
  try {
    const created = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
    formatters.set(timezone, created);
    return created;
  } catch {
    throw unrecognized;
  }
}

/** The local wall clock in `timezone`, as a date whose UTC fields show it. */
export const toLocal = (instant: Date, timezone: string): Date =>
  new Date(instant.getTime() + timezoneOffset(timezone, instant.getTime()));

/** The instant at which clocks in `timezone` show what the UTC fields of `local` show. */
export function fromLocal(local: Date, timezone: string): Date {
  const guess = local.getTime() - timezoneOffset(timezone, local.getTime());
  return new Date(local.getTime() - timezoneOffset(timezone, guess));
}
