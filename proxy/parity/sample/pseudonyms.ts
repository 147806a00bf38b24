import { randomBytes, randomInt } from 'node:crypto';

const HEX_ID = /^[0-9a-f]{24}$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME = /^(\d{4}-\d\d-\d\d)(?:(T\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/;
const DAY = 86_400_000;
/** Limits the search for an unused replacement: those of one or two letters soon run out. */
const ATTEMPTS = 50;

/**
 * Replaces a database's values with random ones that are as long, of the same kinds of letters, or at a similar kind of moment. For the lifetime
 * of an instance the same value always gets the same replacement, also when an id occurs as a string; two values hardly ever share one.
 */
export class Pseudonyms {
  private readonly given = new Map<string, string>();
  private readonly taken = new Set<string>();

  text(text: string): string {
    if (/^\d+$/.test(text)) return this.digits(text);
    if (HEX_ID.test(text)) return likeCase(text, this.bytes(Buffer.from(text, 'hex')).toString('hex'));
    if (UUID.test(text)) {
      const hex = this.bytes(Buffer.from(text.replaceAll('-', ''), 'hex')).toString('hex');
      return likeCase(text, hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
    }
    const [, day, time, fraction = '', zone = ''] = TIME.exec(text) ?? [];
    const moment = new Date(`${day}${time ?? 'T00:00:00'}Z`);
    if (day === undefined || Number.isNaN(moment.getTime()))
      return this.once(`text ${text}`, text, () => letters(text));
    const made = this.date(moment).toISOString();
    return time === undefined ? made.slice(0, 10) : `${made.slice(0, 19)}${this.digits(fraction)}${zone}`;
  }

  /** Replaces the digits of a number as written. Zero, what is not a digit, and an exponent stay; the first digit never grows, so it still fits its type. */
  digits(text: string): string {
    return this.once(`number ${text}`, text, () => {
      let isFirst = true;
      return text.replace(/^[^eE]*/, (plain) =>
        plain.replaceAll(/\d/g, (digit) => {
          if (!isFirst) return String(randomInt(10));
          if (digit !== '0') isFirst = false;
          return digit === '0' ? digit : String(randomInt(1, Math.max(2, Number(digit))));
        }),
      );
    });
  }

  /**
   * A date four years away on the same side of 1970. Midnight and the last millisecond of a day stay; other times become random ones, in whole hours, minutes
   * or seconds if they were. Leap days and the first and last day of a year stay; other days become random ones of the year.
   */
  date(date: Date): Date {
    if (Number.isNaN(date.getTime())) return date;
    const made = this.once(`date ${date.getTime()}`, String(date.getTime()), () => String(otherMoment(date).getTime()));
    return new Date(Number(made));
  }

  /** Random, since a fixed replacement for true would give it away. */
  flag(): boolean {
    return randomInt(2) === 0;
  }

  bytes(bytes: Buffer): Buffer {
    const hex = bytes.toString('hex');
    const made = this.once(`bytes ${hex}`, hex, () => {
      const random = randomBytes(bytes.length);
      // Keep the version and variant of a UUID.
      if (bytes.length === 16)
        for (const [at, mask] of [[6, 0xf0] as const, [8, 0xc0] as const])
          random[at] = ((bytes[at] ?? 0) & mask) | ((random[at] ?? 0) & ~mask);
      return random.toString('hex');
    });
    return Buffer.from(made, 'hex');
  }

  private once(key: string, value: string, make: () => string): string {
    const before = this.given.get(key);
    if (before !== undefined) return before;
    const kind = key.slice(0, 4);
    let made = make();
    for (let i = 0; i < ATTEMPTS && (made === value || this.taken.has(kind + made)); i += 1) made = make();
    this.given.set(key, made);
    this.taken.add(kind + made);
    return made;
  }
}

const likeCase = (text: string, made: string): string => (/[A-F]/.test(text) ? made.toUpperCase() : made);

function otherMoment(date: Date): Date {
  const year = date.getUTCFullYear();
  const years = [year - 4, year + 4].filter((one) => one > 0 && one >= 1970 === year >= 1970);
  const made = new Date(date);
  made.setUTCFullYear(years[randomInt(years.length)] ?? year);
  const monthAndDay = date.toISOString().slice(-19, -14);
  if (!['01-01', '12-31', '02-29'].includes(monthAndDay)) made.setUTCMonth(0, 1 + randomInt(365));
  const time = ((date.getTime() % DAY) + DAY) % DAY;
  if (time !== 0 && time !== DAY - 1) {
    const unit = [3_600_000, 60_000, 1_000].find((one) => time % one === 0) ?? 1;
    made.setTime(made.getTime() - time + randomInt(DAY / unit) * unit);
  }
  return made;
}

const KINDS = [/\p{Lu}|\p{Lt}/u, /\p{Ll}/u, /\p{L}/u, /\p{N}/u];
const alike = new Map<string, readonly string[]>();

/** Each letter and digit becomes another of the same alphabet, kind and length in bytes; all other characters stay, combining marks included. */
function letters(text: string): string {
  const scheme = /^https?:\/\//i.exec(text)?.[0] ?? '';
  return scheme + Array.from(text.slice(scheme.length), other).join('');
}

function other(letter: string): string {
  const kind = KINDS.findIndex((one) => one.test(letter));
  const point = letter.codePointAt(0) ?? 0;
  if (kind < 0) return letter;
  // Neighbours have the same length in UTF-8 and UTF-16.
  const size = point < 0x80 ? 0x40 : point < 0x800 ? 0x80 : 0x400;
  const start = point - (point % size);
  const key = `${kind} ${start}`;
  let list = alike.get(key);
  if (list === undefined) {
    const all = Array.from({ length: size }, (_, i) => String.fromCodePoint(start + i));
    list = all.filter((one) => KINDS.findIndex((test) => test.test(one)) === kind);
    alike.set(key, list);
  }
  return list[randomInt(list.length)] ?? letter;
}
