import { defineConfig, expressErrorPage, expressJson, fromEnvironment } from '../../shared/config';
import { apiKeyAuthenticator } from '../../shared/session/api-key-authenticator';
import { passportUserData } from '../../shared/session/identity';
import { sessionAuthenticator } from '../../shared/session/session-authenticator';

/** What the kit's tests say of a monolith: one with sessions of connect-mongo and API keys. */
export const testBanyan = defineConfig({
  app: './app.ts',
  session: {
    cookieName: 'shop.sid',
    secrets: fromEnvironment('SESSION_SECRET'),
    store: { format: 'connect-mongo' },
    touchAfter: 300,
    rolling: true,
    resave: false,
  },
  identity: passportUserData(),
  authenticators: [
    sessionAuthenticator,
    apiKeyAuthenticator({
      async findIdentity(db, keyHash) {
        const key = await db.collection('apiKeys').findOne({ keyHash });
        return key === null ? undefined : { userId: `api-key:${String(key._id)}` };
      },
    }),
  ],
  credentials: [{ header: 'x-api-key' }],
  responses: {
    headers: { 'x-powered-by': 'Express' },
    unauthorized: expressJson(401, { error: 'Not authenticated' }),
    forbidden: expressJson(403, { error: 'Not allowed' }),
    internalError: expressErrorPage(500),
  },
  parity: {
    rules: 'test/support/parity-rules.yml',
    identities: {
      anonymous: { kind: 'anonymous' },
      member: {
        kind: 'steps',
        steps: [{ request: 'POST /api/auth/login', json: { email: 'member@example.com', password: 'x' } }],
      },
      organiser: {
        kind: 'steps',
        steps: [{ request: 'POST /api/auth/login', json: { email: 'organiser@example.com', password: 'x' } }],
      },
      'API key': { kind: 'headers', headers: { 'x-api-key': 'demo-key' } },
    },
  },
});
