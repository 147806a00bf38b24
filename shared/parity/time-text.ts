export const ISO_TIME = String.raw`(?<!\d)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)`;
export const HTTP_DATE = String.raw`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT`;

/** A day, or a time with or without its zone (ISO 8601, RFC 3339, as SQL writes it). */
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
const HTTP = new RegExp(`^${HTTP_DATE}$`);

/** Whether a whole text is a time that the calendar has. `Date.parse` alone takes `Ada: 3` for the 1st of March. */
export function isTimeText(text: string): boolean {
  const time = Date.parse(text);
  if (Number.isNaN(time)) return false;
  if (HTTP.test(text)) return new Date(time).toUTCString() === text;
  const day = ISO.exec(text)?.[1];
  return day !== undefined && isDay(day);
}

/** `2027-02-31` is none, although `Date` takes it for the 3rd of March. */
export function isDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

/** How a time is written, without its value: `Wed, 01 Jan 2031 00:00:00 GMT` becomes `Aaa, 00 Aaa 0000 00:00:00 AAA`; an offset stays as it is. */
export function formOfTime(time: string): string {
  const [zone = ''] = /[+-]\d\d:?\d\d$/.exec(time) ?? [];
  const rest = time.slice(0, time.length - zone.length);
  return rest.replace(/\d/g, '0').replace(/[A-Z]/g, 'A').replace(/[a-z]/g, 'a') + zone;
}
