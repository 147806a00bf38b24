import type { APIGatewayProxyEvent } from 'aws-lambda';

import type { ResolvedSession } from '../../shared/session/session-config';
import { renewSessionCookie } from '../../shared/session/set-cookie';
import { tokenFromRequest } from '../../shared/session/token-from-request';
import type { RequestHeaders } from './headers';

/** The rolling session cookie (trap 14), or undefined. The function sends it, since an authorizer cannot set response headers. */
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

/** Express's `req.secure` under `trust proxy`; API Gateway overwrites `X-Forwarded-Proto`, so our proxy sends it by another name too. */
function isSecure(headers: RequestHeaders): boolean {
  const protocols = headers.get('x-banyan-forwarded-proto') ?? headers.get('x-forwarded-proto');
  return protocols?.split(',', 1)[0]?.trim() === 'https';
}
