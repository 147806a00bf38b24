import type { ExchangeSecrets } from './exchange-secrets';
import { isSecretName } from './settings';
import { decode } from './tokens';
import { replaceUnmistakable } from './unmistakable';

/** Secret in a URL and in OAuth forms (RFC 6749), harmless elsewhere: a `code` in JSON is usually an error code. */
const SECRET_PARAMETERS = new Set(['code', 'key', 'ticket', 'samlresponse', 'assertion', 'nonce']);

export interface PairRules {
  readonly secrets: ExchangeSecrets;
  readonly inner: (text: string) => string;
  /** Whether names that are secret only in URLs count: `code`, `key`. */
  readonly isAddress: boolean;
  /** The placeholder for the value of a configured name; undefined for other names. */
  readonly placeholderOf?: ((name: string, value: string) => string | undefined) | undefined;
}

/** Redacts `a=1&password=x`, the syntax of queries and forms. */
export function redactPairs(text: string, rules: PairRules): string {
  if (!text.includes('=')) return text;
  return text
    .split('&')
    .map((pair) => redactPair(pair, rules))
    .join('&');
}

function redactPair(pair: string, { secrets, inner, isAddress, placeholderOf }: PairRules): string {
  const at = pair.indexOf('=');
  const value = pair.slice(at + 1);
  if (at < 0 || value === '') return pair;
  const plain = decode(value.replaceAll('+', ' '));
  const name = decode(pair.slice(0, at).replaceAll('+', ' '));
  // The value of a configured name gets a number, which survives another redaction of the recording.
  const configured = placeholderOf?.(name, plain);
  const isSecret = isSecretName(name) || (isAddress && SECRET_PARAMETERS.has(name.toLowerCase()));
  let replaced = plain;
  if (configured !== undefined) secrets.add(plain, (replaced = configured));
  else if (isSecret) {
    replaced = secrets.placeholderOf(plain);
    // Also as sent, in case it cannot be decoded or contains a literal plus.
    if (replaced !== plain) secrets.add(value, replaced);
  } else replaced = replaceUnmistakable(inner(plain));
  return replaced === plain ? pair : `${pair.slice(0, at)}=${encodeURIComponent(replaced)}`;
}

/** Whether a body is a form without declaring it. */
export function looksLikeForm(text: string): boolean {
  return /^[^\s=&<>{}"']+=/.test(text) && !/[\s<>{}"]/.test(text.trim());
}
