import type { APIGatewayProxyEvent } from 'aws-lambda';

import type { ResolvedSession } from '../../shared/session/session-config';
import { renewSessionCookie } from '../../shared/session/set-cookie';
import { tokenFromRequest } from '../../shared/session/token-from-request';
import type { RequestHeaders } from './headers';

/**
 * The rolling session cookie of this answer (trap 14). express-session sends it with every answer to an authenticated request,
 * whatever the status, and an authorizer cannot set response headers, so the function does it.
 *
 * @returns undefined when express-session would send none
 */
export function sessionCookie(
  event: APIGatewayProxyEvent,
  headers: RequestHeaders,
  session: ResolvedSession,
  now: Date,
): string | undefined {
  const storedCookie: unknown = event.requestContext.authorizer?.['sessionCookie'];
  return renewSessionCookie({
    token: tokenFromRequest(event, session.cookieName),
    storedCookie: typeof storedCookie === 'string' ? storedCookie : undefined,
    session,
    secure: isSecure(headers),
    path: event.path,
    now,
  });
}

/**
 * Express's `req.secure` under `trust proxy`: the first of the protocols that the proxies in front have named. API Gateway
 * overwrites `X-Forwarded-Proto` by its own, so the routing proxy names the client's under another name as well.
 */
function isSecure(headers: RequestHeaders): boolean {
  const protocols = headers.get('x-banyan-forwarded-proto') ?? headers.get('x-forwarded-proto');
  return protocols?.split(',', 1)[0]?.trim() === 'https';
}
