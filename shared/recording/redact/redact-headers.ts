import { shownName } from '../../plain-name';
import type { HarPair } from '../har/har';
import type { ExchangeSecrets } from './exchange-secrets';
import type { Placeholders } from './placeholders';
import { redactValue } from './redact-body';
import { redactPairs } from './redact-pairs';
import { isRedacted, isSecretName, REMOVED, type RedactionSettings } from './settings';
import { decode, splitSigned } from './tokens';

/** Headers that give away the client's address, which no replay needs. */
const CLIENT_ADDRESS = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
]);

const HARMLESS = new Set([
  'www-authenticate',
  'proxy-authenticate',
  'sec-websocket-key',
  'sec-websocket-accept',
  'access-control-allow-credentials',
]);
/** Headers that hold URLs, which may have secrets in their query. */
const ADDRESSES = new Set([':path', 'referer', 'location', 'content-location', 'link', 'refresh']);

/** Links sent by email: `/reset/<token>`. */
const AFTER_SECRET_SEGMENT =
  /(\/(?:reset|reset-password|password-reset|verify|verify-email|activate|confirm|invite|magic|magic-link|token|tokens)\/)([^/?#;&\s]{8,})/gi;

/** Replaces what identifies a user in headers, and remembers it. */
export class HeaderRedaction {
  private readonly credentialHeaders: ReadonlySet<string>;
  private readonly credentialQueries: ReadonlySet<string>;
  private readonly keepCookies: ReadonlySet<string>;

  constructor(
    private readonly settings: RedactionSettings,
    private readonly placeholders: Placeholders,
  ) {
    this.credentialHeaders = new Set(settings.credentialHeaders.map((name) => name.toLowerCase()));
    this.credentialQueries = new Set(settings.credentialQueries.map((name) => name.toLowerCase()));
    this.keepCookies = new Set(settings.keepCookies);
  }

  header({ name, value }: HarPair, secrets: ExchangeSecrets): HarPair {
    const lower = name.toLowerCase();
    if (lower === 'cookie') return { name, value: this.cookies(value, secrets) };
    if (lower === 'set-cookie') return { name, value: this.setCookie(value, secrets) };
    if (lower === 'authorization' || lower === 'proxy-authorization')
      return { name, value: this.authorization(value, secrets) };
    if (CLIENT_ADDRESS.has(lower)) return { name, value: REMOVED };
    if (ADDRESSES.has(lower)) return { name, value: this.address(value, secrets) };
    if (this.credentialHeaders.has(lower) || (isSecretName(lower) && !HARMLESS.has(lower)))
      return { name, value: this.token(value, secrets) };
    return { name, value };
  }

  /** Redacts a URL or path: user part, query, fragment, parameters, and the tokens of emailed links. */
  address(url: string, secrets: ExchangeSecrets): string {
    const withoutUser = url.replace(/^(\w+:\/\/)[^/@?#]*@/, (_whole, scheme: string) => `${scheme}${REMOVED}@`);
    const placeholderOf = (name: string, value: string): string | undefined =>
      this.credentialQueries.has(name.toLowerCase()) && !isRedacted(value)
        ? this.placeholders.credential(value)
        : undefined;
    const inner = (text: string): string => redactValue(text, secrets);
    return withoutUser
      .replace(AFTER_SECRET_SEGMENT, (_whole, before: string, segment: string) => {
        const plain = decode(segment);
        return `${before}${plain === REMOVED ? segment : encodeURIComponent(secrets.placeholderOf(plain))}`;
      })
      .replace(
        /([?#;])([^?#;]*)/g,
        (_whole, sign: string, pairs: string) =>
          `${sign}${redactPairs(pairs, { secrets, inner, isAddress: true, placeholderOf })}`,
      );
  }

  /** The placeholder of a cookie's value. */
  cookie(name: string, value: string, secrets: ExchangeSecrets): string {
    if (value === '' || this.keepCookies.has(name)) return value;
    if (name === this.settings.sessionCookie || splitSigned(value) !== undefined) return this.token(value, secrets);
    secrets.add(value, REMOVED);
    return REMOVED;
  }

  private cookies(header: string, secrets: ExchangeSecrets): string {
    return header
      .split(';')
      .map((pair) => {
        const at = pair.indexOf('=');
        if (at < 0) return pair;
        const value = pair
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1');
        return `${pair.slice(0, at + 1)}${this.cookie(pair.slice(0, at).trim(), value, secrets)}`;
      })
      .join(';');
  }

  private setCookie(line: string, secrets: ExchangeSecrets): string {
    const end = line.includes(';') ? line.indexOf(';') : line.length;
    return `${this.cookies(line.slice(0, end), secrets)}${line.slice(end)}`;
  }

  private authorization(value: string, secrets: ExchangeSecrets): string {
    const [, scheme = '', rest = ''] = /^(\S+\s+)?(.*)$/.exec(value.trim()) ?? [];
    // The scheme, too, is chosen by the client.
    const shown = scheme === '' ? '' : `${shownName(scheme.trim())} `;
    return rest === '' ? value : `${shown}${this.token(rest, secrets)}`;
  }

  private token(value: string, secrets: ExchangeSecrets): string {
    // A recording that has already been redacted stays as it is.
    if (value === '' || isRedacted(value)) return value;
    const signed = splitSigned(value);
    const placeholder =
      signed === undefined ? this.placeholders.credential(value) : this.placeholders.session(signed.id);
    secrets.add(value, placeholder);
    if (signed !== undefined) {
      secrets.add(signed.value, placeholder);
      secrets.add(signed.id, placeholder);
    }
    return placeholder;
  }
}
