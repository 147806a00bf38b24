import { describeRoutes } from './describe-routes';

/** Lifted: the monolith's own routers. */
describeRoutes('account', (routes) => {
  it('GET reads it, PATCH changes it, and back', async () => {
    const before = await routes.ask('GET /api/account', { as: 'member' });
    expect(before.statusCode).toBe(200);
    const { account } = before.json() as { account: { timezone: string } };
    const body = { timezone: account.timezone === 'UTC' ? 'Europe/Oslo' : 'UTC' };
    const changed = await routes.ask('PATCH /api/account', { body });
    expect([changed.statusCode, changed.json()]).toMatchObject([200, { account: body }]);
    expect((await routes.ask('GET /api/account')).json()).toMatchObject({ account: body });
    await routes.ask('PATCH /api/account', { body: { timezone: account.timezone } });
  });

  it('only organisers change it and see its users', async () => {
    const bad = await routes.ask('PATCH /api/account', { body: { timezone: 'Mars/Olympus' } });
    expect([bad.statusCode, bad.json()]).toMatchObject([400, { error: 'Validation failed' }]);
    for (const request of ['PATCH /api/account', 'GET /api/account/users']) {
      expect((await routes.ask(request, { as: 'member' })).statusCode).toBe(403);
    }
    const users = await routes.ask('GET /api/account/users');
    expect(users.statusCode).toBe(200);
    expect(users.body.toString()).not.toContain('passwordHash');
  });
});
