import { isRedacted, REMOVED } from './settings';
import { decode, replaceSigned, splitSigned } from './tokens';
import { replaceUnmistakable } from './unmistakable';
import type { Placeholders } from './placeholders';

/** Shorter strings occur in too many harmless places. */
const SHORTEST = 6;

/** The secrets found in one exchange, so that they can be replaced wherever else they occur in it: a key in a URL, an echoed password. */
export class ExchangeSecrets {
  private readonly found = new Map<string, string>();

  constructor(private readonly placeholders: Placeholders) {}

  /** How many strings {@link replaceIn} looks for; each costs a search of the whole exchange. */
  get size(): number {
    return this.found.size;
  }

  /** Replaces a secret: with its session's placeholder if it is wholly a session token; otherwise remembers it and returns `[redacted]`. */
  placeholderOf(secret: string): string {
    if (secret === '' || isRedacted(decode(secret))) return secret;
    const signed = splitSigned(secret);
    if (signed !== undefined && replaceSigned(signed.value, () => '') === '')
      return this.placeholders.session(signed.id);
    this.add(secret, REMOVED);
    return REMOVED;
  }

  /** Whether bytes contain a secret known so far; inside bytes it cannot be replaced. */
  standIn(bytes: Buffer): boolean {
    const text = bytes.toString('latin1');
    return this.replaceIn(text) !== text;
  }

  /** Remembers a secret in every form in which it may occur elsewhere. */
  add(secret: string, placeholder: string): void {
    if (secret.length < SHORTEST || secret === placeholder || isRedacted(secret)) return;
    // A secret that also occurs as a name keeps its first placeholder.
    if (this.found.has(secret)) return;
    const inJson = JSON.stringify(secret).slice(1, -1);
    for (const form of [
      secret,
      encoded(secret),
      encoded(secret).replaceAll('%20', '+'),
      inJson,
      inJson.replaceAll('/', '\\/'),
    ])
      this.found.set(form, placeholder);
  }

  /** The text with every known secret, every session token and everything that can only be a secret replaced. */
  replaceIn(text: string): string {
    let replaced = replaceUnmistakable(replaceSigned(text, (id) => this.placeholders.session(id)));
    // Longest first: one secret may be the beginning of another.
    const secrets = [...this.found].sort(([a], [b]) => b.length - a.length);
    for (const [secret, placeholder] of secrets)
      if (replaced.includes(secret)) replaced = replaced.replaceAll(secret, () => placeholder);
    return replaced;
  }
}

/** Percent-encoded as in a URL; text that cannot be encoded stays as it is. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}
