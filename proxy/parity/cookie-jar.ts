import { headerValues, type ObservedResponse } from '../../shared/parity/exchange';

/** The cookies of one login. All go to one app, so neither `Path` nor `Domain` nor `Secure` keeps one back. */
export class CookieJar {
  private readonly cookies = new Map<string, string>();

  /** Takes what an answer sets; what has expired is removed (RFC 6265 section 5.3). */
  take(response: Pick<ObservedResponse, 'headers'>): void {
    for (const line of headerValues(response, 'set-cookie')) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      if (at < 0) continue;
      const name = pair.slice(0, at).trim();
      const isExpired = attributes.some((attribute) => {
        const [key = '', value = ''] = attribute.split('=', 2).map((part) => part.trim());
        if (/^max-age$/i.test(key)) return Number(value) <= 0;
        return /^expires$/i.test(key) && Date.parse(value) < Date.now();
      });
      if (isExpired) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(at + 1).trim());
    }
  }

  has(name: string): boolean {
    return this.cookies.has(name);
  }

  /** As a `Cookie` header; undefined without any. */
  header(): string | undefined {
    return this.cookies.size === 0
      ? undefined
      : [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}
