import type { ExchangeSecrets } from './exchange-secrets';
import { replaceAt, type JsonPath } from './json-path';
import { isRedacted, isSecretName, REMOVED } from './settings';
import { splitSigned, decode } from './tokens';

/** A body as a HAR holds it. */
export interface RedactableBody {
  readonly text: string;
  readonly encoding?: 'base64' | undefined;
}

export interface BodyRules {
  readonly paths: readonly JsonPath[];
  readonly secrets: ExchangeSecrets;
}

/**
 * Takes secrets out of a body by what its type says it is: JSON and forms by the names of their fields, the rest by what is
 * known to be secret. Values found are remembered in `secrets`.
 *
 * @returns undefined when nobody can tell what is in it: JSON that cannot be parsed
 */
export function redactBody(body: RedactableBody, mimeType: string, rules: BodyRules): RedactableBody | undefined {
  const type = mimeType.toLowerCase();
  if (type.startsWith('multipart/')) return redactMultipart(body, mimeType, rules.secrets);
  if (body.encoding === 'base64') return body;
  if (/[/+](x-)?json\b|ndjson/.test(type)) return redactJson(body.text, rules);
  if (type.includes('x-www-form-urlencoded')) return { text: redactPairs(body.text, rules.secrets) };
  return { text: redactText(body.text) };
}

function redactJson(text: string, { paths, secrets }: BodyRules): RedactableBody | undefined {
  if (text.trim() === '') return { text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const change = { made: false };
  const remove = (found: unknown): string => {
    change.made = true;
    if (typeof found === 'string') secrets.add(found, REMOVED);
    return REMOVED;
  };
  const holder = { $: value };
  for (const path of paths) replaceAt(holder, [{ kind: 'member', name: '$' }, ...path], remove);
  removeSecretFields(holder, remove);
  // What did not change stays as it was written: spaces, order and forms of numbers.
  return { text: change.made ? JSON.stringify(holder.$) : text };
}

function removeSecretFields(value: unknown, remove: (found: unknown) => string): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    const child = holder[key];
    if (!isSecretName(key)) removeSecretFields(child, remove);
    // A session token becomes its placeholder, by its form.
    else if (typeof child === 'string' && (child === '' || isRedacted(child) || splitSigned(child) !== undefined))
      continue;
    else if (child !== null && typeof child !== 'boolean') holder[key] = remove(child);
  }
}

/** `a=1&password=x`, the form of queries and of forms. */
export function redactPairs(
  text: string,
  secrets: ExchangeSecrets,
  placeholderOf: (name: string, value: string) => string | undefined = () => undefined,
): string {
  if (!text.includes('=')) return text;
  const pairs = text.split('&').map((pair) => {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    const value = at < 0 ? '' : pair.slice(at + 1);
    const plain = decode(value.replaceAll('+', ' '));
    if (value === '' || isRedacted(plain) || splitSigned(plain) !== undefined) return pair;
    const key = decode(name.replaceAll('+', ' '));
    const placeholder = placeholderOf(key, plain) ?? (isSecretName(key) ? REMOVED : undefined);
    if (placeholder === undefined) return pair;
    secrets.add(plain, placeholder);
    return `${name}=${encodeURIComponent(placeholder)}`;
  });
  return pairs.join('&');
}

/** Fields of a form with files (RFC 7578); bytes of files stay as they are. */
function redactMultipart(body: RedactableBody, mimeType: string, secrets: ExchangeSecrets): RedactableBody | undefined {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(mimeType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) return undefined;
  const encoding = body.encoding === 'base64' ? 'latin1' : 'utf8';
  const text = body.encoding === 'base64' ? Buffer.from(body.text, 'base64').toString('latin1') : body.text;
  const delimiter = `--${name}`;
  const parts = text.split(delimiter).map((part) => {
    const end = part.indexOf('\r\n\r\n');
    const field = end < 0 ? undefined : /\bname="([^"]*)"/i.exec(part.slice(0, end))?.[1];
    if (field === undefined || !isSecretName(field)) return part;
    secrets.add(part.slice(end + 4).replace(/\r\n$/, ''), REMOVED);
    return `${part.slice(0, end + 4)}${REMOVED}\r\n`;
  });
  const redacted = secrets.replaceIn(parts.join(delimiter));
  if (encoding === 'utf8') return { text: redacted };
  return { text: Buffer.from(redacted, 'latin1').toString('base64'), encoding: 'base64' };
}

/** Hidden fields of HTML forms and elements of XML whose name says that they are secret. */
function redactText(text: string): string {
  if (!/password|secret|token|csrf|xsrf/i.test(text)) return text;
  const value = /(\bvalue\s*=\s*)("[^"]*"|'[^']*')/gi;
  return text
    .replace(/<input\b[^>]*>/gi, (tag) => {
      const name = /\bname\s*=\s*["']?([^"'\s>]+)/i.exec(tag)?.[1];
      return name !== undefined && isSecretName(name) ? tag.replace(value, `$1"${REMOVED}"`) : tag;
    })
    .replace(/<([\w:-]+)>([^<]+)<\/\1>/g, (element, name: string) =>
      isSecretName(name) ? `<${name}>${REMOVED}</${name}>` : element,
    );
}
