import { deployedAuthorizer } from '../authorizer/authorizer-handler';

/**
 * Lambda authorizer of type REQUEST for routes with `auth: optional`: as the other, but requests of nobody go through
 * with an identity of nobody, whatever invalid credential they carry.
 *
 * @throws Error (500) when the fault is ours
 */
export const handler = deployedAuthorizer({ anonymous: 'let through' });
