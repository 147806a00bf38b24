import type { ObjectId } from 'mongodb';
import { defineConfig, expressErrorPage, expressJson, fromEnvironment } from 'banyan-strangler/config';
import { apiKeyAuthenticator, passportUserData, sessionAuthenticator } from 'banyan-strangler/session';
import { parseIdentity } from './lambda/eventsapp/identity';

const password = 'correct horse battery staple';
const cookie = `-b "eventsapp.sid=$TOKEN"`;
const login = (email: string) =>
  ({ kind: 'steps', steps: [{ request: 'POST /api/auth/login', json: { email, password } }] }) as const;

/** As legacy/auth/api-key.ts: a key acts for its account, without roles. Functions say whether they accept it: lambda/README.md. */
const apiKeys = apiKeyAuthenticator({
  async findIdentity(db, keyHash) {
    const key = await db.collection<ApiKey>('apiKeys').findOne({ keyHash });
    if (key === null) return undefined;
    const { _id, name = '', customerAccountId } = key;
    return {
      userId: `api-key:${_id.toHexString()}`,
      customerAccountId: customerAccountId.toHexString(),
      fullName: name,
      roles: [],
    };
  },
});

interface ApiKey {
  readonly _id: ObjectId;
  readonly name?: string;
  readonly customerAccountId: ObjectId;
}

/**
 * What is particular to this monolith; the rest of the system reads it from here. The session options repeat those of
 * legacy/session.ts: where they differ, the authorizer accepts other tokens than the monolith.
 */
export default defineConfig({
  app: './legacy/server.ts',
  routes: 'proxy/routes.yml',
  serverless: 'serverless.yml',

  session: {
    cookieName: 'eventsapp.sid',
    secrets: fromEnvironment('SESSION_SECRET'),
    store: { format: 'connect-mongo' },
    touchAfter: 300,
    rolling: true,
    resave: false,
  },

  identity: passportUserData({ parse: parseIdentity }),

  // In the monolith's order: a session wins over a key.
  authenticators: [sessionAuthenticator, apiKeys],

  credentials: [{ header: 'x-api-key' }],

  responses: {
    headers: { 'x-powered-by': 'Express' },
    unauthorized: expressJson(401, { error: 'Not authenticated' }),
    forbidden: expressJson(403, { error: 'Not allowed' }),
    internalError: expressErrorPage(500),
  },

  // The strictest of lambda/eventsapp/stages: test, staging and prod are private, dev is regional.
  gateway: { endpointType: 'private' },

  dev: {
    // The start script of package.json is `banyan dev` itself.
    legacy: 'node --import tsx legacy/server.ts',
    database: 'eventsapp',
    services: 'test/eventsapp/services.ts',
    users: [
      { name: 'organiser@example.com', password, note: 'roles organiser, member' },
      { name: 'member@example.com', password, note: 'role member' },
    ],
    // Log in; list events; metrics with the cookie; the same with a bearer token.
    requests: [
      `TOKEN=$(curl -s {{proxy}}/api/auth/login -H 'Content-Type: application/json' -d '{"email":"{{user}}","password":"{{password}}"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/'); echo "$TOKEN"`,
      `curl -sgw '\\n' ${cookie} '{{proxy}}/api/events?limit=2&filter[status]=published'`,
      `curl -sw '\\n' ${cookie} {{proxy}}/api/metrics/all`,
      `curl -sw '\\n' -H "Authorization: Bearer $TOKEN" {{proxy}}/api/metrics/all`,
    ],
  },

  deployment: {
    zipLimit: ({ handler, inVpc }) => {
      // The whole app and its packages.
      if (handler === 'lambda/eventsapp/lifted.handler') return { kind: 'lifted', bytes: 10_000_000 };
      // Functions in the VPC are those with MongoDB: a test of the bundles compares.
      return inVpc ? { kind: 'with MongoDB', bytes: 400_000 } : { kind: 'without MongoDB', bytes: 150_000 };
    },
  },

  parity: {
    cases: ['test/eventsapp/cases'],
    recordings: ['test/eventsapp/parity/recorded/browser-session.har'],
    rules: 'test/eventsapp/parity/rules.yml',
    system: 'test/eventsapp/parity/system.ts',
    mutants: 'test/eventsapp/parity/mutants.yml',
    // Of data that people have entered; what is not named here is replaced.
    sample: {
      file: 'test/eventsapp/parity/sample.json',
      collections: { events: ['status', 'tags', 'capacity'], attendees: ['status'], photos: ['contentType'] },
    },
    identities: {
      anonymous: { kind: 'anonymous' },
      'bad token': { kind: 'headers', headers: { authorization: `Bearer s:forged.${'A'.repeat(43)}` } },
      member: login('member@example.com'),
      organiser: login('organiser@example.com'),
      'other account': login('other@example.net'),
      'API key': { kind: 'headers', headers: { 'x-api-key': 'demo-key-51f0c7a2e98b4d36' } },
    },
  },
});
