interface Route {
  readonly id: string;
  readonly path: string;
  /** What stands for `{}` in the path, from the answer to another. */
  readonly from?: { readonly path: string; readonly pattern: RegExp };
}

/** What a team knows of its own app. */
export interface ForeignApp {
  readonly name: string;
  readonly routes: readonly Route[];
  /** Its `.env`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Returns the cookies of a user. */
  readonly logIn: (url: string) => Promise<string>;
}

const formShop: ForeignApp = {
  name: 'form-shop',
  routes: [
    { id: 'items', path: '/items' },
    { id: 'account', path: '/account' },
    { id: 'stock', path: '/items/stock' },
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
    { id: 'team', path: '/api/teams/mine' },
    { id: 'get-note', path: '/api/notes/{}', from: { path: '/api/notes', pattern: /"id":"(\w+)"/ } },
    { id: 'list-notes', path: '/api/notes' },
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
