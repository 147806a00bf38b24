import { isRedacted, REMOVED } from './settings';
import { decode, replaceSigned, splitSigned } from './tokens';
import { replaceUnmistakable } from './unmistakable';
import type { Placeholders } from './placeholders';

/** Shorter texts stand in too many harmless places. */
const SHORTEST = 6;

/** The secrets of one exchange, so that they are replaced wherever else in it they stand: a key in an address, an echoed password. */
export class ExchangeSecrets {
  private readonly found = new Map<string, string>();

  constructor(private readonly placeholders: Placeholders) {}

  /** What stands for a secret: a session's placeholder for what is wholly a token, else `[redacted]`; remembers it. */
  placeholderOf(secret: string): string {
    if (secret === '' || isRedacted(decode(secret))) return secret;
    const signed = splitSigned(secret);
    if (signed !== undefined && replaceSigned(signed.value, () => '') === '')
      return this.placeholders.session(signed.id);
    this.add(secret, REMOVED);
    return REMOVED;
  }

  /** Whether bytes hold a secret that is known by now; bytes cannot be replaced. */
  standIn(bytes: Buffer): boolean {
    const text = bytes.toString('latin1');
    return this.replaceIn(text) !== text;
  }

  /** Remembers a secret in every form in which it may stand elsewhere. */
  add(secret: string, placeholder: string): void {
    if (secret.length < SHORTEST || secret === placeholder || isRedacted(secret)) return;
    // A secret that also stands as a name keeps its placeholder.
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

  /** The text with every known secret, every session token and all that can be nothing but a secret replaced. */
  replaceIn(text: string): string {
    let replaced = replaceUnmistakable(replaceSigned(text, (id) => this.placeholders.session(id)));
    // The longest first: one secret may be the beginning of another.
    const secrets = [...this.found].sort(([a], [b]) => b.length - a.length);
    for (const [secret, placeholder] of secrets)
      if (replaced.includes(secret)) replaced = replaced.replaceAll(secret, () => placeholder);
    return replaced;
  }
}

/** As in an address; text that no address can hold stays as it is. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}
