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
