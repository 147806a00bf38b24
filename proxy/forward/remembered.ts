/** Header names that are remembered; clients may invent more. */
const MAX_REMEMBERED = 500;

/** A question about a header's name, answered from memory: the same few spellings come again and again. */
export function remembered<T>(answer: (name: string) => T): (name: string) => T {
  const answers = new Map<string, { readonly answer: T }>();
  return (name) => {
    const known = answers.get(name);
    if (known !== undefined) return known.answer;
    const found = { answer: answer(name) };
    if (answers.size < MAX_REMEMBERED) answers.set(name, found);
    return found.answer;
  };
}

const LETTERS = 32;
const LONGEST = 31;

/**
 * Whether a header's name may be one of some, or begin as some do, whatever its case: by its length and its first letter, which
 * spares most names a look-up. A false positive is possible, a false negative is not.
 */
export function mayBeOneOf(names: Iterable<string>, beginnings: Iterable<string>): (name: string) => boolean {
  const table = new Uint8Array((LONGEST + 1) * LETTERS);
  for (const name of names) table[placeOf(name.length, name)] = 1;
  for (const beginning of beginnings)
    for (let length = beginning.length; length <= LONGEST; length += 1) table[placeOf(length, beginning)] = 1;
  return (name) => table[placeOf(name.length, name)] === 1;
}

/** Of a letter the last five bits are the same in both cases. */
function placeOf(length: number, name: string): number {
  return Math.min(length, LONGEST) * LETTERS + (name.charCodeAt(0) % LETTERS);
}
