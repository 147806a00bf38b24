/** Texts that differ only in some words, as one text with a mark in the place of each. */
export interface MergedText {
  readonly text: string;
  readonly words: readonly (readonly [control: string, candidate: string])[];
}

/** Around the number of a word; private use, so that no page has a reason to contain it. */
const OPEN = '\uE0F0';
const CLOSE = '\uE0F1';
const MARK = /\uE0F0(\d+)\uE0F1/g;
const MAX_WORDS = 500;

const WORD = new Uint8Array(128);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=.:%~')
  WORD[letter.charCodeAt(0)] = 1;
const isWord = (code: number): boolean => code < 128 && WORD[code] === 1;

/**
 * Merges two pages that differ in words only (tokens, times, numbers), so that one parse does for both: the usual case when each answer has random
 * values. A word within a tag or attribute name or an entity would change the structure: then, and where anything else differs, there is no merged
 * text. Marks that did not end up in a text or an attribute's value show the rest: see {@link MergedText.words} and {@link marksIn}.
 */
export function mergeTexts(control: string, candidate: string): MergedText | undefined {
  if (control.includes(OPEN) || candidate.includes(OPEN)) return undefined;
  const words: [string, string][] = [];
  const parts: string[] = [];
  let [i, j, kept] = [0, 0, 0];
  for (;;) {
    while (i < control.length && control.charCodeAt(i) === candidate.charCodeAt(j)) {
      i += 1;
      j += 1;
    }
    if (i === control.length && j === candidate.length) break;
    let start = i;
    while (start > kept && isWord(control.charCodeAt(start - 1))) start -= 1;
    const from = j - (i - start);
    while (isWord(control.charCodeAt(i))) i += 1;
    while (isWord(candidate.charCodeAt(j))) j += 1;
    const [a, b] = [control.slice(start, i), candidate.slice(from, j)];
    if (a === '' || b === '' || words.length === MAX_WORDS) return undefined;
    if (touchesMarkup(control, start, i) || touchesMarkup(candidate, from, j)) return undefined;
    parts.push(control.slice(kept, start), `${OPEN}${words.length}${CLOSE}`);
    words.push([a, b]);
    kept = i;
    if (control.charCodeAt(i) !== candidate.charCodeAt(j) && !(i === control.length && j === candidate.length))
      return undefined;
  }
  parts.push(control.slice(kept));
  return { text: parts.join(''), words };
}

/** Whether a word may be part of a tag's name, an entity, or the end of a tag or comment. */
function touchesMarkup(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1);
  if (before === '<' || before === '!' || before === '&' || (before === '#' && text.charAt(start - 2) === '&'))
    return true;
  return text.charAt(end) === '>' && /[-/]/.test(text.charAt(end - 1));
}

export function marksIn(text: string): number {
  return text.includes(OPEN) ? (text.match(MARK)?.length ?? 0) : 0;
}

/** What a text of the merged page is on one side. */
export function unmerge(text: string, { words }: MergedText, side: 0 | 1): string {
  return text.replaceAll(MARK, (_mark, index: string) => words[Number(index)]?.[side] ?? '');
}
