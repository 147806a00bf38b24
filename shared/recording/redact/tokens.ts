/** The parts of a signed session value, `s:<id>.<signature>`. */
export interface SignedValue {
  readonly id: string;
  readonly value: string;
}

/** Session values as cookie-signature signs them (SHA-256, base64 without padding), raw or percent-encoded once or twice, anywhere in a text. */
const SIGNED = /s(?::|%3A|%253A)([\w~.-]{4,256}?)\.(?:[A-Za-z0-9+_-]|\\?\/|%(?:25)?2[BbFf]){43}(?:=|%(?:25)?3[Dd])?/gi;

/** Replaces every signed session value in a text. */
export function replaceSigned(text: string, placeholder: (id: string) => string): string {
  if (!/s(:|%3a|%253a)/i.test(text)) return text;
  return text.replace(SIGNED, (_whole, id: string) => placeholder(id));
}

/** Splits the value of a cookie or bearer token; undefined when it is not signed. */
export function splitSigned(value: string): SignedValue | undefined {
  const decoded = decode(value);
  const dot = decoded.lastIndexOf('.');
  return decoded.startsWith('s:') && dot > 2 ? { id: decoded.slice(2, dot), value: decoded } : undefined;
}

/** Percent-decodes a text; one that is not validly encoded stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
