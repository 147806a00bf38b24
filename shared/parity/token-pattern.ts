/** One letter of a pattern, or a set of them. Neither white space nor `<`, `>` and quotes. */
const ATOM = /\\[dw]|\\[.+*?()[\]{}^$|\\/-]|\[(?:\\[dw]|[\w+/=.:%~,@#-])+\]|[A-Za-z0-9_=:%~,@#/-]/y;
const QUANTIFIER = /\{(\d{1,3})(?:,(\d{1,3}))?\}|[+*?]/y;
/** Letters that one count stands for at most; `+` and `*` stop there. */
const LONGEST = 256;
const MAX_PATTERN = 200;
/** Longer texts are not masked. */
const LONGEST_TEXT = 64 * 1024;
/** In a whole body shorter tokens could be numbers and words like any others. */
const SHORTEST = { numbers: 16, words: 20 };

interface Item {
  readonly source: string;
  /** Codes of the ASCII letters that fit. */
  readonly letters: ReadonlySet<number>;
  readonly min: number;
  readonly max: number;
}

/**
 * What is wrong with a pattern; undefined when it can be used. Patterns are letters, `\d`, `\w`, sets such as
 * `[0-9a-f]`, and how many of each (`{32}`, `{8,64}`, `+`): no groups, no alternatives, no dots. What follows a count
 * that may vary cannot be part of it, so that there is one way to read a text and none takes long. Markup and white
 * space cannot be masked.
 * @param isWide whether the rule is about a whole body, where a pattern must not fit words, numbers and addresses
 */
export function tokenFault(pattern: string, { isWide }: { readonly isWide: boolean }): string | undefined {
  const items = parse(pattern);
  if (items === undefined)
    return 'expected letters, \\d, \\w, sets such as [0-9a-f] and counts such as {32}, at most 200 characters; no groups, alternatives, dots, negated sets, anchors';
  if (items.some(({ min, max }) => max < min)) return 'has a count that ends below its beginning, or is above 256';
  if (items.some((_item, i) => isAmbiguous(items, i)))
    return 'has a count that may vary before something that could be part of it, such as [a-z]+[a-f]; say more closely where the one ends';
  const shortest = items.reduce((sum, { min }) => sum + min, 0);
  if (shortest === 0) return 'fits the empty text';
  if (!isWide) return undefined;
  const fits = (letter: string): boolean => items.every(({ letters }) => letters.has(letter.charCodeAt(0)));
  const least = fits('e') && fits('t') ? SHORTEST.words : SHORTEST.numbers;
  if (shortest < least)
    return `fits texts of ${shortest} characters; for a whole body at least ${least} are needed, so that no word or number is masked: name the element instead`;
  const isAddress = ({ letters, min, max }: Item): boolean =>
    letters.size > 1 &&
    ['.', ':', '@', '%', ...(min === max ? [] : ['/'])].some((mark) => letters.has(mark.charCodeAt(0)));
  return items.some(isAddress)
    ? 'fits addresses (., :, @, %, / in a set); for a whole body name the element instead'
    : undefined;
}

function isAmbiguous(items: readonly Item[], at: number): boolean {
  const item = items[at];
  if (item === undefined || item.min === item.max) return false;
  for (const next of items.slice(at + 1)) {
    if ([...next.letters].some((letter) => item.letters.has(letter))) return true;
    if (next.min > 0) return false;
  }
  return false;
}

const compiled = new Map<string, RegExp>();

/** Masks every token in a text that stands for itself (no letter or digit next to it). */
export function maskTokens(text: string, pattern: string): string {
  if (text.length > LONGEST_TEXT) return text;
  let expression = compiled.get(pattern);
  if (expression === undefined) compiled.set(pattern, (expression = compile(parse(pattern) ?? [])));
  return text.replaceAll(expression, '<token>');
}

function parse(pattern: string): readonly Item[] | undefined {
  if (pattern.length > MAX_PATTERN || pattern === '') return undefined;
  const items: Item[] = [];
  for (let at = 0; at < pattern.length;) {
    ATOM.lastIndex = at;
    const source = ATOM.exec(pattern)?.[0];
    if (source === undefined) return undefined;
    at += source.length;
    QUANTIFIER.lastIndex = at;
    const quantifier = QUANTIFIER.exec(pattern);
    at += quantifier?.[0].length ?? 0;
    items.push({ source, letters: lettersOf(source), ...countsOf(quantifier) });
  }
  return items;
}

function countsOf(quantifier: RegExpExecArray | null): { readonly min: number; readonly max: number } {
  switch (quantifier?.[0]) {
    case undefined:
      return { min: 1, max: 1 };
    case '+':
      return { min: 1, max: LONGEST };
    case '*':
      return { min: 0, max: LONGEST };
    case '?':
      return { min: 0, max: 1 };
    default: {
      const [, min = '', max = min] = quantifier ?? [];
      return { min: Number(min), max: Number(max) > LONGEST ? -1 : Number(max) };
    }
  }
}

function lettersOf(source: string): ReadonlySet<number> {
  const one = new RegExp(`^${source}$`);
  const codes = Array.from({ length: 128 }, (_, code) => code);
  return new Set(codes.filter((code) => one.test(String.fromCharCode(code))));
}

/** A letter or digit next to it would make it a part of something else. */
function compile(items: readonly Item[]): RegExp {
  const source = items.map(({ source: one, min, max }) => `${one}{${min},${max}}`).join('');
  return new RegExp(`(?<![A-Za-z0-9])${source}(?![A-Za-z0-9])`, 'g');
}
