interface Part {
  readonly literal: string;
  /** What stands between `${` and `}`; undefined for a literal part. */
  readonly expression?: string;
}

/** A variable begins with a lower-case source; anything else, such as `${AWS::Region}`, is text for another reader. */
const OPENING = /(?<escape>\\?)\$\{(?=(?<source>[a-z][\w.-]*[:(])?)/g;

/** Cuts `a${self:b}c` into its literal parts and its variables. Variables may hold variables; `\${` is a plain `${`. */
export function splitVariables(text: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  let position = 0;
  for (const match of text.matchAll(OPENING)) {
    if (match.index < position) continue;
    const { escape, source } = match.groups ?? {};
    const content = match.index + match[0].length;
    const end = source === undefined || escape !== '' ? -1 : closingBrace(text, content);
    literal += text.slice(position, match.index);
    if (end === -1) {
      literal += '${';
      position = content;
      continue;
    }
    if (literal !== '') parts.push({ literal });
    literal = '';
    parts.push({ literal: '', expression: text.slice(content, end) });
    position = end + 1;
  }
  literal += text.slice(position);
  return literal !== '' || parts.length === 0 ? [...parts, { literal }] : parts;
}

/** Splits `opt:stage, 'dev'` at the commas that stand outside quotes and parentheses. */
export function splitCandidates(text: string): string[] {
  const parts: string[] = [];
  let current = '';
  let quote = '';
  let depth = 0;
  for (const character of text) {
    if (quote === '' && depth === 0 && character === ',') {
      parts.push(current.trim());
      current = '';
      continue;
    }
    if (character === quote) quote = '';
    else if (quote === '' && (character === "'" || character === '"')) quote = character;
    else if (quote === '' && character === '(') depth += 1;
    else if (quote === '' && character === ')') depth -= 1;
    current += character;
  }
  return [...parts, current.trim()];
}

/** The index of the brace that closes the variable whose content starts at `from`, or -1. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let index = from; index < text.length; index += 1) {
    if (text.startsWith('${', index)) depth += 1;
    if (text[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}
