import type { BanyanConfig } from '../../shared/config';
import type { Logger } from '../../shared/logger';
import type { MongoConnection } from '../../shared/mongo';
import type { AuthenticationContext, AuthenticationRequest, LiveSession } from '../../shared/session/authenticator';
import { storeFormat } from '../../shared/session/stores/registry';
import type { ResolvedSession } from '../../shared/session/session-config';
import { headerValues } from '../../shared/session/token-from-request';
import { readMark, SHADOW_HEADER } from '../../shared/signed-mark';
import { describeFault, presentableError } from './fault';
import { allow, refuse, requestPath, type AuthorizerAnswer, type AuthorizerEvent, type Caller } from './policy';

export interface AuthorizerParts {
  readonly config: Pick<BanyanConfig, 'authenticators' | 'identity'> & { readonly session: ResolvedSession };
  readonly connection: Pick<MongoConnection, 'db'>;
  readonly logger: Logger;
  /** What becomes of anonymous requests; refused by default. */
  readonly anonymous?: 'refused' | 'let through';
  readonly clock?: () => Date;
}

interface Outcome {
  readonly caller?: Caller;
  readonly live: LiveSession;
}

/** Asks the authenticators in order: a policy (REST) or simple response (HTTP API 2.0); throws `Unauthorized`, or any other error (500). */
export function createAuthorizer(parts: AuthorizerParts) {
  const { config, connection, logger, anonymous = 'refused', clock = () => new Date() } = parts;
  const context: AuthenticationContext = {
    session: config.session,
    format: storeFormat(config.session),
    identity: config.identity,
    db: () => connection.db(),
    now: clock,
    logger,
  };

  const authenticate = async (request: AuthenticationRequest): Promise<Outcome> => {
    const reasons: Record<string, string> = {};
    let live: LiveSession = {};
    for (const authenticator of config.authenticators) {
      const { name } = authenticator;
      const result = await authenticator.authenticate(request, context);
      live = { ...live, ...liveSession(result) };
      if (result.outcome === 'authenticated')
        return { caller: { identity: result.identity, authenticatedBy: name }, live };
      reasons[name] = result.reason;
    }
    if (anonymous === 'refused') logger.info({ reasons }, 'request refused: not authenticated');
    return { live };
  };

  /** A copy of a request that legacy has answered must leave no trace. */
  const isCopy = (event: AuthorizerEvent) =>
    readMark('shadow', headerValues(event, SHADOW_HEADER)[0], config.session.secrets, clock()) !== undefined;

  // Not awaited: the answer must neither wait for a touch nor fail with it. The command is on its way before Lambda
  // freezes the instance; its reply is read at the next thaw.
  const extend = ({ afterwards }: LiveSession) => {
    afterwards?.().catch((error: unknown) => {
      logger.warn({ metric: 'session_touch_failed', err: describeFault(error) }, 'session not extended');
    });
  };

  return async (event: AuthorizerEvent): Promise<AuthorizerAnswer> => {
    const { caller, live } = await authenticate({ ...event, path: requestPath(event) }).catch((error: unknown) => {
      logger.error({ err: describeFault(error) }, 'request refused: it could not be authenticated');
      throw presentableError(error);
    });
    if (caller === undefined && anonymous === 'refused') return refuse(event);
    if (!isCopy(event)) extend(live);
    return allow(event, caller, live.sessionCookie);
  };
}

const liveSession = ({ sessionCookie, afterwards }: LiveSession): LiveSession => ({
  ...(sessionCookie !== undefined && { sessionCookie }),
  ...(afterwards !== undefined && { afterwards }),
});
