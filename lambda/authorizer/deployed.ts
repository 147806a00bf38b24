import banyan from '../../banyan.config';
import { createLogger } from '../../shared/logger';
import { lambdaConfig, type LambdaConfig } from '../config';
import { connectEarly, mongo } from '../mongo';
import { createAuthorizer, type AuthorizerParts } from './authorizer';
import type { AuthorizerAnswer, AuthorizerEvent } from './policy';

type Authorize = (event: AuthorizerEvent) => Promise<AuthorizerAnswer>;

/** The authorizer of this instance: configuration read and connection made once, at the first use. */
export function deployedAuthorizer({ anonymous }: Required<Pick<AuthorizerParts, 'anonymous'>>): Authorize {
  connectEarly();
  let current: { readonly config: LambdaConfig; readonly authorize: Authorize } | undefined;

  const create = ({ session, logLevel }: LambdaConfig): Authorize =>
    createAuthorizer({
      config: { ...banyan, session },
      connection: { db: () => mongo().db() },
      logger: createLogger({ level: logLevel, base: { function: 'authorizer' } }),
      anonymous,
    });

  return async (event) => {
    const config = lambdaConfig();
    if (current?.config !== config) current = { config, authorize: create(config) };
    return current.authorize(event);
  };
}
