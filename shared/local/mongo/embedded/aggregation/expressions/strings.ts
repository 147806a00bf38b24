import { BSONRegExp, Int32 } from 'bson';
import { wholeNumber } from '../../bson/numbers';
import type { BsonValue } from '../../bson/values';
import { isNullish } from '../../bson/values';
import { MongoServerFault } from '../../errors';
import { compileRegex } from '../../query/regex';
import type { CompileOperator } from '../operands';
import { compileOptional, expectString, namedOperands, withOperand, withOperands } from '../operands';
import { stringFrom } from './conversions';

const codePoints = (text: string): readonly string[] => Array.from(text);

/** MongoDB changes the case of ASCII letters only. */
const changeCase = (pattern: RegExp, change: (letter: string) => string): CompileOperator =>
  withOperand((value) => (isNullish(value) ? '' : stringFrom(value).replace(pattern, change)));

/** The characters `$trim` removes by default: Unicode white space and NUL, listed in the manual. */
const WHITE_SPACE = '\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a';

const trim =
  ({ start, end }: { readonly start: boolean; readonly end: boolean }): CompileOperator =>
  (operand, compiler) => {
    const parts = namedOperands(operand, compiler.name, { required: ['input'], optional: ['chars'] });
    const input = compiler.compile(parts.input);
    const chars = compileOptional(parts.chars, compiler);
    return (scope) => {
      const text = input(scope);
      const given = parts.chars === undefined ? WHITE_SPACE : chars(scope);
      if (isNullish(text) || isNullish(given)) return null;
      const removed = new Set(codePoints(expectString(given, 50_700, compiler.name)));
      const points = codePoints(expectString(text, 50_699, compiler.name));
      let from = 0;
      let to = points.length;
      while (start && from < to && removed.has(points[from] ?? '')) from += 1;
      while (end && to > from && removed.has(points[to - 1] ?? '')) to -= 1;
      return points.slice(from, to).join('');
    };
  };

function substring([value, start, count]: readonly (BsonValue | undefined)[], name: string): string {
  const from = wholeNumber(start);
  const length = wholeNumber(count);
  if (from === undefined || length === undefined || from < 0 || length < 0)
    throw new MongoServerFault(34_450, `${name}: start and length must be whole numbers that are not negative`);
  return isNullish(value)
    ? ''
    : codePoints(stringFrom(value))
        .slice(from, from + length)
        .join('');
}

const regexMatch: CompileOperator = (operand, compiler) => {
  const parts = namedOperands(operand, compiler.name, { required: ['input', 'regex'], optional: ['options'] });
  const [input, regex] = [compiler.compile(parts.input), compiler.compile(parts.regex)];
  const options = compileOptional(parts.options, compiler);
  return (scope) => {
    const text = input(scope);
    const pattern = regex(scope);
    if (isNullish(text) || isNullish(pattern)) return false;
    const flags = options(scope) ?? '';
    if (typeof flags !== 'string') throw new MongoServerFault(51_106, '$regexMatch needs options to be a string');
    if (typeof pattern !== 'string' && !(pattern instanceof BSONRegExp))
      throw new MongoServerFault(51_105, '$regexMatch needs regex to be of type string or regex');
    const compiled =
      typeof pattern === 'string'
        ? new BSONRegExp(pattern, flags)
        : flags === ''
          ? pattern
          : new BSONRegExp(pattern.pattern, flags);
    return compileRegex(compiled).test(expectString(text, 51_104, compiler.name));
  };
};

/** String expression operators. */
export const STRINGS: Readonly<Record<string, CompileOperator>> = {
  $concat: withOperands([0, Number.MAX_SAFE_INTEGER], (values, name) =>
    values.some(isNullish) ? null : values.map((value) => expectString(value, 16_702, name)).join(''),
  ),
  $toLower: changeCase(/[A-Z]/g, (letter) => letter.toLowerCase()),
  $toUpper: changeCase(/[a-z]/g, (letter) => letter.toUpperCase()),
  $split: withOperands([2, 2], ([text, separator], name) => {
    if (isNullish(text) || isNullish(separator)) return null;
    if (separator === '') throw new MongoServerFault(40_087, '$split requires a non-empty separator');
    return expectString(text, 40_085, name).split(expectString(separator, 40_086, name));
  }),
  $strLenCP: withOperand((value, name) => new Int32(codePoints(expectString(value, 34_471, name)).length)),
  $substrCP: withOperands([3, 3], substring),
  $trim: trim({ start: true, end: true }),
  $ltrim: trim({ start: true, end: false }),
  $rtrim: trim({ start: false, end: true }),
  $regexMatch: regexMatch,
};
