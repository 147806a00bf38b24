import type { BanyanConfig } from '../../shared/config';
import { createLogger } from '../../shared/logger';
import type { Identity } from '../../shared/session/identity';
import type { LambdaConfig } from '../config';
import { connectEarly, mongo } from '../mongo';
import { createAuthorizer, type AuthorizerParts } from './authorizer';
import { readConfig } from './config';
import type { AuthorizerAnswer, AuthorizerEvent } from './policy';

type Authorize = (event: AuthorizerEvent) => Promise<AuthorizerAnswer>;

/**
 * The handler of a Lambda authorizer of type REQUEST: environment read and connection made once, at the first use.
 * @param options.anonymous `refused` for private routes; `let through` for routes with `auth: optional`, where
 * anonymous requests pass without an identity, whatever invalid credential they carry
 * @returns a function that throws Error `Unauthorized` (401) for requests it refuses, and any other error (500) when
 * the fault is ours
 */
export function authorizerHandler<I extends Identity>(
  banyan: BanyanConfig<I>,
  { anonymous }: Required<Pick<AuthorizerParts, 'anonymous'>>,
): Authorize {
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
    const config = readConfig(banyan.session);
    if (current?.config !== config) current = { config, authorize: create(config) };
    return current.authorize(event);
  };
}
