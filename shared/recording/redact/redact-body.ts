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

/** Nested text, such as JSON in a string of JSON, is searched to this depth; anything deeper is removed. */
const DEEPEST = 4;
/** Binary types into which neither forms nor programs put secrets. */
const BINARY = /^(image\/(?!svg)|audio\/|video\/|font\/|application\/(pdf|zip|gzip|font|wasm|vnd\.openxml))/;

/** Removes secrets from a body by its content and remembers them; undefined for content that it cannot understand (broken JSON, unknown bytes). */
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

/** Whether bytes contain even a short password's worth of readable text; UTF-16 puts zeros in between. */
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
    // NDJSON: one JSON value per line.
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
  // A header row is too far from its values to match them.
  if (/csv|tab-separated/.test(type) && isSecretName(text)) return undefined;
  return redactText(text, secrets);
}

/** Redacts text that is nested in other text. */
function redactInner(text: string, secrets: ExchangeSecrets, depth: number): string {
  if (!/[:=<]/.test(text)) return text;
  if (depth > DEEPEST) return REMOVED;
  return redactContent(text, '', { paths: [], secrets }, depth) ?? REMOVED;
}

/** Redacts a value in a URL, which may itself be a URL or JSON. */
export function redactValue(text: string, secrets: ExchangeSecrets): string {
  return redactInner(text, secrets, 1);
}
