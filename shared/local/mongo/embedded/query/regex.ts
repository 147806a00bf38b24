import type { BSONRegExp } from 'bson';
import { MongoServerFault, notSupported } from '../errors';

/** Keeps the compiled form with the value, because a pattern in `$in` or a pipeline is tested for many documents. */
const compiled = new WeakMap<BSONRegExp, RegExp>();

/**
 * Compiles a PCRE pattern for JavaScript's engine. MongoDB's classes are ASCII, its `$` also stands before a last newline and its dot
 * excludes only `\n`, so these are rewritten; what the two engines would read differently beyond that, or what only PCRE knows, is refused.
 *
 * @throws MongoServerFault 51091 for a pattern that is invalid in both, 51108 for an unknown option, 115 for what is refused
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
    const reason = error instanceof Error ? error.message : '';
    if (INVALID_EVERYWHERE.test(reason)) throw new MongoServerFault(51_091, `Regular expression is invalid: ${reason}`);
    throw notSupported(`the regular expression ${JSON.stringify(pattern)} (not one of JavaScript's: ${reason})`);
  }
}

/** The complaints of V8 about patterns that PCRE does not compile either. */
const INVALID_EVERYWHERE = /Unterminated (group|character class)|Unmatched '\)'|out of order|at end of pattern/;

/** The openings of groups that both engines read alike. */
const GROUP = /\((?:\?(?::|=|!|<=|<!|<[A-Za-z_]\w*>)|(?![?*]))/y;
const QUANTIFIER = /(?:[*+?]|\{\d+(?:,\d*)?\})/y;
/** Escapes by a letter or digit that mean the same in both; `\s` and `\S` are rewritten. */
const ESCAPE = /\\(?:[dDwWbBfnrt]|c[A-Za-z]|x[\da-fA-F]{2}|0(?!\d)|[1-9](?!\d)|k<\w+>)/y;
const SPACE = ' \\t\\n\\v\\f\\r';

function translate(
  pattern: string,
  { dotAll, multiline }: { readonly dotAll: boolean; readonly multiline: boolean },
): string {
  let out = '';
  let inClass = false;
  /** Where a branch begins, so that a quantifier has nothing to repeat. */
  let branchStart = 0;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    const quantifier = inClass ? undefined : textAt(pattern, i, QUANTIFIER);
    if (char === '\\') {
      const isShared = textAt(pattern, i, ESCAPE) !== undefined;
      const next = pattern.charAt(++i);
      if (next === 's') out += inClass ? SPACE : `[${SPACE}]`;
      else if (next === 'S') out += inClass ? refuse('\\S inside a character class') : `[^${SPACE}]`;
      else if (/[A-Za-z0-9]/.test(next) && !isShared) refuse(`\\${next}`);
      else if (/[^A-Za-z0-9\s]/.test(next) && !/[\^$\\.*+?()[\]{}|/-]/.test(next)) out += next;
      else if (next === '-' && !inClass) out += '-';
      else if (/\s/.test(next)) out += next;
      else out += `\\${next}`;
    } else if (inClass) {
      if (char === '[' && /[:.=]/.test(pattern.charAt(i + 1))) refuse('a POSIX character class');
      if (char === ']') inClass = false;
      out += char === '[' ? '\\[' : char;
    } else if (char === '(') {
      const opening = textAt(pattern, i, GROUP) ?? refuse(`the group ${pattern.slice(i, i + 3)}`);
      out += opening;
      i += opening.length - 1;
      branchStart = i + 1;
    } else if (quantifier !== undefined) {
      if (i === branchStart) throw new MongoServerFault(51_091, 'Regular expression is invalid: nothing to repeat');
      out += quantifier;
      i += quantifier.length - 1;
      if (pattern.charAt(i + 1) === '?') out += pattern.charAt(++i);
      else if (textAt(pattern, i + 1, QUANTIFIER) !== undefined) refuse('a quantifier after a quantifier');
    } else if (char === '{' || char === '}' || char === ']') refuse(`a bare ${char}`);
    else if (char === '[') {
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
    else {
      out += char;
      if (char === '|') branchStart = i + 1;
    }
  }
  return out;
}

/** What a sticky expression matches at exactly this position. */
function textAt(text: string, at: number, sticky: RegExp): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0];
}

function refuse(what: string): never {
  throw notSupported(`${what} in a regular expression`);
}
