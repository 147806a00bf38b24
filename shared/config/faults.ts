import { nearestName } from '../nearest-name';
import type { Hints } from './option-hints';

/** Collects what is wrong with a configuration, each fault behind the path of its value. */
export class Faults {
  readonly list: string[] = [];

  add(path: string, value: unknown, expected: string): void {
    this.list.push(`${path}: is ${describe(value)}; expected ${expected}`);
  }

  /** Refuses unknown keys: a misspelt one would silently change what is accepted. `hints` say what to do about a key known elsewhere. */
  unknown(path: string, value: object, known: readonly string[], hints: Hints = {}): void {
    for (const key of Object.keys(value).filter((name) => !known.includes(name))) {
      const hint = Object.hasOwn(hints, key) ? hints[key] : undefined;
      const near = nearestName(key, known);
      const remedy = hint ?? (near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`);
      this.list.push(`${path}${path && '.'}${shownKey(key)}: is not an option here; ${remedy}`);
    }
  }
}

/** A key in the wrong place may be a value, even a secret. */
const shownKey = (key: string): string => (/^[\w$-]{1,40}$/.test(key) ? key : '(a key that is not a plain name)');

/** Short, and without what might be a secret: text is shown only when it is a word. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === '') return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return value.length <= 40 ? JSON.stringify(value) : 'a long text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isText = (value: unknown) => typeof value === 'string' && value !== '';
export const isBoolean = (value: unknown) => typeof value === 'boolean';
export const isFunction = (value: unknown) => typeof value === 'function';
export const isNotNegative = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
export const isPositive = (value: unknown) => isNotNegative(value) && value !== 0;
export const isListOfTexts = (value: unknown) => Array.isArray(value) && value.every(isText);
