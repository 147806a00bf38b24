const LONGEST = 200;

/** A value as a report shows it: JSON, cut off early, at a cost that does not grow with the value. Texts stand without quotes. */
export function preview(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return shorten(value, value.length);
  const parts: string[] = [];
  const complete = write(value, parts, { left: LONGEST + 1 });
  const text = parts.join('');
  return complete && text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function shorten(text: string, length: number): string {
  return length > LONGEST ? `${text.slice(0, LONGEST)}… (${length} characters)` : text;
}

/** Writes JSON until nothing is left of the budget; false when it was cut off. */
function write(value: unknown, parts: string[], budget: { left: number }): boolean {
  const add = (text: string): boolean => {
    parts.push(text);
    budget.left -= text.length;
    return budget.left > 0;
  };
  if (typeof value === 'string') return add(JSON.stringify(value.slice(0, LONGEST + 1)));
  if (typeof value !== 'object' || value === null) return add(Object.is(value, -0) ? '-0' : String(value));
  const isList = Array.isArray(value);
  if (!add(isList ? '[' : '{')) return false;
  let first = true;
  for (const key in value) {
    const label = `${first ? '' : ','}${isList ? '' : `${JSON.stringify(key.slice(0, LONGEST))}:`}`;
    first = false;
    if (!add(label) || !write((value as Record<string, unknown>)[key], parts, budget)) return false;
  }
  return add(isList ? ']' : '}');
}

/** Control characters, byte order marks, zero-width and bidirectional ones, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text in one line with invisible letters escaped; all beyond ASCII where it would look the same as `beside`. */
export function visible(text: string, beside?: string): string {
  const looksAlike = beside !== undefined && beside !== text && beside.normalize('NFKC') === text.normalize('NFKC');
  const escaped = text.replaceAll(looksAlike ? /[^\x20-\x7E]/g : INVISIBLE, escape);
  return escaped === '' || escaped !== escaped.trim() ? `"${escaped}"` : escaped;
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escape(letters: string): string {
  return (
    SHORT[letters] ??
    Array.from({ length: letters.length }, (_, i) => `\\u${letters.charCodeAt(i).toString(16).padStart(4, '0')}`).join(
      '',
    )
  );
}
