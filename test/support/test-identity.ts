import type { Identity } from '../../shared/session/identity';
import { ownProperty } from '../../shared/session/own-property';
import { idText } from '../../shared/session/user-id';

/** An identity with claims of several kinds. */
export interface TestIdentity extends Identity {
  readonly customerAccountId: string;
  readonly fullName: string;
  readonly roles: readonly string[];
}

/** As an application would write it; undefined when a part is missing or of another type. */
export function parseTestIdentity(user: unknown): TestIdentity | undefined {
  const userId = idText(ownProperty(user, 'userId'));
  const customerAccountId = idText(ownProperty(user, 'customerAccountId'));
  const fullName = ownProperty(user, 'fullName');
  const roles = ownProperty(user, 'roles');
  const isComplete = userId !== undefined && customerAccountId !== undefined && typeof fullName === 'string';
  if (!isComplete || !Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) return undefined;
  return { userId, customerAccountId, fullName, roles };
}
