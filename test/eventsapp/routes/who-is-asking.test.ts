import { deployedRoutes } from '../support/deployed-routes';
import { describeRoutes } from './describe-routes';
import { UNKNOWN_ID } from './make';

/** But the page to log in on, and the health of what functions depend on. */
const ROUTES = deployedRoutes()
  .filter(({ path }) => path !== '/photos/:file' && path !== '/api/health')
  .map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, UNKNOWN_ID)}`);

describeRoutes('who is asking', (routes) => {
  it('GET /api/private says what the authorizer knows', async () => {
    const answer = await routes.ask('GET /api/private', { as: 'member' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      user: {
        userId: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
        customerAccountId: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
        fullName: expect.any(String) as unknown,
        roles: ['member'],
      },
    });
  });

  const renewedCookies = async (): Promise<readonly string[]> => {
    const answers = ['GET /api/private', 'GET /api/events/none', 'GET /api/account'].map((request) =>
      routes.ask(request),
    );
    return (await Promise.all(answers)).flatMap(({ headers }) => headers.get('set-cookie') ?? []);
  };

  it('a rolling session gets its cookie renewed with every answer, also with errors', async () => {
    const cookies = await renewedCookies();
    expect(cookies).toHaveLength(3);
    for (const cookie of cookies)
      expect(cookie).toMatch(/^eventsapp\.sid=s%3A.+; Expires=.+ GMT; HttpOnly; SameSite=Lax/);
  });

  it('the renewed cookie is written as express-session writes it', async () => {
    for (const cookie of await renewedCookies()) {
      expect(cookie).toMatch(/^eventsapp\.sid=s%3A[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
    }
  });

  it.each(ROUTES)('%s of nobody: 401', async (request) => {
    for (const as of ['anonymous', 'bad token']) {
      const answer = await routes.ask(request, { as });
      expect(answer.statusCode).toBe(401);
      expect(answer.header('set-cookie')).toBeUndefined();
    }
  });

  it('every 401 is the monolith’s own', async () => {
    const monolith = await routes.askMonolith('GET /api/events', { as: 'anonymous' });
    for (const request of ROUTES) {
      const answer = await routes.ask(request, { as: 'anonymous' });
      expect(answer.body.toString()).toBe(monolith.body.toString());
      for (const name of ['content-type', 'etag', 'x-powered-by']) {
        expect(answer.header(name)).toBe(monolith.header(name));
      }
    }
  });

  it('a malformed Authorization is nobody, even beside a good cookie', async () => {
    for (const authorization of ['Bearer nonsense', 'Basic x', '']) {
      expect((await routes.ask('GET /api/private', { headers: { authorization } })).statusCode).toBe(401);
    }
  });

  it('a session that has been logged out is nobody at once', async () => {
    const login = await routes.askMonolith('POST /api/auth/login', {
      as: 'anonymous',
      body: { email: 'member@example.com', password: 'correct horse battery staple' },
    });
    const { token } = login.json() as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await routes.ask('GET /api/private', { as: 'anonymous', headers })).statusCode).toBe(200);
    expect((await routes.askMonolith('POST /api/auth/logout', { as: 'anonymous', headers })).statusCode).toBe(204);
    expect((await routes.ask('GET /api/private', { as: 'anonymous', headers })).statusCode).toBe(401);
  });
});
