import banyan from '../../banyan.config';
import { ConfigError } from '../../shared/errors';
import { createLogger } from '../../shared/logger';
import { databaseConfig, lambdaConfig, type LambdaConfig } from '../config';
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
    const config = readConfig();
    if (current?.config !== config) current = { config, authorize: create(config) };
    return current.authorize(event);
  };
}

/**
 * Reads all that an authorizer needs, both parts whatever one of them is like.
 *
 * @throws ConfigError naming every bad variable at once
 */
function readConfig(): LambdaConfig {
  const faults: string[] = [];
  for (const read of [databaseConfig, lambdaConfig])
    try {
      read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
    }
  if (faults.length > 0) throw new ConfigError('Environment', faults);
  return lambdaConfig();
}
