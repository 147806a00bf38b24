import { createHash } from 'node:crypto';

const FIRST_LINE = /^\/\/ Written by banyan add \(([0-9a-f]{8})\).*\r?\n/;

/** Marks a file's text as written by a command, so that it is known later whether it was edited. */
export const marked = (text: string): string =>
  `// Written by banyan add (${checksum(text)}); banyan remove deletes it while it is unchanged\n${text}`;

/** Whether a file is as {@link marked} made it; `foreign`: no command has written it. */
export function stateOf(text: string): 'unchanged' | 'edited' | 'foreign' {
  const [line = '', sum] = FIRST_LINE.exec(text) ?? [];
  if (sum === undefined) return 'foreign';
  return checksum(text.slice(line.length)) === sum ? 'unchanged' : 'edited';
}

/** Git may change line breaks. */
const checksum = (text: string): string =>
  createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 8);
