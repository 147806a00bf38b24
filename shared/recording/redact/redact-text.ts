import type { ExchangeSecrets } from './exchange-secrets';
import { isSecretName, REMOVED } from './settings';

/** Letters written as `\u` escapes, in which the search for names would miss one. */
const HIDES_NAMES = /\\u00(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])/i;
/** A user and password in a URL. */
const USER_PART = /:\/\/[^\s/@:"'<>]{0,200}:[^\s/@"'<>]{1,200}@/g;
/** A name that precedes its value without an assignment: an argument, an element `<name>`. */
const NAMED = /(["'`])([\w.-]{1,100})\1\s{0,20},|<(?:\w{1,20}:)?(?:name|key)>\s{0,20}([\w.-]{1,100})\s{0,20}</gi;

function isNamedElsewhere(text: string): boolean {
  for (const [, , argument, element] of text.matchAll(NAMED)) if (isSecretName(argument ?? element ?? '')) return true;
  return false;
}

/** Elements without content. */
const VOID = new Set(['input', 'meta', 'link', 'img', 'br', 'hr', 'base', 'param']);

/** Removes the values of secret names from other text, in a pass over its tags and one over its assignments; undefined when a secret's end is unclear. */
export function redactText(text: string, secrets: ExchangeSecrets): string | undefined {
  if (HIDES_NAMES.test(text) || isNamedElsewhere(text)) return undefined;
  const tags = redactTags(text.replaceAll(USER_PART, `://${REMOVED}@`), secrets);
  return tags === undefined ? undefined : redactAssignments(tags, secrets);
}

function redactTags(text: string, secrets: ExchangeSecrets): string | undefined {
  const pieces: string[] = [];
  let copied = 0;
  let at = text.indexOf('<');
  while (at >= 0) {
    const name = tagName(text, at + 1);
    if (name === undefined) {
      at = text.indexOf('<', at + 1);
      continue;
    }
    const { attributes, end, isClosed } = readTag(text, at + 1 + name.length);
    const label = attributes.find(({ key }) => /^(name|id|property|itemprop|key)$/i.test(key))?.value ?? '';
    const isSecret = isSecretName(label);
    for (const { key, value, from, to } of isSecret ? attributes : []) {
      if (!/^(value|content)$/i.test(key) || value === '') continue;
      pieces.push(text.slice(copied, from), `"${secrets.placeholderOf(value)}"`);
      copied = to;
    }
    const local = name.toLowerCase();
    if (!isClosed && !VOID.has(local) && (isSecret || isSecretName(local))) {
      const close = text.indexOf(`</${name}`, end);
      if (close < 0) return undefined;
      const content = text.slice(end, close);
      const plain = content
        .trim()
        .replace(/^<!\[CDATA\[/, '')
        .replace(/\]\]>$/, '');
      if (plain !== '') {
        pieces.push(text.slice(copied, end), secrets.placeholderOf(plain));
        copied = close;
      }
      at = text.indexOf('<', close + 1);
    } else at = text.indexOf('<', end);
  }
  return pieces.join('') + text.slice(copied);
}

function tagName(text: string, at: number): string | undefined {
  const name = /[A-Za-z_][\w:.-]{0,200}/y;
  name.lastIndex = at;
  return name.exec(text)?.[0];
}

interface Attribute {
  readonly key: string;
  readonly value: string;
  /** Where the value is, quotes included. */
  readonly from: number;
  readonly to: number;
}

function readTag(text: string, start: number): { attributes: Attribute[]; end: number; isClosed: boolean } {
  const attributes: Attribute[] = [];
  const part = /\s+|\/|([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?|["'=]/y;
  part.lastIndex = start;
  let end = start;
  for (let found = part.exec(text); found !== null; found = part.exec(text)) {
    end = part.lastIndex;
    const [, key, value] = found;
    if (key === undefined || value === undefined) continue;
    const plain = /^["']/.test(value) ? value.slice(1, -1) : value;
    attributes.push({ key, value: plain, from: end - value.length, to: end });
  }
  return { attributes, end: text[end] === '>' ? end + 1 : end, isClosed: text[end - 1] === '/' };
}

const NAME = /[A-Za-z_$][\w$-]*/g;
const ASSIGNS = /(?:\\*["'`]|\]|\)|%5D|%22|&quot;|&#3[49];|\s){0,64}(?:[:=]{1,3}>?|%3D|%3A)\s*/iy;

function redactAssignments(text: string, secrets: ExchangeSecrets): string | undefined {
  const pieces: string[] = [];
  let copied = 0;
  NAME.lastIndex = 0;
  const name = new RegExp(NAME);
  for (let found = name.exec(text); found !== null; found = name.exec(text)) {
    const isParameter = /[?&#]/.test(text[found.index - 1] ?? '') && /^(code|key|ticket)$/i.test(found[0]);
    if (!isParameter && !isSecretName(found[0])) continue;
    const assigns = new RegExp(ASSIGNS);
    assigns.lastIndex = name.lastIndex;
    const sign = assigns.exec(text);
    if (sign === null) continue;
    const value = valueAt(text, assigns.lastIndex, sign[0]);
    if (value === undefined) return undefined;
    const { from, to } = value;
    const plain = text.slice(from, to);
    if (plain !== '') {
      pieces.push(text.slice(copied, from), secrets.placeholderOf(plain));
      copied = to;
    }
    name.lastIndex = Math.max(to, name.lastIndex);
  }
  return pieces.join('') + text.slice(copied);
}

/** Where a value is, without its quotes; undefined when its end is unclear: lists, objects, YAML block scalars. */
function valueAt(text: string, start: number, sign: string): { from: number; to: number } | undefined {
  const open = /(\\*)(["'`])|(%22)/iy;
  open.lastIndex = start;
  const quote = open.exec(text);
  if (quote !== null) {
    const from = open.lastIndex;
    return {
      from,
      to: quote[3] === undefined ? closing(text, from, quote[2] ?? '"', quote[1] ?? '') : until(/%22/gi, text, from),
    };
  }
  if (text.startsWith(REMOVED, start)) return { from: start, to: start };
  const word = /(?:null|true|false|undefined)\b/y;
  word.lastIndex = start;
  if (word.test(text)) return { from: start, to: start };
  if (/[[{|]/.test(text[start] ?? '') || /^>[-+\d]*[\r\n]/.test(text.slice(start, start + 8))) return undefined;
  const to = sign.includes(':') ? until(/[\r\n<]/g, text, start) : until(/[\s&<>]/g, text, start);
  return { from: start, to };
}

/** Where the closing quote is: the one escaped exactly as much as the opening one. */
function closing(text: string, from: number, quote: string, escape: string): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let escapes = 0;
    while (at - escapes > from && text[at - escapes - 1] === '\\') escapes += 1;
    if (escapes === escape.length || (escape === '' && escapes % 2 === 0)) return at - escape.length;
  }
  return text.length;
}

function until(end: RegExp, text: string, from: number): number {
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}
