import { BanyanError } from 'banyan-strangler/lambda';
import type { EventsappIdentity } from './identity';

/**
 * Lets users with the role through. The monolith asks for it before it looks at anything else in a request but the body's form.
 *
 * @throws BanyanError 403, in the monolith's words (`responses.forbidden` of banyan.config.ts is for the gateway alone)
 */
export function requireRole({ roles }: EventsappIdentity, role: 'organiser' | 'member'): void {
  if (!roles.includes(role)) throw new BanyanError('Not allowed', { code: 'role_missing', statusCode: 403 });
}
