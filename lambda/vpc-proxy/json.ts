import { BanyanError } from '../../shared/errors';

/** Gives a value that came as JSON its type, or throws a {@link ShapeError}. Parsers compose: `objectOf({ id: text })`. */
export type JsonParser<T> = (value: unknown, path?: string) => T;

/** What a parser's values are. */
export type ParsedBy<P extends JsonParser<unknown>> = ReturnType<P>;

/** A value that is not what was agreed. The message names the place and what was expected, and quotes no value: it may be private. */
export class ShapeError extends BanyanError {
  override readonly name = 'ShapeError';

  constructor(path: string, expected: string, found: unknown) {
    const kind = found === null ? 'null' : Array.isArray(found) ? 'a list' : typeof found;
    super(`${path === '' ? 'value' : path}: expected ${expected}, found ${kind}`, { code: 'shape_invalid' });
  }
}

/** Any text. Throws {@link ShapeError} for another value, as all of these do. */
export const text: JsonParser<string> = (value, path = '') => {
  if (typeof value === 'string') return value;
  throw new ShapeError(path, 'a text', value);
};

/** A text of one form, described by `expected`. */
export function textLike(pattern: RegExp, expected: string): JsonParser<string> {
  return (value, path = '') => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw new ShapeError(path, expected, value);
  };
}

/** A whole number from 0 to `Number.MAX_SAFE_INTEGER`. */
export const count: JsonParser<number> = (value, path = '') => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ShapeError(path, 'a whole number', value);
};

/** `true` or `false`. */
export const flag: JsonParser<boolean> = (value, path = '') => {
  if (typeof value === 'boolean') return value;
  throw new ShapeError(path, 'true or false', value);
};

/** One of these texts. */
export function oneOf<const T extends string>(...allowed: readonly T[]): JsonParser<T> {
  return (value, path = '') => {
    const found = allowed.find((word) => word === value);
    if (found !== undefined) return found;
    throw new ShapeError(path, `one of ${allowed.join(', ')}`, value);
  };
}

/** What `parse` takes, or null. */
export function nullable<T>(parse: JsonParser<T>): JsonParser<T | null> {
  return (value, path) => (value === null ? null : parse(value, path));
}

/** A list, each item of which `parse` takes. */
export function listOf<T>(parse: JsonParser<T>): JsonParser<readonly T[]> {
  return (value, path = '') => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'a list', value);
    return value.map((item, index) => parse(item, `${path}[${index}]`));
  };
}

/** An object with these fields, in their order. Further ones are dropped, so that either side may learn of new ones first. */
export function objectOf<Shape extends Readonly<Record<string, JsonParser<unknown>>>>(
  shape: Shape,
): JsonParser<{ readonly [Key in keyof Shape]: ParsedBy<Shape[Key]> }> {
  return (value, path = '') => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ShapeError(path, 'an object', value);
    }
    const fields = new Map<string, unknown>(Object.entries(value));
    const parsed = Object.entries(shape).map(([name, parse]) => [
      name,
      parse(fields.get(name), path === '' ? name : `${path}.${name}`),
    ]);
    return Object.fromEntries(parsed) as { readonly [Key in keyof Shape]: ParsedBy<Shape[Key]> };
  };
}
