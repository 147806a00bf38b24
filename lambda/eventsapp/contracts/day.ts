export const DAY_MS = 86_400_000;

/** The UTC day of an instant: `2026-11-02`. */
export function formatDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The beginning of a UTC day written like `2026-11-02`; undefined for anything else. */
export function parseDay(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const day = new Date(`${value}T00:00:00Z`);
  // JavaScript takes the 30th of February for the 2nd of March.
  return !Number.isNaN(day.getTime()) && formatDay(day) === value ? day : undefined;
}
