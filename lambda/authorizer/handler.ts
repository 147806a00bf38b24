import banyan from '../../banyan.config';
import { createLogger } from '../../shared/logger';
import { lambdaConfig, type LambdaConfig } from '../config';
import { connectEarly, mongo } from '../mongo';
import { createAuthorizer } from './authorizer';
import type { AuthorizerAnswer, AuthorizerEvent } from './policy';

connectEarly();

let current: { readonly config: LambdaConfig; readonly authorize: ReturnType<typeof createAuthorizer> } | undefined;

/**
 * Lambda authorizer of type REQUEST for every private route; see README.md.
 *
 * @throws Error `Unauthorized` (401) for anonymous requests; any other error (500) when the fault is ours
 */
export const handler = async (event: AuthorizerEvent): Promise<AuthorizerAnswer> => {
  const config = lambdaConfig();
  if (current?.config !== config) current = { config, authorize: create(config) };
  return current.authorize(event);
};

function create({ session, logLevel }: LambdaConfig): ReturnType<typeof createAuthorizer> {
  return createAuthorizer({
    config: { ...banyan, session },
    connection: { db: () => mongo().db() },
    logger: createLogger({ level: logLevel, base: { function: 'authorizer' } }),
  });
}
