import { groupBy } from '../group-by';
import { maskTokens, tokenFault } from './token-pattern';

/** What separates words; all else may be part of a token. */
const BETWEEN_WORDS = /([^\w+/=.~:%@#-]+)/;
const FINEST = /([^A-Za-z0-9]+)/;
/** How a word falls into parts, the finest way first: a UUID by its dashes, a JWT by its dots, base64 not at all. */
const BETWEEN_PARTS = [FINEST, /([^\w-]+)/, /([^A-Za-z0-9+/]+)/, /(?!)/];
const DAY = String.raw`\d{4}-\d{2}-\d{2}`;
const HEX = '[0-9a-f]';
/** Forms of which a sample could look like something narrower: hexadecimal digits that happen to be decimal. */
const KNOWN_FORMS: readonly string[] = [
  `${HEX}{8}-${HEX}{4}-4${HEX}{3}-[89ab]${HEX}{3}-${HEX}{12}`,
  `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`,
  String.raw`${DAY}T\d{2}:\d{2}:\d{2}\.\d{3}Z`,
  String.raw`${DAY}T\d{2}:\d{2}:\d{2}Z`,
  ...[24, 32, 40, 64, 128].map((length) => `${HEX}{${length}}`),
];
/** Shorter words of letters and digits, and words of letters alone, could be anything that a client reads. */
const SHORTEST = { mixed: 4, letters: 16 };

interface PatternOptions {
  /** What is the same in all texts is named by its letters' kind alone, for places where live values may not be kept. */
  readonly holdsNoValues?: boolean;
}

/**
 * The narrowest patterns for what differs in texts of one place, one for each form of token, the longest first: what is the
 * same in all of them stays. undefined when something else than tokens differs, such as words.
 *
 * @param groups texts that should be the same, each group those of one request
 */
export function proposePatterns(
  groups: readonly (readonly string[])[],
  { holdsNoValues = false }: PatternOptions = {},
): readonly string[] | undefined {
  const fixed = holdsNoValues ? kindOf : literal;
  /** By position of the word: the words of each group that differ there. */
  const columns = new Map<number, string[][]>();
  for (const group of groups) {
    const rows = group.map((text) => text.split(BETWEEN_WORDS));
    const [first = []] = rows;
    if (rows.some(({ length }) => length !== first.length)) return undefined;
    for (const i of first.keys()) {
      const words = rows.map((row) => row[i] ?? '');
      if (words.every((word) => word === words[0])) continue;
      if (i % 2 === 1) return undefined;
      columns.set(i, [...(columns.get(i) ?? []), words]);
    }
  }
  const patterns = new Set<string>();
  for (const column of columns.values()) {
    const all = patternOf(column.flat(), fixed);
    for (const pattern of all === undefined ? column.map((words) => patternOf(words, fixed)) : [all]) {
      if (pattern === undefined) return undefined;
      patterns.add(pattern);
    }
  }
  const found = widest([...patterns]);
  const masked = (text: string): string => found.reduce(maskTokens, text);
  const isCovered = groups.every((group) => new Set(group.map(masked)).size === 1);
  return found.length > 0 && isCovered ? found : undefined;
}

/** A text that the pattern fits, made up: for showing what a rule hides. */
export function exampleOf(pattern: string): string {
  return pattern.replaceAll(
    /(\\d|\[[^\]]+\]|\\?.)(?:\{(\d+)(?:,\d+)?\})?/g,
    (_whole, atom: string, count: string | undefined) => {
      const isNumber = atom === String.raw`\d` || atom.includes('0-9');
      const letter = isNumber ? '0' : atom.replace(/^[\\[]/, '').charAt(0);
      return letter.repeat(Number(count ?? 1));
    },
  );
}

/** Patterns that differ in their counts alone are one with the least and the most of these. */
function widest(patterns: readonly string[]): readonly string[] {
  const byForm = groupBy(patterns, (pattern) => pattern.replaceAll(/(?<!\\)\{[\d,]+\}/g, '{}'));
  return [...byForm.values()]
    .map((alike) => {
      const counts = alike.map((pattern) => [...pattern.matchAll(/(?<!\\)\{(\d+)(?:,(\d+))?\}/g)]);
      let at = 0;
      return (alike[0] ?? '').replaceAll(/(?<!\\)\{[\d,]+\}/g, () => {
        const bounds = counts
          .map((found) => found[at])
          .flatMap((one) => [Number(one?.[1]), Number(one?.[2] ?? one?.[1])]);
        at += 1;
        return times(Math.min(...bounds), Math.max(...bounds));
      });
    })
    .sort((a, b) => b.length - a.length);
}

type Fixed = (text: string) => string;

function patternOf(words: readonly string[], fixed: Fixed): string | undefined {
  const known = KNOWN_FORMS.find((form) => words.every((word) => maskTokens(word, form) === '<token>'));
  if (known !== undefined) return known;
  for (const between of BETWEEN_PARTS) {
    const before = between === FINEST ? '' : commonMark(words);
    const rows = words.map((word) => word.slice(before.length).split(between));
    const [first = []] = rows;
    const isVaried = (i: number): boolean => rows.some((row) => row[i] !== first[i]);
    if (rows.some(({ length }) => length !== first.length) || first.some((_part, i) => i % 2 === 1 && isVaried(i)))
      continue;
    // A token of letters in both cases may have its marks at the same places by chance.
    const varied = [...first.keys()].filter(isVaried);
    const marks = first.slice(varied[0], varied.at(-1)).filter((_part, i) => i % 2 === 1);
    const isMixed = varied.some((i) => /[a-z].*[A-Z]|[A-Z].*[a-z]/.test(rows.map((row) => row[i]).join('')));
    if (isMixed && marks.length > 0 && marks.every((mark) => /^[-_+/]$/.test(mark))) continue;
    const parts = first.map((part, i) =>
      i % 2 === 1
        ? literal(part)
        : partPattern(
            rows.map((row) => row[i] ?? ''),
            fixed,
          ),
    );
    const pattern = [
      ...before.split(FINEST).map((part, i) => (i % 2 === 1 ? literal(part) : fixed(part))),
      ...parts,
    ].join('');
    if (!parts.includes(undefined) && tokenFault(pattern, { isWide: false }) === undefined) return pattern;
  }
  return undefined;
}

/** What all words begin with, up to a mark: `nonce-`. */
function commonMark(words: readonly string[]): string {
  const [first = ''] = words;
  const marks = [...first.matchAll(/[^A-Za-z0-9]/g)].map(({ index }) => first.slice(0, index + 1));
  return marks.reverse().find((mark) => words.every((word) => word.startsWith(mark))) ?? '';
}

function partPattern(parts: readonly string[], fixed: Fixed): string | undefined {
  const [first = ''] = parts;
  if (parts.every((part) => part === first)) return fixed(first);
  const [before = ''] = /^[A-Za-z]*/.exec(first) ?? [];
  const [behind = ''] = /[A-Za-z]*$/.exec(first) ?? [];
  // `web12`, `120ms`
  const isNumber = (part: string): boolean =>
    part.startsWith(before) &&
    part.endsWith(behind) &&
    /^\d+$/.test(part.slice(before.length, part.length - behind.length));
  const lengths = parts.map(({ length }) => length);
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  if (parts.every(isNumber)) {
    const around = before.length + behind.length;
    const [min, max] = [least - around, most - around];
    // A number of three digits or more that has always as many is a code; another one may get one digit more.
    return `${fixed(before)}\\d${min === max && min > 2 ? times(min, max) : times(1, max + 1)}${fixed(behind)}`;
  }
  const all = parts.join('');
  const isRandom = least >= (/\d/.test(all) ? SHORTEST.mixed : SHORTEST.letters);
  if (!isRandom || most > 254) return undefined;
  const isFixed = least === most;
  return `[${lettersOf(all, { isFixed })}]${isFixed ? times(least, most) : times(Math.max(1, least - 2), most + 2)}`;
}

/** The smallest usual alphabet. Hexadecimal numbers have a fixed length as a rule. */
function lettersOf(all: string, { isFixed }: { readonly isFixed: boolean }): string {
  const marks = ['_', '+', '/', '=', '.', '~', ':', '%', '@', '#', '-'].filter((mark) => all.includes(mark));
  // Of a URL-safe token that has one of both.
  if (marks.includes('_') !== marks.includes('-') && marks.length === 1) marks.splice(0, 1, '_', '-');
  const plain = all.replaceAll(/[^A-Za-z0-9]/g, '');
  const alphabet =
    isFixed && /^[0-9a-f]*$/.test(plain)
      ? '0-9a-f'
      : isFixed && /^[0-9A-F]*$/.test(plain)
        ? '0-9A-F'
        : `${/[A-Z]/.test(plain) ? 'A-Z' : ''}${/[a-z]/.test(plain) ? 'a-z' : ''}0-9`;
  return alphabet + marks.join('');
}

const times = (least: number, most: number): string => (least === most ? `{${least}}` : `{${least},${most}}`);

const kindOf: Fixed = (text) =>
  text === '' ? '' : `[${lettersOf(text, { isFixed: false })}]${times(text.length, text.length)}`;

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
