import type { ExchangeSecrets } from './exchange-secrets';
import { replaceAt, type JsonPath } from '../../json-path';
import { parseJson } from '../../session/parse-json';
import { isSecretName, REMOVED } from './settings';

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g;
/** Members that say what the `value` next to them holds: `{"name": "password", "value": ...}`. */
const LABELS = new Set(['name', 'key', 'field', 'id', 'label']);
const HARMLESS = new Set(['null', 'true', 'false', '""']);

export interface JsonRules {
  readonly paths: readonly JsonPath[];
  readonly secrets: ExchangeSecrets;
  /** Redacts the text of a string. */
  readonly inner: (text: string) => string;
}

/** Removes secrets from JSON by editing its text, so that the rest stays as written; undefined when it is not JSON. */
export function redactJson(text: string, rules: JsonRules): string | undefined {
  const value = parseJson(text.replace(/^\uFEFF/, ''));
  if (value === undefined) return undefined;
  const spans = new SecretSpans(removePaths(text, value, rules), rules);
  return spans.replaced();
}

function removePaths(text: string, value: unknown, { paths, secrets }: JsonRules): string {
  if (paths.length === 0) return text;
  const holder = { $: value };
  // The parsed value hides the earlier of two members with the same name.
  let isChanged = [...text.matchAll(TOKEN)].filter(([token]) => token === ':').length !== membersOf(value);
  for (const path of paths)
    replaceAt(holder, [{ kind: 'member', name: '$' }, ...path], (found) => {
      if (found === REMOVED) return found;
      isChanged = true;
      if (typeof found === 'string') secrets.add(found, REMOVED);
      return REMOVED;
    });
  return isChanged ? JSON.stringify(holder.$) : text;
}

function membersOf(value: unknown): number {
  let count = 0;
  const open = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== 'object' || one === null) continue;
    if (!Array.isArray(one)) count += Object.keys(one).length;
    for (const child of Object.values(one)) open.push(child);
  }
  return count;
}

interface Frame {
  readonly isObject: boolean;
  /** Where this value begins. */
  readonly start: number;
  /** Whether it is the value of a secret name. */
  readonly secret: boolean;
  key: string | undefined;
  atValue: boolean;
  /** Whether a label in it names a secret. */
  labelled: boolean;
  /** Where its `value` members are (in a labelled list, the elements); in an object the label may come after them. */
  readonly values: (readonly [start: number, end: number])[];
}

/** One pass over the tokens of well-formed JSON. */
class SecretSpans {
  private readonly spans: { readonly start: number; readonly end: number; readonly by: string }[] = [];
  private readonly frames: Frame[] = [];
  private secretDepth = 0;

  constructor(
    private readonly text: string,
    private readonly rules: JsonRules,
  ) {}

  /** The text with the outermost secret values replaced. */
  replaced(): string {
    for (const { 0: token, index } of this.text.matchAll(TOKEN)) this.read(token.replace(/^\uFEFF/, ''), index);
    this.spans.sort((a, b) => a.start - b.start || b.end - a.end);
    const pieces: string[] = [];
    let at = 0;
    for (const { start, end, by } of this.spans) {
      if (start < at) continue;
      pieces.push(this.text.slice(at, start), JSON.stringify(by));
      at = end;
    }
    return pieces.join('') + this.text.slice(at);
  }

  private read(token: string, index: number): void {
    const frame = this.frames.at(-1);
    if (token === '' || token === ':') {
      if (frame !== undefined) frame.atValue = true;
    } else if (token === ',') {
      if (frame !== undefined) frame.atValue = !frame.isObject;
    } else if (token === '}' || token === ']') {
      this.close(index + 1);
    } else if (frame?.isObject === true && !frame.atValue) {
      frame.key = plainOf(token);
    } else {
      if (token === '{' || token === '[') this.open(token, index);
      else this.scalar(token, index);
    }
  }

  private open(bracket: '{' | '[', start: number): void {
    const isObject = bracket === '{';
    const secret = isSecretMember(this.frames.at(-1));
    if (secret) this.secretDepth += 1;
    const atValue = !isObject;
    this.frames.push({ isObject, start, secret, key: undefined, atValue, labelled: false, values: [] });
  }

  private close(end: number): void {
    const frame = this.frames.pop();
    if (frame === undefined) return;
    if (frame.labelled)
      for (const [from, to] of frame.values) {
        const raw = this.text.slice(from, to);
        this.remove(from, to, raw.startsWith('"') ? raw : undefined);
      }
    if (frame.secret) {
      this.secretDepth -= 1;
      this.remove(frame.start, end);
    }
    this.noteValue(frame.start, end);
  }

  private scalar(token: string, start: number): void {
    const end = start + token.length;
    this.noteValue(start, end);
    const frame = this.frames.at(-1);
    // `["password", "..."]`, as in lists of headers.
    if (token.startsWith('"') && frame?.isObject === false && frame.start + 1 === start)
      frame.labelled ||= isSecretName(plainOf(token));
    if (token.startsWith('"') && frame?.isObject === true && LABELS.has(frame.key?.toLowerCase() ?? ''))
      frame.labelled ||= isSecretName(plainOf(token));
    if (isSecretMember(frame)) this.remove(start, end, token);
    else if (!token.startsWith('"')) return;
    else if (this.secretDepth > 0) this.rules.secrets.placeholderOf(plainOf(token));
    else {
      const plain = plainOf(token);
      const by = this.rules.inner(plain);
      if (by !== plain) this.spans.push({ start, end, by });
    }
  }

  private noteValue(start: number, end: number): void {
    const frame = this.frames.at(-1);
    if (frame === undefined) return;
    const isValue = frame.isObject ? frame.key?.toLowerCase() === 'value' : frame.labelled;
    if (isValue) frame.values.push([start, end]);
  }

  private remove(start: number, end: number, token?: string): void {
    if (token !== undefined && HARMLESS.has(token)) return;
    const by = token?.startsWith('"') === true ? this.rules.secrets.placeholderOf(plainOf(token)) : REMOVED;
    this.spans.push({ start, end, by });
  }
}

/** Whether the next value belongs to a secret name. */
function isSecretMember(frame: Frame | undefined): boolean {
  return frame?.isObject === true && isSecretName(frame.key ?? '');
}

function plainOf(token: string): string {
  return token.startsWith('"') ? String(JSON.parse(token)) : token;
}
