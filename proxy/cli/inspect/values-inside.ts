import { parseJson } from '../../../shared/session/parse-json';

/** Values inside values are followed this deep: quotes inside JSON inside quotes. */
const MAX_DEPTH = 4;

/** What a mangled secret may be meant to be: without white space or quotes, or a value of a JSON object or array; never the text itself. */
export function valuesInside(text: string, depth = MAX_DEPTH): readonly string[] {
  if (depth === 0) return [];
  const parsed = parseJson(text);
  const inner: unknown[] = typeof parsed === 'object' && parsed !== null ? Object.values(parsed) : [parsed];
  const next = [text.trim(), text.trim().replace(/^(["'`])(.*)\1$/s, '$2'), ...inner].filter(
    (value): value is string => typeof value === 'string' && value !== '' && value !== text,
  );
  return [...new Set(next.flatMap((value) => [value, ...valuesInside(value, depth - 1)]))];
}
