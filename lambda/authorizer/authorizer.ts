import type { BanyanConfig } from '../../shared/banyan-config';
import type { Logger } from '../../shared/logger';
import type { MongoConnection } from '../../shared/mongo';
import type {
  AuthenticationContext,
  AuthenticationRequest,
  AuthenticationResult,
} from '../../shared/session/authenticator';
import { sessionFormat } from '../../shared/session/formats/select';
import type { ResolvedSession } from '../../shared/session/session-config';
import { describeFault, presentableError } from './fault';
import { allow, refuse, requestPath, type AuthorizerAnswer, type AuthorizerEvent } from './policy';

interface AuthorizerParts {
  readonly config: Pick<BanyanConfig, 'authenticators' | 'identity'> & { readonly session: ResolvedSession };
  readonly connection: Pick<MongoConnection, 'db'>;
  readonly logger: Logger;
  readonly clock?: () => Date;
}

/**
 * Makes the authorizer: asks the authenticators in order and lets the first identity through.
 *
 * The returned function resolves to a policy (REST) or a simple response (HTTP API payload 2.0), throws `Unauthorized`
 * when nobody is known, and any other error when it could not be found out, which API Gateway turns into 500.
 */
export function createAuthorizer({ config, connection, logger, clock = () => new Date() }: AuthorizerParts) {
  const context: AuthenticationContext = {
    session: config.session,
    format: sessionFormat(config.session),
    identity: config.identity,
    db: () => connection.db(),
    now: clock,
    logger,
  };

  const authenticate = async (request: AuthenticationRequest): Promise<AuthenticationResult> => {
    const reasons: Record<string, string> = {};
    for (const authenticator of config.authenticators) {
      const result = await authenticator.authenticate(request, context);
      if (result.outcome === 'authenticated') return result;
      reasons[authenticator.name] = result.reason;
    }
    logger.info({ reasons }, 'request refused: nobody is known');
    return { outcome: 'anonymous', reason: 'no credential' };
  };

  return async (event: AuthorizerEvent): Promise<AuthorizerAnswer> => {
    const result = await authenticate({ ...event, path: requestPath(event) }).catch((error: unknown) => {
      logger.error({ err: describeFault(error) }, 'request refused: it could not be authenticated');
      throw presentableError(error);
    });
    if (result.outcome === 'anonymous') return refuse(event);
    // Not awaited: the answer must neither wait for a touch nor fail with it. The command is on its way before Lambda
    // freezes the instance; its reply is read at the next thaw.
    result.afterwards?.().catch((error: unknown) => {
      logger.warn({ metric: 'session_touch_failed', err: describeFault(error) }, 'session not extended');
    });
    return allow(event, result);
  };
}
