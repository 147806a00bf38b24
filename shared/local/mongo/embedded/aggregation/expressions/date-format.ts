import { MongoServerFault } from '../../errors';
import { dayOfYear, isoDayOfWeek, isoWeek, pad, week } from './calendar';
import { toLocal } from './timezone';

export const DEFAULT_FORMAT = '%Y-%m-%dT%H:%M:%S.%LZ';
export const DEFAULT_FORMAT_IN_ZONE = '%Y-%m-%dT%H:%M:%S.%L';

type Write = (local: Date, offsetMinutes: number) => string;

/** The format specifiers of `$dateToString` (manual: "Format Specifiers"). */
const SPECIFIERS: Readonly<Record<string, Write>> = {
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

/** Formats seldom vary; a pipeline applies one to every document. */
const compiled = new Map<string, readonly Write[]>();
const MOST_COMPILED = 100;

function compileFormat(format: string): readonly Write[] {
  const known = compiled.get(format);
  if (known !== undefined) return known;
  const parts = Array.from(format.matchAll(/%(.?)|[^%]+/gsu), ([text, specifier]): Write => {
    if (specifier === undefined) return () => text;
    const write = Object.hasOwn(SPECIFIERS, specifier) ? SPECIFIERS[specifier] : undefined;
    if (write === undefined)
      throw new MongoServerFault(18_536, `Invalid format character '%${specifier}' in format string`);
    return write;
  });
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(format, parts);
  return parts;
}

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
  return compileFormat(format)
    .map((write) => write(local, offset))
    .join('');
}
