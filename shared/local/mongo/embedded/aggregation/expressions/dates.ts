import { Int32 } from 'bson';
import { wholeNumber } from '../../bson/numbers';
import type { BsonValue } from '../../bson/values';
import { isArray, isDocument, isNullish } from '../../bson/values';
import { MongoServerFault, notSupported } from '../../errors';
import type { CompileOperator } from '../operands';
import { compileOptional, expectDate, expectString, namedOperands } from '../operands';
import { shellText } from '../../bson/shell-text';
import { addMonths, DAY, dayOfYear, isoDayOfWeek, isoWeek } from './calendar';
import { DEFAULT_FORMAT, DEFAULT_FORMAT_IN_ZONE, formatDate } from './date-format';
import { fromLocal, toLocal } from './timezone';

/** One field of a date; the operand is the date, or `{date, timezone}`. */
const part =
  (read: (local: Date) => number): CompileOperator =>
  (operand, compiler) => {
    const first = isDocument(operand) ? operand.keys().next().value : undefined;
    const single = isArray(operand) && operand.length === 1 ? (operand[0] ?? null) : operand;
    const parts =
      first === 'date' || first === 'timezone'
        ? namedOperands(operand, compiler.name, { required: ['date'], optional: ['timezone'] })
        : { date: single };
    const date = compiler.compile(parts.date);
    const timezone = compileOptional(parts.timezone, compiler);
    return (scope) => {
      const instant = date(scope);
      const zone = parts.timezone === undefined ? 'UTC' : timezone(scope);
      if (isNullish(instant) || isNullish(zone)) return null;
      return new Int32(read(toLocal(expectDate(instant), expectString(zone, 40_533, compiler.name))));
    };
  };

const dateToString: CompileOperator = (operand, compiler) => {
  const parts = namedOperands(operand, compiler.name, {
    required: ['date'],
    optional: ['format', 'timezone', 'onNull'],
  });
  const date = compiler.compile(parts.date);
  const timezone = compileOptional(parts.timezone, compiler);
  const onNull = compiler.compile(parts.onNull ?? null);
  const format = compileOptional(parts.format, compiler);
  return (scope) => {
    const instant = date(scope);
    const zone = parts.timezone === undefined ? 'UTC' : timezone(scope);
    const fallback = parts.timezone === undefined ? DEFAULT_FORMAT : DEFAULT_FORMAT_IN_ZONE;
    const pattern = parts.format === undefined ? fallback : format(scope);
    if (isNullish(pattern) || isNullish(zone)) return null;
    if (isNullish(instant)) return onNull(scope);
    return formatDate(
      expectDate(instant),
      expectString(pattern, 18_533, compiler.name),
      expectString(zone, 40_517, compiler.name),
    );
  };
};

const UNITS = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond'] as const;
type Unit = (typeof UNITS)[number];
const MILLISECONDS = { week: 7 * DAY, day: DAY, hour: 3_600_000, minute: 60_000, second: 1_000, millisecond: 1 };
const MONTHS = { year: 12, quarter: 3, month: 1 };
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
/** Bins are counted from 2000-01-01T00:00 (manual: `$dateTrunc`). */
const REFERENCE = Date.UTC(2000, 0, 1);

function expectUnit(value: BsonValue, name: string): Unit {
  const unit = UNITS.find((known) => known === value);
  if (unit === undefined)
    throw new MongoServerFault('FailedToParse', `unknown time unit value: ${shellText(value)} (${name})`);
  return unit;
}

const dateTrunc: CompileOperator = (operand, compiler) => {
  const { name } = compiler;
  const parts = namedOperands(operand, name, {
    required: ['date', 'unit'],
    optional: ['binSize', 'timezone', 'startOfWeek'],
  });
  const [date, unit] = [compiler.compile(parts.date), compiler.compile(parts.unit)];
  const size = compiler.compile(parts.binSize ?? new Int32(1));
  const timezone = compiler.compile(parts.timezone ?? 'UTC');
  const startOfWeek = compiler.compile(parts.startOfWeek ?? 'sunday');
  return (scope) => {
    const values = [date(scope), unit(scope), size(scope), timezone(scope), startOfWeek(scope)];
    const [instant, unitName, bin, zone, weekStart] = values;
    if (isNullish(instant) || isNullish(unitName) || isNullish(bin) || isNullish(zone) || isNullish(weekStart))
      return null;
    const binSize = wholeNumber(bin);
    if (binSize === undefined || binSize < 1)
      throw new MongoServerFault(5_439_017, `${name} requires 'binSize' to be greater than 0`);
    const weekday = expectString(weekStart, 5_439_015, name).toLowerCase();
    const firstDay = WEEKDAYS.findIndex((day) => [day, day.slice(0, 3)].includes(weekday));
    if (firstDay === -1) throw new MongoServerFault('FailedToParse', `unknown day of week value: ${weekday}`);
    return truncate(expectDate(instant), {
      unit: expectUnit(unitName, name),
      binSize,
      timezone: expectString(zone, 40_517, name),
      firstDay,
    });
  };
};

function truncate(
  instant: Date,
  {
    unit,
    binSize,
    timezone,
    firstDay,
  }: { readonly unit: Unit; readonly binSize: number; readonly timezone: string; readonly firstDay: number },
): Date {
  const local = toLocal(instant, timezone);
  switch (unit) {
    case 'year':
    case 'quarter':
    case 'month': {
      const months = (local.getUTCFullYear() - 2000) * 12 + local.getUTCMonth();
      const size = binSize * MONTHS[unit];
      return fromLocal(new Date(Date.UTC(2000, Math.floor(months / size) * size, 1)), timezone);
    }
    case 'week': {
      if (binSize !== 1) throw notSupported('$dateTrunc to several weeks');
      const days = Math.floor(local.getTime() / DAY);
      return fromLocal(new Date((days - ((local.getUTCDay() - firstDay + 7) % 7)) * DAY), timezone);
    }
    case 'day':
      return fromLocal(new Date(binStart(local.getTime(), binSize * DAY, REFERENCE)), timezone);
    default: {
      // Across a clock change a bin of several hours has no documented start.
      if (binSize !== 1 && /^[A-Za-z]{2}/.test(timezone) && timezone !== 'UTC' && timezone !== 'GMT')
        throw notSupported('$dateTrunc to several hours, minutes or seconds in a named time zone');
      const offset = local.getTime() - instant.getTime();
      return new Date(binStart(local.getTime(), binSize * MILLISECONDS[unit], REFERENCE) - offset);
    }
  }
}

const binStart = (time: number, size: number, reference: number): number =>
  Math.floor((time - reference) / size) * size + reference;

const dateShift =
  (sign: 1 | -1): CompileOperator =>
  (operand, compiler) => {
    const { name } = compiler;
    const parts = namedOperands(operand, name, { required: ['startDate', 'unit', 'amount'], optional: ['timezone'] });
    const [start, unit, amount] = [
      compiler.compile(parts.startDate),
      compiler.compile(parts.unit),
      compiler.compile(parts.amount),
    ];
    const timezone = compiler.compile(parts.timezone ?? 'UTC');
    return (scope) => {
      const [instant, unitName, count, zone] = [start(scope), unit(scope), amount(scope), timezone(scope)];
      if (isNullish(instant) || isNullish(unitName) || isNullish(count) || isNullish(zone)) return null;
      const steps = wholeNumber(count);
      if (steps === undefined) throw new MongoServerFault(5_166_405, `${name} expects integer amount of time units`);
      return move(expectDate(instant), expectUnit(unitName, name), steps * sign, expectString(zone, 40_517, name));
    };
  };

function move(instant: Date, unit: Unit, amount: number, timezone: string): Date {
  const moved = moveUnchecked(instant, unit, amount, timezone);
  if (Number.isNaN(moved.getTime())) throw new MongoServerFault(5_166_406, 'date overflow');
  return moved;
}

function moveUnchecked(instant: Date, unit: Unit, amount: number, timezone: string): Date {
  switch (unit) {
    case 'year':
    case 'quarter':
    case 'month':
      return fromLocal(addMonths(toLocal(instant, timezone), amount * MONTHS[unit]), timezone);
    case 'week':
    case 'day':
      return fromLocal(new Date(toLocal(instant, timezone).getTime() + amount * MILLISECONDS[unit]), timezone);
    default:
      return new Date(instant.getTime() + amount * MILLISECONDS[unit]);
  }
}

/** Date expression operators. */
export const DATES: Readonly<Record<string, CompileOperator>> = {
  $year: part((date) => date.getUTCFullYear()),
  $month: part((date) => date.getUTCMonth() + 1),
  $dayOfMonth: part((date) => date.getUTCDate()),
  $dayOfWeek: part((date) => date.getUTCDay() + 1),
  $dayOfYear: part(dayOfYear),
  $hour: part((date) => date.getUTCHours()),
  $minute: part((date) => date.getUTCMinutes()),
  $second: part((date) => date.getUTCSeconds()),
  $millisecond: part((date) => date.getUTCMilliseconds()),
  $isoDayOfWeek: part(isoDayOfWeek),
  $isoWeek: part((date) => isoWeek(date).week),
  $isoWeekYear: part((date) => isoWeek(date).year),
  $dateToString: dateToString,
  $dateTrunc: dateTrunc,
  $dateAdd: dateShift(1),
  $dateSubtract: dateShift(-1),
};
