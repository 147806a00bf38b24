import type { ExchangeSecrets } from './exchange-secrets';
import { isSecretName } from './settings';
import { decode } from './tokens';
import { replaceUnmistakable } from './unmistakable';

/** Secret in an address and in OAuth's forms (RFC 6749), harmless elsewhere: a `code` in JSON is mostly an error's. */
const SECRET_PARAMETERS = new Set(['code', 'key', 'ticket', 'samlresponse', 'assertion', 'nonce']);

export interface PairRules {
  readonly secrets: ExchangeSecrets;
  readonly inner: (text: string) => string;
  /** Whether names as in addresses count: `code`, `key`. */
  readonly isAddress: boolean;
  /** What stands for a value under a configured name. */
  readonly placeholderOf?: ((name: string, value: string) => string | undefined) | undefined;
}

/** `a=1&password=x`, the form of queries and of forms. */
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
  // A configured name's value has a number, which is kept when a recording is redacted again.
  const configured = placeholderOf?.(name, plain);
  const isSecret = isSecretName(name) || (isAddress && SECRET_PARAMETERS.has(name.toLowerCase()));
  let replaced = plain;
  if (configured !== undefined) secrets.add(plain, (replaced = configured));
  else if (isSecret) {
    replaced = secrets.placeholderOf(plain);
    // As it was sent, in case it cannot be decoded or has a plus of its own.
    if (replaced !== plain) secrets.add(value, replaced);
  } else replaced = replaceUnmistakable(inner(plain));
  return replaced === plain ? pair : `${pair.slice(0, at)}=${encodeURIComponent(replaced)}`;
}

/** Whether a body is a form without declaring it. */
export function looksLikeForm(text: string): boolean {
  return /^[^\s=&<>{}"']+=/.test(text) && !/[\s<>{}"]/.test(text.trim());
}
