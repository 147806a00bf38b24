import type { RequestHeaders } from '../../../shared/session/token-from-request';

/** Pasted text, as the request that would carry it. */
export interface TokenInput {
  readonly form: 'value' | 'Cookie header' | 'Authorization header';
  readonly headers: RequestHeaders;
  readonly cookies: number;
}

/** Accepts a cookie value, `name=value`, a Cookie header or `Bearer ...`, the last two also with their header's name or as curl options. */
export function readTokenInput(text: string, cookieName: string): TokenInput {
  const trimmed = withoutCurl(text.trim());
  const authorization = /^authorization:\s*(.*)$/is.exec(trimmed)?.[1] ?? /^bearer\s.*$/is.exec(trimmed)?.[0];
  if (authorization !== undefined)
    return { form: 'Authorization header', headers: { headers: { authorization } }, cookies: 0 };
  const cookie = /^(?:set-)?cookie:\s*(.*)$/is.exec(trimmed)?.[1] ?? (isPair(trimmed) ? trimmed : undefined);
  if (cookie !== undefined)
    return { form: 'Cookie header', headers: { headers: { cookie } }, cookies: cookie.split(';').length };
  return { form: 'value', headers: { headers: { cookie: `${cookieName}=${trimmed}` } }, cookies: 1 };
}

/** Takes `-H '...'` and `-b '...'` apart. */
function withoutCurl(text: string): string {
  const [, quoted, bare] = /^(?:-H|--header|-b|--cookie)\s*(?:\$?(?=['"])(.*)|(.*))$/s.exec(text) ?? [];
  return bare ?? quoted?.slice(1).replace(/['"]?\s*\\?$/, '') ?? text;
}

/** A signed value may hold `=` itself, when its signature is padded. */
const isPair = (text: string) => !/^s(:|%3a)/i.test(text) && /^[^\s=;,"]+=[^=]/.test(text);
