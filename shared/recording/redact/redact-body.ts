import { isUtf8 } from 'node:buffer';
import type { ExchangeSecrets } from './exchange-secrets';
import type { JsonPath } from '../../json-path';
import { redactJson } from './redact-json';
import { redactMultipart } from './redact-multipart';
import { looksLikeForm, redactPairs } from './redact-pairs';
import { redactText } from './redact-text';
import { isSecretName, REMOVED } from './settings';

/** A body as a HAR holds it. */
export interface RedactableBody {
  readonly text: string;
  readonly encoding?: 'base64' | undefined;
}

export interface BodyRules {
  readonly paths: readonly JsonPath[];
  readonly secrets: ExchangeSecrets;
}

/** Texts in texts, such as JSON in a field of JSON, are looked into so far; what is deeper is removed. */
const DEEPEST = 4;
/** Types of bytes that no form and no program puts its secrets into. */
const BINARY = /^(image\/(?!svg)|audio\/|video\/|font\/|application\/(pdf|zip|gzip|font|wasm|vnd\.openxml))/;

/** Takes secrets out of a body by its content and remembers them; undefined when its content cannot be known (broken JSON, unknown bytes). */
export function redactBody(body: RedactableBody, mimeType: string, rules: BodyRules): RedactableBody | undefined {
  const isMultipart = /^\s*multipart\//i.test(mimeType);
  if (body.encoding !== 'base64') {
    const text = redactContent(body.text, mimeType, rules, 0);
    return text === undefined ? undefined : { text };
  }
  const bytes = Buffer.from(body.text, 'base64');
  if (isMultipart) {
    const text = redactContent(bytes.toString('latin1'), mimeType, rules, 0);
    if (text === undefined) return undefined;
    return { text: Buffer.from(rules.secrets.replaceIn(text), 'latin1').toString('base64'), encoding: 'base64' };
  }
  if (isUtf8(bytes) && !bytes.includes(0)) {
    const text = redactContent(bytes.toString(), mimeType, rules, 0);
    return text === undefined ? undefined : { text };
  }
  return BINARY.test(mimeType.trim().toLowerCase()) || !hasText(bytes) ? body : undefined;
}

/** Whether as much as a short password could be read in bytes; those of UTF-16 have zeros between. */
function hasText(bytes: Buffer): boolean {
  return /[\x20-\x7E]{4}/.test(bytes.toString('latin1').replaceAll('\0', ''));
}

function redactContent(text: string, mimeType: string, rules: BodyRules, depth: number): string | undefined {
  const { secrets } = rules;
  const type = mimeType.toLowerCase();
  const start = text.trimStart();
  if (start === '') return text;
  const inner = (value: string): string => redactInner(value, secrets, depth + 1);
  const paths = depth === 0 ? rules.paths : [];

  if (type.trim().startsWith('multipart/') || (start.startsWith('--') && /content-disposition:/i.test(text)))
    return redactMultipart(text, mimeType, secrets, (content, partType) =>
      BINARY.test(partType.trim().toLowerCase()) ? content : redactContent(content, partType, rules, depth + 1),
    );
  const isJson = /[/+](x-)?json\b|ndjson|jsonl/.test(type);
  if (isJson || /^[{["]/.test(start)) {
    const json = redactJson(text, { paths, secrets, inner });
    if (json !== undefined) return json;
    const lines = text.split('\n');
    // One JSON text on each line.
    if (lines.length > 1) {
      const redacted = lines.map((line) => (line.trim() === '' ? line : redactJson(line, { paths, secrets, inner })));
      if (!redacted.includes(undefined)) return redacted.join('\n');
    }
    if (isJson) return undefined;
  }
  const isForm = looksLikeForm(text);
  if (isForm || type.includes('x-www-form-urlencoded') || /^[\w.%-]{1,200}=/.test(start)) {
    const pairs = redactPairs(text, { secrets, inner, isAddress: text.includes('grant_type=') });
    return isForm ? pairs : redactText(pairs, secrets);
  }
  // Rows of names and rows of values are too far from each other.
  if (/csv|tab-separated/.test(type) && isSecretName(text)) return undefined;
  return redactText(text, secrets);
}

/** A text within another. */
function redactInner(text: string, secrets: ExchangeSecrets, depth: number): string {
  if (!/[:=<]/.test(text)) return text;
  if (depth > DEEPEST) return REMOVED;
  return redactContent(text, '', { paths: [], secrets }, depth) ?? REMOVED;
}

/** Redacts a value in an address, which may be another address or JSON. */
export function redactValue(text: string, secrets: ExchangeSecrets): string {
  return redactInner(text, secrets, 1);
}
