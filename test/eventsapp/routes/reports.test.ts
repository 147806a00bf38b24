import { waitFor } from '../../support/wait-for';
import { describeRoutes } from './describe-routes';

describeRoutes('reports', (routes) => {
  it('POST orders a report, which is done before long, and GET shows it', async () => {
    const ordered = await routes.ask('POST /api/reports', { body: { day: '2026-01-31' } });
    expect(ordered.statusCode).toBe(202);
    const { report } = ordered.json() as { report: { id: string } };
    expect(report).toMatchObject({ kind: 'on-demand', day: '2026-01-31', status: 'queued', result: null });
    const location = ordered.header('location') ?? '';
    expect(location).toBe(`/api/reports/${report.id}`);
    const read = async () => (await routes.ask(`GET ${location}`, { as: 'member' })).json() as typeof done;
    const done: { report: { status: string } } = await waitFor(
      'the report',
      async () => {
        const now = await read();
        return now.report.status === 'queued' ? undefined : now;
      },
      25_000,
    );
    expect(done).toMatchObject({ report: { status: 'done', result: { events: expect.any(Number) as unknown } } });
    const list = await routes.ask('GET /api/reports');
    expect((list.json() as { reports: unknown[] }).reports).toContainEqual(done.report);
    expect((await routes.ask(`GET ${location}`, { as: 'other account' })).statusCode).toBe(404);
  });

  it.each([['2026-02-30'], ['2999-01-01'], [20_260_131], [{ $gt: '' }]])('refuses the day %j', async (day) => {
    const answer = await routes.ask('POST /api/reports', { body: { day } });
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { fields: { day: expect.any(String) as unknown } }]);
  });

  it('only organisers order, all users read, API keys neither', async () => {
    expect((await routes.ask('POST /api/reports', { as: 'member', body: {} })).statusCode).toBe(403);
    expect((await routes.ask('GET /api/reports', { as: 'member' })).statusCode).toBe(200);
    expect((await routes.ask('GET /api/reports', { as: 'API key' })).statusCode).toBe(401);
    const unknown = await routes.ask('GET /api/reports/none');
    expect([unknown.statusCode, unknown.json()]).toEqual([404, { error: 'Report not found' }]);
  });
});
