import { defineConfig, expressErrorPage, expressJson, fromEnvironment } from 'banyan-strangler/config';
import { passportUserId, sessionAuthenticator, type UserId } from 'banyan-strangler/session';

const helmet = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

export default defineConfig({
  app: './app.js',
  session: {
    cookieName: 'shop.id',
    secrets: fromEnvironment('SESSION_KEY'),
    store: { format: 'connect-mongodb-session', collection: 'webSessions' },
    resave: false,
    rolling: false,
  },
  identity: passportUserId({
    findUser: (db, ids) =>
      db.collection<{ _id: UserId }>('users').findOne({ _id: { $in: ids } }, { projection: { _id: 1 } }),
  }),
  responses: {
    headers: helmet,
    unauthorized: expressErrorPage(401),
    forbidden: expressJson(403, { error: 'not allowed' }),
    internalError: expressErrorPage(500),
  },
  authenticators: [sessionAuthenticator],
  gateway: { endpointType: 'regional' },
  dev: { seed: 'npm run seed --silent', environment: { MONGO_URL: '{{MONGODB_URI}}' } },
  parity: {
    identities: {
      ada: {
        kind: 'steps',
        steps: [
          { request: 'GET /login', extract: { csrf: { selector: 'input[name=_csrf]' } } },
          {
            request: 'POST /login',
            form: { _csrf: '{{csrf}}', email: 'ada@example.com', password: 'a quiet password' },
            status: 302,
            location: '/account',
          },
          // Its first page gives the session a token.
          { request: 'GET /' },
        ],
      },
    },
  },
});
