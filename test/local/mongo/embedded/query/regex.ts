import type { BSONRegExp } from 'bson';
import { MongoServerFault, notSupported } from '../errors';

/** Keeps the compiled form beside the value, because a pattern in `$in` or a pipeline is tested for many documents. */
const compiled = new WeakMap<BSONRegExp, RegExp>();

/**
 * Compiles a PCRE pattern for JavaScript's engine. MongoDB's classes are ASCII, its `$` also stands before a last newline and its dot
 * excludes only `\n`, so these are rewritten; what the two engines would read differently beyond that is refused.
 *
 * @throws MongoServerFault for an invalid or unsupported pattern or option
 */
export function compileRegex(value: BSONRegExp): RegExp {
  const known = compiled.get(value);
  if (known !== undefined) return known;
  const { pattern, options } = value;
  for (const option of options) {
    if (!'imsxu'.includes(option)) throw new MongoServerFault(51_108, `invalid flag in regex options: ${option}`);
    if (option === 'x') throw notSupported('the regular expression option x');
  }
  // Not m: JavaScript would also take a carriage return for the end of a line.
  const flags = ['i', 's'].filter((flag) => options.includes(flag)).join('') + 'u';
  try {
    const regex = new RegExp(
      translate(pattern, { dotAll: options.includes('s'), multiline: options.includes('m') }),
      flags,
    );
    compiled.set(value, regex);
    return regex;
  } catch (error) {
    if (error instanceof MongoServerFault) throw error;
    throw new MongoServerFault(
      51_091,
      `Regular expression is invalid or not supported: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

const SPACE = ' \\t\\n\\v\\f\\r';

function translate(
  pattern: string,
  { dotAll, multiline }: { readonly dotAll: boolean; readonly multiline: boolean },
): string {
  let out = '';
  let inClass = false;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === '\\') {
      const next = pattern.charAt(++i);
      if (next === 's') out += inClass ? SPACE : `[${SPACE}]`;
      else if (next === 'S') out += inClass ? refuse('\\S inside a character class') : `[^${SPACE}]`;
      else if (/[AzZGQEhHvVRXKNp P]/.test(next) && next !== ' ') refuse(`\\${next}`);
      else if (/[^A-Za-z0-9\s]/.test(next) && !/[\^$\\.*+?()[\]{}|/-]/.test(next)) out += next;
      else if (next === '-' && !inClass) out += '-';
      else if (/\s/.test(next)) out += next;
      else out += `\\${next}`;
    } else if (inClass) {
      if (char === '[' && /[:.=]/.test(pattern.charAt(i + 1))) refuse('a POSIX character class');
      if (char === ']') inClass = false;
      out += char === '[' ? '\\[' : char;
    } else if (char === '[') {
      inClass = true;
      out += char;
      if (pattern.charAt(i + 1) === '^') out += pattern.charAt(++i);
      // In PCRE a bracket right after the opening one is a member; in JavaScript it closes an empty class.
      if (pattern.charAt(i + 1) === ']') {
        out += '\\]';
        i += 1;
      }
    } else if (char === '.' && !dotAll) out += '[^\\n]';
    else if (char === '$') out += multiline ? '(?=\\n|$)' : '(?=\\n?$)';
    else if (char === '^' && multiline) out += '(?:^|(?<=\\n)(?!$))';
    else out += char;
  }
  return out;
}

function refuse(what: string): never {
  throw notSupported(`${what} in a regular expression`);
}
