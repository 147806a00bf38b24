export const DAY_MS = 86_400_000;

/** The UTC day of a moment: `2026-11-02`. */
export function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The beginning of a UTC day that is written like `2026-11-02`; undefined for anything else. */
export function readDay(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00.000Z`);
  // JavaScript reads the 30th of February as the 2nd of March.
  return !Number.isNaN(date.getTime()) && toDay(date) === value ? date : undefined;
}
