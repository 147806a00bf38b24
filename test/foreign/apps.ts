interface Route {
  readonly id: string;
  /** What `banyan add` is given. */
  readonly route: string;
  /** Of one that is written anew: the file by hand, and what became of its middleware. */
  readonly rewritten?: {
    readonly file: string;
    readonly middleware: Readonly<Record<string, string>>;
    /** A change to its suite. */
    readonly suite?: { readonly find: string; readonly write: string };
  };
  readonly path: string;
  /** What stands for `{}` in the path, from the answer to another. */
  readonly from?: { readonly path: string; readonly pattern: RegExp };
}

/** What a team knows of its own app. */
export interface ForeignApp {
  readonly name: string;
  readonly routes: readonly Route[];
  /** Changes by hand to the banyan.config.js that `banyan init` has written. */
  readonly edits: readonly { readonly find: string; readonly write: string }[];
  /** Its `.env`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Returns the cookies of a user. */
  readonly logIn: (url: string) => Promise<string>;
}

const formShop: ForeignApp = {
  name: 'form-shop',
  routes: [
    { id: 'list-items', route: 'GET /items', path: '/items' },
    { id: 'get-account', route: 'GET /account', path: '/account' },
    {
      id: 'stock',
      route: 'GET /items/stock',
      path: '/items/stock',
      rewritten: {
        file: 'stock.js',
        middleware: {
          helmetMiddleware: 'reproduced',
          urlencodedParser: '{ dropped: the function reads no body }',
          session: 'reproduced',
          initialize: 'reproduced',
          authenticate: 'reproduced',
          'connect-flash': '{ dropped: it shows no messages }',
          csrfSynchronisedProtection: '{ dropped: GET needs no token }',
          'app.js': '{ dropped: it renders no view }',
          requireUser: 'reproduced',
        },
        // The monolith remembers in a new session where anonymous clients wanted to go; the authorizer makes none.
        suite: { find: "identities: ['anonymous', 'ada']", write: "identities: ['ada']" },
      },
    },
  ],
  edits: [
    {
      find: "anonymous: { kind: 'anonymous' },",
      write: `anonymous: { kind: 'anonymous' },
      ada: {
        kind: 'steps',
        steps: [
          { request: 'GET /login', extract: { csrf: { selector: 'input[name=_csrf]' } } },
          { request: 'POST /login', form: { _csrf: '{{csrf}}', email: 'ada@example.com', password: 'a quiet password' }, location: '/account' },
          { request: 'GET /' },
        ],
      },`,
    },
  ],
  environment: {
    NODE_ENV: 'production',
    MONGO_URL: 'mongodb://127.0.0.1:27017/shop',
    SESSION_KEY: 'the key of the shop',
    SITE_NAME: 'Form Shop',
  },
  async logIn(url) {
    const page = await fetch(`${url}/login`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    const login = await fetch(`${url}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookiesOf(page) },
      body: new URLSearchParams({ _csrf: csrf, email: 'ada@example.com', password: 'a quiet password' }),
    });
    // The session gets its token with the first page.
    await fetch(url, { headers: { cookie: cookiesOf(login) } });
    return cookiesOf(login);
  },
};

const notesApi: ForeignApp = {
  name: 'notes-api',
  routes: [
    { id: 'get-team-mine', route: 'GET /api/teams/mine', path: '/api/teams/mine' },
    {
      id: 'get-note',
      route: 'GET /api/notes/:noteId',
      path: '/api/notes/{}',
      from: { path: '/api/notes', pattern: /"id":"(\w+)"/ },
    },
    {
      id: 'list-notes',
      route: 'GET /api/notes',
      path: '/api/notes',
      rewritten: {
        file: 'list-notes.js',
        middleware: {
          jsonParser: '{ dropped: the function reads no body }',
          session: 'reproduced',
          initialize: 'reproduced',
          authenticate: 'reproduced',
          apiKey: 'reproduced',
          requireCaller: 'reproduced',
        },
      },
    },
  ],
  edits: [
    {
      find: 'import { passportUserId, sessionAuthenticator }',
      write: 'import { apiKeyAuthenticator, passportUserId, sessionAuthenticator }',
    },
    {
      find: '{ projection: { _id: 1 } }),',
      write: `{ projection: { team: 1 } }),
    parse: (user) => (typeof user?.team === 'string' ? { userId: String(user._id ?? user.userId), team: user.team } : undefined),`,
    },
    {
      find: 'authenticators: [sessionAuthenticator],',
      write: `authenticators: [
    sessionAuthenticator,
    apiKeyAuthenticator({
      async findIdentity(db, hash) {
        const key = await db.collection('keys').findOne({ hash });
        return key === null ? undefined : { userId: \`key:\${key.label}\`, team: key.team };
      },
    }),
  ],`,
    },
    { find: 'expressErrorPage(500)', write: "expressJson(500, { error: 'internal error' })" },
    {
      find: "anonymous: { kind: 'anonymous' },",
      write: `anonymous: { kind: 'anonymous' },
      ada: { kind: 'steps', steps: [{ request: 'POST /api/login', json: { username: 'ada', password: 'a quiet password' } }] },
      key: { kind: 'headers', headers: { 'x-api-key': 'red-key-7f3a' } },`,
    },
  ],
  environment: {
    NODE_ENV: 'production',
    DATABASE_URL: 'mongodb://127.0.0.1:27017/notes',
    COOKIE_SECRET: 'the secret of the notes',
  },
  async logIn(url) {
    const login = await fetch(`${url}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ada', password: 'a quiet password' }),
    });
    return cookiesOf(login);
  },
};

export const APPS = [formShop, notesApi];

const cookiesOf = ({ headers }: Response): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
