const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const DAY = 24 * 60;
const FORM =
  /^(Sun|Mon|Tue|Wed|Thu|Fri|Sat) ([01]\d|2[0-3]):([0-5]\d) - (Sun|Mon|Tue|Wed|Thu|Fri|Sat) ([01]\d|2[0-3]):([0-5]\d)$/;

/** A part of the week in which no share rises automatically. */
export interface FrozenWindow {
  readonly text: string;
  /** Minutes of the week, Sunday 00:00 is 0; the window may go over its end. */
  readonly from: number;
  readonly to: number;
}

/** Reads `Fri 16:00 - Mon 08:00`; undefined for anything else, and for a window without length. */
export function parseWindow(text: string): FrozenWindow | undefined {
  const [, fromDay = '', fromHour, fromMinute, toDay = '', toHour, toMinute] = FORM.exec(text) ?? [];
  const from = minuteOfWeek(fromDay, Number(fromHour), Number(fromMinute));
  const to = minuteOfWeek(toDay, Number(toHour), Number(toMinute));
  return Number.isNaN(from) || from === to ? undefined : { text, from, to };
}

/** Whether `Intl` knows a time zone by this name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The window that a moment lies in, by the clocks of a time zone; undefined: none. Pure. */
export function frozenBy(windows: readonly FrozenWindow[], timeZone: string, at: Date): FrozenWindow | undefined {
  if (windows.length === 0) return undefined;
  const format = { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const parts = new Intl.DateTimeFormat('en-US', format).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  const minute = minuteOfWeek(part('weekday'), Number(part('hour')), Number(part('minute')));
  return windows.find(({ from, to }) => (from < to ? minute >= from && minute < to : minute >= from || minute < to));
}

function minuteOfWeek(day: string, hour: number, minute: number): number {
  return DAYS.indexOf(day) * DAY + hour * 60 + minute;
}
