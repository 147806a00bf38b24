import { idText, ownProperty, type Identity } from 'banyan-strangler/session';

/** What the monolith's serializeUser keeps of a user. */
export interface EventsappIdentity extends Identity {
  readonly customerAccountId: string;
  readonly fullName: string;
  readonly roles: readonly string[];
}

/**
 * Reads what serializeUser stored, or the same as JSON; ids may be text or ObjectIds.
 *
 * @returns undefined when a part is missing or of another type
 */
export function parseIdentity(user: unknown): EventsappIdentity | undefined {
  const userId = idText(ownProperty(user, 'userId'));
  const customerAccountId = idText(ownProperty(user, 'customerAccountId'));
  const fullName = ownProperty(user, 'fullName');
  const roles = ownProperty(user, 'roles');
  const isComplete = userId !== undefined && customerAccountId !== undefined && typeof fullName === 'string';
  if (!isComplete || !Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) return undefined;
  return { userId, customerAccountId, fullName, roles };
}
