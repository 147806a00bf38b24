/** Calendar arithmetic on the UTC fields of a date, which may stand for local time (see timezone.ts). */
export const DAY = 86_400_000;

const startOfYear = (year: number): number => new Date(0).setUTCFullYear(year, 0, 1);

/** 1 to 366. */
export const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - startOfYear(date.getUTCFullYear())) / DAY) + 1;
/** 1 (Monday) to 7 (Sunday), ISO 8601. */
export const isoDayOfWeek = (date: Date): number => date.getUTCDay() || 7;

/** ISO 8601 week and the year it belongs to: the week is that of its Thursday. */
export function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (4 - isoDayOfWeek(date)) * DAY);
  return { year: thursday.getUTCFullYear(), week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 };
}

/** Week 0 to 53, weeks beginning on Sundays; days before the first Sunday are in week 0. */
export const week = (date: Date): number => Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7);

/** Moves by months; a day that the month does not have becomes its last day. */
export function addMonths(date: Date, months: number): Date {
  const moved = new Date(date);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const lastDay = new Date(moved);
  lastDay.setUTCMonth(lastDay.getUTCMonth() + 1, 0);
  moved.setUTCDate(Math.min(date.getUTCDate(), lastDay.getUTCDate()));
  return moved;
}

export const pad = (value: number, width: number): string => String(value).padStart(width, '0');
