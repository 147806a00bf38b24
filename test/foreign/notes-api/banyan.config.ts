import { defineConfig, expressJson, fromEnvironment } from 'banyan-strangler/config';
import { apiKeyAuthenticator, passportUserId, sessionAuthenticator, type UserId } from 'banyan-strangler/session';
import { parseCaller } from './banyan/functions/caller.js';

const keys = apiKeyAuthenticator({
  async findIdentity(db, hash) {
    const key = await db.collection<{ label: string; team: string }>('keys').findOne({ hash });
    return key === null ? undefined : { userId: `key:${key.label}`, team: key.team };
  },
});

export default defineConfig({
  app: './src/server.js',
  session: {
    cookieName: 'connect.sid',
    secrets: fromEnvironment('COOKIE_SECRET'),
    store: { format: 'connect-mongo' },
    touchAfter: 600,
    rolling: true,
    resave: false,
  },
  identity: passportUserId({
    findUser: (db, ids) =>
      db.collection<{ _id: UserId }>('users').findOne({ _id: { $in: ids } }, { projection: { team: 1 } }),
    parse: parseCaller,
  }),
  authenticators: [sessionAuthenticator, keys],
  credentials: [{ header: 'x-api-key' }],
  responses: {
    headers: {},
    unauthorized: expressJson(401, { error: 'log in or send a key' }),
    forbidden: expressJson(403, { error: 'not allowed' }),
    internalError: expressJson(500, { error: 'internal error' }),
  },
  gateway: { endpointType: 'regional' },
  dev: { seed: 'npm run seed --silent', environment: { DATABASE_URL: '{{MONGODB_URI}}' } },
  parity: {
    identities: {
      anonymous: { kind: 'anonymous' },
      ada: { kind: 'steps', steps: [{ request: 'POST /api/login', json: { username: 'ada', password: 'a quiet password' } }] },
      key: { kind: 'headers', headers: { 'x-api-key': 'red-key-7f3a' } },
    },
  },
});
