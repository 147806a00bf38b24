import { DAY_MS, readDay, toDay } from '../day';
import { asFields, validated, type FieldErrors, type Validated } from '../validation';

/** Reads `{ day }` of a report that is asked for; without one it is the last whole UTC day. */
export function validateReportRequest(body: unknown, now: Date): Validated<{ day: string }> {
  const { day = toDay(new Date(now.getTime() - DAY_MS)) } = asFields(body);
  const start = readDay(day);
  const fields: FieldErrors = {};
  if (start === undefined) fields['day'] = 'must be a date such as 2026-11-02';
  else if (start > now) fields['day'] = 'must not be in the future';
  return validated(fields, { day: start === undefined ? '' : toDay(start) });
}
