import { isRecord, type Faults } from './faults';
import type { Hints } from './option-hints';

/** Judges the value at a path. */
export type Check = (path: string, value: unknown, faults: Faults) => void;

type Test = (value: unknown) => boolean;

/** A value that must be there. `expected` follows "expected" in the fault. */
export const required =
  (isGood: Test, expected: string): Check =>
  (path, value, faults) => {
    if (!isGood(value)) faults.add(path, value, expected);
  };

/** What is judged only where it is there. */
export const maybe =
  (check: Check): Check =>
  (path, value, faults) => {
    if (value !== undefined) check(path, value, faults);
  };

export const optional = (isGood: Test, expected: string): Check => maybe(required(isGood, expected));

/** An object with these members and no others. */
export const object =
  (members: Readonly<Record<string, Check>>, expected: string, hints?: Hints): Check =>
  (path, value, faults) => {
    if (!isRecord(value)) {
      faults.add(path, value, expected);
      return;
    }
    faults.unknown(path, value, Object.keys(members), hints);
    for (const [name, check] of Object.entries(members)) check(`${path}${path && '.'}${name}`, value[name], faults);
  };

/** An object whose names are free. */
export const byName =
  (member: Check, expected: string): Check =>
  (path, value, faults) => {
    if (!isRecord(value)) faults.add(path, value, expected);
    else for (const [name, one] of Object.entries(value)) member(`${path}.${name}`, one, faults);
  };

export const list =
  (element: Check, expected: string, { least = 0 } = {}): Check =>
  (path, value, faults) => {
    if (!Array.isArray(value) || value.length < least) faults.add(path, value, expected);
    else value.forEach((one: unknown, index) => element(`${path}[${index}]`, one, faults));
  };

/** Anything: judged elsewhere. */
export const anything: Check = () => undefined;

/** RFC 9110 section 5: names are tokens, values hold no line breaks. */
export const headers: Check = (path, value, faults) => {
  if (!isRecord(value)) {
    faults.add(path, value, 'an object of header names and values');
    return;
  }
  for (const [name, text] of Object.entries(value))
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || typeof text !== 'string' || /[\r\n\0]/.test(text))
      faults.add(`${path}.${name}`, text, 'a header name and its text, without line breaks');
};
