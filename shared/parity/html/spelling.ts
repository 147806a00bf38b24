import type { Steps } from '../steps';

/** What one side and the other have at the same place of a document, in the order of the source. */
export type ValuePair = readonly [control: string, candidate: string];

/** An entity in front of a value may be this much longer than the letter that it is. */
const LONGEST_ENTITIES = 64;

/**
 * Looks for what the same document is written differently in: order and quotes of attributes, entities, case of tags,
 * line ends, tags that may be left out. No browser shows it, but bytes differ.
 * @param values what differs between the two documents, and so explains differences of the texts
 * @param isSpaced whether white space between tags differs too
 * @returns where each text first differs without reason; undefined when nothing does
 */
export function* findSpelling(
  control: string,
  candidate: string,
  values: readonly ValuePair[],
  { isSpaced = false }: { readonly isSpaced?: boolean } = {},
): Steps<readonly [number, number] | undefined> {
  const left = [...values];
  let [i, j] = [0, 0];
  for (;;) {
    while (i < control.length && control.charCodeAt(i) === candidate.charCodeAt(j)) {
      i += 1;
      j += 1;
    }
    if (i === control.length && j === candidate.length) return undefined;
    const jump =
      explained(control, candidate, i, j, left) ?? (isSpaced ? behindSpace(control, candidate, i, j) : undefined);
    if (jump === undefined) return [i, j];
    yield;
    [i, j] = jump;
  }
}

function explained(
  control: string,
  candidate: string,
  i: number,
  j: number,
  left: ValuePair[],
): [number, number] | undefined {
  for (const [at, [a, b]] of left.entries()) {
    const prefix = commonPrefix(a, b);
    for (let back = prefix; back <= prefix + LONGEST_ENTITIES && back <= i && back <= j; back += 1) {
      const endA = consume(control, i - back, a);
      if (endA === undefined || endA < i) continue;
      const endB = consume(candidate, j - back, b);
      if (endB === undefined || endB < j) continue;
      left.splice(at, 1);
      return [endA, endB];
    }
  }
  return undefined;
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13 && code !== 11);

/** Behind the white space between two tags; undefined elsewhere. */
function behindSpace(control: string, candidate: string, i: number, j: number): [number, number] | undefined {
  let back = 0;
  while (isSpace(control.charCodeAt(i - back - 1)) && isSpace(candidate.charCodeAt(j - back - 1))) back += 1;
  if (control.charAt(i - back - 1) !== '>' || candidate.charAt(j - back - 1) !== '>') return undefined;
  let [endA, endB] = [i, j];
  while (isSpace(control.charCodeAt(endA))) endA += 1;
  while (isSpace(candidate.charCodeAt(endB))) endB += 1;
  const isEnd = (text: string, at: number): boolean => at >= text.length || text.charAt(at) === '<';
  return isEnd(control, endA) && isEnd(candidate, endB) && endA + endB > i + j ? [endA, endB] : undefined;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

const ENTITY = /&#?\w{1,31};?/y;

/** Where a value that is written from `start` on ends, in whatever way its letters are written. */
function consume(text: string, start: number, value: string): number | undefined {
  let at = start;
  for (let k = 0; k < value.length; k += 1) {
    const letter = value.charCodeAt(k);
    if (text.charCodeAt(at) === letter && !(letter === 38 && isAmpersand(text, at))) at += 1;
    else if (letter === 10 && text.charCodeAt(at) === 13) at += text.charCodeAt(at + 1) === 10 ? 2 : 1;
    else {
      ENTITY.lastIndex = at;
      const entity = ENTITY.exec(text)?.[0];
      if (entity === undefined) return undefined;
      at += entity.length;
      // A letter beyond the basic plane is one entity and two code units.
      if (letter >= 0xd800 && letter <= 0xdbff) k += 1;
    }
  }
  return at;
}

const AMPERSAND = /&(?:amp|AMP|#38|#[xX]26);?/y;

function isAmpersand(text: string, at: number): boolean {
  AMPERSAND.lastIndex = at;
  return AMPERSAND.test(text);
}
