import { createAuthorizer } from '../../../../lambda/authorizer/authorizer';
import type { AuthorizerEvent } from '../../../../lambda/authorizer/policy';
import { connectMongo, LAMBDA_MONGO_OPTIONS } from '../../../../shared/mongo';
import { passportUserData, type IdentityResolver } from '../../../../shared/session/identity';
import { sessionAuthenticator } from '../../../../shared/session/session-authenticator';
import { completeSession, resolveSession, type SessionOptions } from '../../../../shared/session/session-config';
import { capturedLogger } from '../../../support/captured-logger';
import { COOKIE_NAME } from '../../../oracles/app';
import { restEvent } from './events';
import { parseTestIdentity } from '../../../support/test-identity';

export const SECRETS = ['current secret', 'previous secret'];

interface Options {
  readonly uri: string;
  readonly session: Omit<SessionOptions, 'secrets'>;
  readonly identity?: IdentityResolver;
  /** Milliseconds to find a server; short where none is there. */
  readonly patience?: number;
}

/** The authorizer with its own connection, as an instance of the function has it. */
export function runningAuthorizer({
  uri,
  session,
  identity = passportUserData({ parse: parseTestIdentity }),
  patience = 300,
}: Options) {
  const connection = connectMongo(uri, { ...LAMBDA_MONGO_OPTIONS, serverSelectionTimeoutMS: patience });
  const logger = capturedLogger();
  const authorize = createAuthorizer({
    config: {
      session: resolveSession(completeSession({ cookieName: COOKIE_NAME, secrets: SECRETS, ...session }), {}),
      identity,
      authenticators: [sessionAuthenticator],
    },
    connection,
    logger,
  });
  return {
    authorize,
    connection,
    logger,
    /** The status that API Gateway makes of the outcome; 200 stands for "the function is called". */
    async status(event: AuthorizerEvent): Promise<200 | 401 | 500> {
      try {
        await authorize(event);
        return 200;
      } catch (error) {
        return error instanceof Error && error.message === 'Unauthorized' ? 401 : 500;
      }
    },
  };
}

export const cookieEvent = (cookie: string) => restEvent({ Cookie: cookie });
export const bearerEvent = (token: string) => restEvent({ Authorization: `Bearer ${token}` });
