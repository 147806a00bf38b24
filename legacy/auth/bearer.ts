import { createHmac } from 'node:crypto';
import type { RequestHandler } from 'express';

/**
 * Lets clients without a cookie jar send the signed session value as `Authorization: Bearer`, by turning it into the session
 * cookie. A present `Authorization` header decides: if it holds anything else, the request has no credential, even next to a
 * good cookie.
 */
export function bearerToCookie(cookieName: string): RequestHandler {
  return (req, _res, next) => {
    const { authorization } = req.headers;
    if (authorization !== undefined) {
      const value = bearerValue(authorization);
      if (value === undefined) delete req.headers.cookie;
      else req.headers.cookie = `${cookieName}=${encodeURIComponent(value)}`;
    }
    next();
  };
}

/** The signed value, raw (`s:...`) or percent-encoded (`s%3A...`) as clients copy it from a cookie jar. */
function bearerValue(authorization: string): string | undefined {
  const text = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
  const value = text === undefined || text.startsWith('s:') ? text : decode(text);
  return value?.startsWith('s:') ? value : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The value that express-session puts into its cookie: what a client sends as its bearer token. */
export function signedSessionId(sessionId: string, secret: string): string {
  return `s:${sessionId}.${createHmac('sha256', secret).update(sessionId).digest('base64').replace(/=+$/, '')}`;
}
