import { BanyanError } from '../../shared/errors';
import type { Identity } from '../../shared/session/identity';

/**
 * Lets users with the role pass.
 *
 * @throws BanyanError 403 with the monolith's words for all others
 */
export function requireRole({ roles }: Identity, role: string): void {
  if (!roles.includes(role)) throw new BanyanError('Not allowed', { code: 'forbidden', statusCode: 403 });
}
