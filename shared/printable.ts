import { OTHER, shownPath } from './plain-name';

/** What steers a terminal or misleads a reader: control characters, separators, direction marks (Unicode TR 9), invisible letters, tags. */
const STEERING =
  /[\u0000-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Text of others in one line that is safe to print: what steers is written as an escape. */
export function printable(text: string): string {
  return text.replace(STEERING, (character) => {
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return known ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** Text of others as it is kept: one line of at most so many characters, blanks for what steers. */
export function oneLine(text: string, longest: number): string {
  // Cut first as well: replacing costs time in proportion.
  return text
    .slice(0, longest * 4)
    .replace(STEERING, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
    .slice(0, longest);
}

/** Colours (SGR), the erasing of a line, carriage return, tab and line feed: what this program's own output is made of. */
const OWN = /\u001b\[(?:[\d;]{0,16}m|2?K)|[\r\n\t]/g;

/** The last look at whatever goes to a terminal: it keeps lines and colours. Texts of others have been made printable before. */
export function forTerminal(text: string): string {
  let safe = '';
  let from = 0;
  for (const own of text.matchAll(OWN)) {
    safe += printable(text.slice(from, own.index)) + own[0];
    from = own.index + own[0].length;
  }
  return safe + printable(text.slice(from));
}

/** Up to a blank or quote, or up to the last `@` before the end of the line: passwords that were not encoded may hold either. */
const URLS = /\b([a-z][a-z0-9+.-]{1,20}):\/\/((?:[^\n\r@/]{0,200}@)?[^\s"'`<>]*)/gi;

/** Removes the secret parts of addresses in a text: user, password, query, fragment, path segments that are no plain names. */
export function withoutUrlSecrets(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(URLS, (whole, scheme: string, found: string) => {
    if (scheme.toLowerCase() === 'file') return whole;
    const rest = withoutPunctuation(found);
    // Unencoded passwords may hold slashes and question marks: all up to the last `@` goes.
    const at = rest.lastIndexOf('@');
    const user = at < 0 ? '' : '[redacted]@';
    const [, host = '', path = '', end = ''] = /^([^/?#]*)([^?#]*)(.*)$/s.exec(rest.slice(at + 1)) ?? [];
    const shown = path === '' || /^\/(?:\.{3}|…)/.test(path) ? path : shownPath(path);
    return `${scheme}://${user}${host}${shown}${/^[?#]./.test(end) ? `${end[0] ?? ''}[redacted]` : end}${found.slice(rest.length)}`;
  });
}

/** An address up to the punctuation of the sentence that it stands in. */
function withoutPunctuation(address: string): string {
  let end = address.length;
  while (end > 0 && '.,;:!)]'.includes(address.charAt(end - 1))) end -= 1;
  return address.slice(0, end);
}

/** Quoted text, and what stands in braces: errors of parsers and databases quote what they were given. */
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\{[^{}]*\}/g;
/** A number, a code of an error, an address with its port. */
const HARMLESS =
  /^(?:-?\d{1,7}(?:ms|s|%)?|E[A-Z_]{2,16}|E\d{5}|(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?|(?:[A-Za-z][\w-]*\.)*[a-z][\w-]*:\d{1,5}|[-=>+*/&|]{1,3})$/;
const LONGEST_MESSAGE = 500;

/** The message of an error that is not ours, which may quote a client: words and addresses stay, what is quoted only when it is plain. */
export function shownMessage(message: string): string {
  // Cut behind the redaction: half an address no longer looks like one.
  const words = withoutUrlSecrets(message.slice(0, 4 * LONGEST_MESSAGE))
    .slice(0, LONGEST_MESSAGE)
    .replace(QUOTED, (quoted) => `${quoted[0] ?? ''}${shownWord(quoted.slice(1, -1))}${quoted.at(-1) ?? ''}`)
    .split(/\s+/)
    .map((word) => (word.includes('://') ? word : shownToken(word)));
  return printable(words.join(' ').trim());
}

/** A word with the punctuation around it. */
function shownToken(word: string): string {
  const [, before = '', inner = '', after = ''] = /^([("'`[{<]*)(.*?)([)"'`\]}>.,;:!?]*)$/s.exec(word) ?? [];
  return `${before}${shownWord(inner)}${after}`;
}

function shownWord(word: string): string {
  if (word === '' || word === OTHER || word === OTHER.slice(1, -1) || HARMLESS.test(word)) return word;
  const path = shownPath(`/${word.replace(/^\.{0,2}\//, '')}`);
  return path.endsWith(OTHER) ? OTHER : word;
}
