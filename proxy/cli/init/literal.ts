import { propertyKey, quoted } from '../scaffold/dialect';

const LONGEST = 100;

/** Code that stands for itself in a literal: `fromEnvironment('X')`. */
export class Code {
  constructor(readonly text: string) {}
}

/** A value as JavaScript, formatted as Prettier would with 2 spaces and single quotes; lists and objects on one line where they fit. */
export function literal(value: unknown, indent = 0): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const entries = Object.entries(value).map(([name, entry]) => {
    const text = literal(entry, indent + 2);
    return isList ? text : `${propertyKey(name)}: ${text}`;
  });
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return open + close;
  const line = isList ? `[${entries.join(', ')}]` : `{ ${entries.join(', ')} }`;
  if (!line.includes('\n') && line.length + indent <= LONGEST) return line;
  const inner = ' '.repeat(indent + 2);
  return `${open}\n${entries.map((entry) => `${inner}${entry},\n`).join('')}${' '.repeat(indent)}${close}`;
}
