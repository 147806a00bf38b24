import { passportUserData } from '../session/identity';
import { fromEnvironment } from '../session/secret-source';
import { sessionAuthenticator } from '../session/session-authenticator';
import { defineConfig } from './define-config';
import { expressErrorPage, expressJson } from './express-response';

/** For a monolith without banyan.config.ts: the defaults of express-session, connect-mongo and passport. */
export const DEFAULT_CONFIG = defineConfig({
  app: 'app.js',
  session: { secrets: fromEnvironment('SESSION_SECRET'), store: { format: 'connect-mongo' } },
  identity: passportUserData(),
  authenticators: [sessionAuthenticator],
  responses: {
    headers: {},
    unauthorized: expressJson(401, { error: 'Unauthorized' }),
    forbidden: expressJson(403, { error: 'Forbidden' }),
    internalError: expressErrorPage(500),
  },
  parity: { identities: { anonymous: { kind: 'anonymous' } } },
});
