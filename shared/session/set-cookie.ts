import { parseJson } from './parse-json';
import type { ResolvedSession } from './session-config';
import { serializeCookie } from './serialize-cookie';
import { parseStoredCookie } from './stored-cookie';
import type { SessionToken } from './token-from-request';
import { sign, unsign } from './unsign';

export interface RenewSessionCookie {
  /** What {@link tokenFromRequest} found in the same request. */
  readonly token: SessionToken | undefined;
  /** `sessionCookie` of the authorizer's context: the stored session's `cookie`, as JSON text. */
  readonly storedCookie: string | undefined;
  readonly session: Pick<ResolvedSession, 'cookieName' | 'secrets' | 'rolling' | 'cookie'>;
  /** Whether the client's connection is secure, by the monolith's own rule (`req.secure` under its `trust proxy`). */
  readonly secure: boolean;
  /** The path the client asked for; only matters when `session.cookie.path` is not `/`. */
  readonly path?: string;
  readonly now: Date;
}

/**
 * The Set-Cookie value with which express-session 1.19 answers an authenticated request that left the session
 * unchanged, byte for byte: only with `rolling: true`, signed with the first secret whichever had signed the token,
 * attributes from the stored cookie, `Expires` counted from now, and nothing at all when a `Secure` cookie would go
 * over an insecure connection.
 * @returns undefined when express-session would send no cookie
 */
export function renewSessionCookie(request: RenewSessionCookie): string | undefined {
  const { token, storedCookie, session, secure, now } = request;
  const [firstSecret] = session.secrets;
  if (!session.rolling || token === undefined || storedCookie === undefined || firstSecret === undefined)
    return undefined;
  if (request.path !== undefined && !request.path.startsWith(session.cookie.path)) return undefined;
  const verified = unsign(token.value, session.secrets);
  const cookie = parseStoredCookie(parseJson(storedCookie));
  if (verified === undefined || cookie === undefined) return undefined;
  if (Boolean(cookie.secure) && !secure) return undefined;
  const { originalMaxAge } = cookie;
  const expires = originalMaxAge === undefined ? undefined : new Date(now.getTime() + originalMaxAge);
  return serializeCookie(session.cookieName, `s:${sign(verified.id, firstSecret)}`, cookie, expires);
}
