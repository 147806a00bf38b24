import { deployedAuthorizer } from '../authorizer/authorizer-handler';

/**
 * Lambda authorizer of type REQUEST for every private route; see README.md.
 *
 * @throws Error `Unauthorized` (401) for anonymous requests; any other error (500) when the fault is ours
 */
export const handler = deployedAuthorizer({ anonymous: 'refused' });
