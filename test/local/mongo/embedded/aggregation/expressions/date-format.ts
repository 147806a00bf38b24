import { MongoServerFault } from '../../errors';
import { dayOfYear, isoDayOfWeek, isoWeek, pad, week } from './calendar';
import { toLocal } from './timezone';

export const DEFAULT_FORMAT = '%Y-%m-%dT%H:%M:%S.%LZ';
export const DEFAULT_FORMAT_IN_ZONE = '%Y-%m-%dT%H:%M:%S.%L';

/** The format specifiers of `$dateToString` (manual: "Format Specifiers"). */
const SPECIFIERS: Readonly<Record<string, (local: Date, offsetMinutes: number) => string>> = {
  d: (date) => pad(date.getUTCDate(), 2),
  G: (date) => pad(isoWeek(date).year, 4),
  H: (date) => pad(date.getUTCHours(), 2),
  j: (date) => pad(dayOfYear(date), 3),
  L: (date) => pad(date.getUTCMilliseconds(), 3),
  m: (date) => pad(date.getUTCMonth() + 1, 2),
  M: (date) => pad(date.getUTCMinutes(), 2),
  S: (date) => pad(date.getUTCSeconds(), 2),
  u: (date) => String(isoDayOfWeek(date)),
  U: (date) => pad(week(date), 2),
  V: (date) => pad(isoWeek(date).week, 2),
  w: (date) => String(date.getUTCDay() + 1),
  Y: (date) => pad(date.getUTCFullYear(), 4),
  z: (_date, offset) =>
    `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60), 2)}${pad(Math.abs(offset) % 60, 2)}`,
  Z: (_date, offset) => `${offset < 0 ? '-' : '+'}${Math.abs(offset)}`,
  '%': () => '%',
};

/**
 * Formats a date.
 *
 * @throws MongoServerFault 18536 for a specifier the manual does not list, 18537 for a year beyond 0 to 9999
 */
export function formatDate(instant: Date, format: string, timezone: string): string {
  const local = toLocal(instant, timezone);
  const offset = Math.trunc((local.getTime() - instant.getTime()) / 60_000);
  if (local.getUTCFullYear() < 0 || local.getUTCFullYear() > 9999)
    throw new MongoServerFault(
      18_537,
      `Could not convert date to string: date component was outside the supported range of 0-9999`,
    );
  return format.replace(/%(.?)/gsu, (_match, specifier: string) => {
    const write = SPECIFIERS[specifier];
    if (write === undefined || !Object.hasOwn(SPECIFIERS, specifier))
      throw new MongoServerFault(18_536, `Invalid format character '%${specifier}' in format string`);
    return write(local, offset);
  });
}
