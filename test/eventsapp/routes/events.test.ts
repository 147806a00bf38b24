import { describeRoutes } from './describe-routes';
import { makeEvent, uniqueTitle, UNKNOWN_ID } from './make';

describeRoutes('events', (routes) => {
  it('POST makes an event, GET reads it, GET of the list finds it', async () => {
    const title = `${uniqueTitle()} <b>é 🌳`;
    const body = { title: ` ${title} `, startsAt: '2031-05-01T20:00:00+02:00', tags: ['x', 'x'], capacity: 0 };
    const made = await routes.ask('POST /api/events', { body });
    expect(made.statusCode).toBe(201);
    const { event } = made.json() as { event: { id: string } };
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
      title,
      description: '',
      status: 'draft',
      tags: ['x'],
      venue: null,
      startsAt: '2031-05-01T18:00:00.000Z',
      endsAt: null,
      capacity: 0,
      createdBy: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
      createdAt: expect.stringMatching(/Z$/) as unknown,
      updatedAt: expect.stringMatching(/Z$/) as unknown,
    });
    expect(made.header('location')).toBe(`/api/events/${event.id}`);

    const read = await routes.ask(`GET /api/events/${event.id}`, { as: 'member' });
    expect([read.statusCode, read.json()]).toEqual([200, { event }]);
    const found = await routes.ask(`GET /api/events?filter[q]=${encodeURIComponent(title)}&limit=1`);
    expect(found.json()).toEqual({ events: [event], page: 1, limit: 1, total: 1 });
    await routes.ask(`DELETE /api/events/${event.id}`);
  });

  it('PUT replaces all of it, DELETE removes it', async () => {
    const id = await makeEvent(routes, { venue: 'Pier 3', tags: ['a'] });
    const title = uniqueTitle();
    const replaced = await routes.ask(`PUT /api/events/${id}`, { body: { title, startsAt: '2032-01-01T00:00:00Z' } });
    expect(replaced.statusCode).toBe(200);
    expect(replaced.json()).toMatchObject({ event: { id, title, venue: null, tags: [] } });
    const removed = await routes.ask(`DELETE /api/events/${id}`);
    expect([removed.statusCode, removed.body.length]).toEqual([204, 0]);
    const gone = await routes.ask(`GET /api/events/${id}`);
    expect([gone.statusCode, gone.json()]).toEqual([404, { error: 'Event not found' }]);
    expect((await routes.ask(`DELETE /api/events/${id}`)).statusCode).toBe(404);
  });

  it('the list is filtered, sorted and paged', async () => {
    const title = uniqueTitle();
    const ids = await Promise.all(
      ['a', 'b', 'c'].map((letter, index) =>
        makeEvent(routes, {
          title: `${title} ${letter}`,
          status: letter === 'c' ? 'published' : 'draft',
          tags: [letter, 'all'],
          startsAt: `203${index}-01-01T00:00:00Z`,
        }),
      ),
    );
    const idsOf = async (query: string): Promise<unknown> => {
      const answer = await routes.ask(`GET /api/events?filter[q]=${encodeURIComponent(title)}&${query}`);
      return (answer.json() as { events: { id: string }[] }).events.map(({ id }) => ids.indexOf(id));
    };
    expect(await idsOf('')).toEqual([0, 1, 2]);
    expect(await idsOf('sort=-title')).toEqual([2, 1, 0]);
    expect(await idsOf('filter[status]=published')).toEqual([2]);
    expect(await idsOf('filter[tags][]=a&filter[tags][]=c')).toEqual([0, 2]);
    expect(await idsOf('filter[tags]=b')).toEqual([1]);
    expect(await idsOf('page=2&limit=2')).toEqual([2]);
    await Promise.all(ids.map((id) => routes.ask(`DELETE /api/events/${id}`)));
  });

  it('tells every fault of a query and of a body at once', async () => {
    const list = await routes.ask('GET /api/events?filter[status]=x&sort=size&page=0&limit=1e2');
    expect(list.statusCode).toBe(400);
    expect(Object.keys((list.json() as { fields: object }).fields)).toEqual(['filter.status', 'sort', 'page', 'limit']);
    const body = { title: ' ', startsAt: 'tomorrow', capacity: -1 };
    const made = await routes.ask('POST /api/events', { body });
    expect(made.statusCode).toBe(400);
    expect(made.json()).toMatchObject({ error: 'Validation failed', fields: { title: 'is required' } });
  });

  it('POST activity counts, and shows in the metrics', async () => {
    const id = await makeEvent(routes);
    for (const type of ['view', 'view', 'share']) {
      const counted = await routes.ask(`POST /api/events/${id}/activity`, { as: 'member', body: { type } });
      expect([counted.statusCode, counted.json()]).toEqual([202, { counted: true }]);
    }
    expect((await routes.ask(`POST /api/events/${id}/activity`, { body: { type: 'like' } })).statusCode).toBe(400);
    const metrics = await routes.ask(`GET /api/events/${id}/metrics?interval=week`);
    expect(metrics.statusCode).toBe(200);
    expect(metrics.json()).toMatchObject({
      eventId: id,
      interval: 'week',
      buckets: [{ period: expect.stringMatching(/^\d{4}-W\d\d$/) as unknown, views: 2, registrations: 0, shares: 1 }],
      totals: { views: 2, registrations: 0, shares: 1 },
    });
    const all = (await routes.ask('GET /api/metrics/all')).json() as { events: { eventId: string }[] };
    expect(all.events.find(({ eventId }) => eventId === id)).toMatchObject({ views: 2, shares: 1 });
    const range = await routes.ask('GET /api/metrics/all?from=2026-02-30');
    expect([range.statusCode, range.json()]).toMatchObject([400, { fields: { from: expect.any(String) as unknown } }]);
    await routes.ask(`DELETE /api/events/${id}`);
  });

  it('an event of another account is as unknown as any other', async () => {
    const id = await makeEvent(routes);
    for (const request of [`GET /api/events/${id}`, `GET /api/events/${id}/metrics`, `DELETE /api/events/${id}`]) {
      expect((await routes.ask(request, { as: 'other account' })).statusCode).toBe(404);
    }
    for (const unknown of [UNKNOWN_ID, 'twelve-bytes', '%20']) {
      expect((await routes.ask(`GET /api/events/${unknown}`)).statusCode).toBe(404);
    }
    expect((await routes.ask(`GET /api/events/${id}`)).statusCode).toBe(200);
    await routes.ask(`DELETE /api/events/${id}`);
  });

  it('a member reads and may not write; an API key reads and is nobody elsewhere', async () => {
    const body = { title: 'x', startsAt: '2031-05-01T18:00:00Z' };
    const member = await routes.ask('POST /api/events', { as: 'member', body });
    expect([member.statusCode, member.json()]).toEqual([403, { error: 'Not allowed' }]);
    expect((await routes.ask('GET /api/events', { as: 'API key' })).statusCode).toBe(200);
    const key = await routes.ask('POST /api/events', { as: 'API key', body });
    expect([key.statusCode, key.json()]).toEqual([401, { error: 'Not authenticated' }]);
  });

  it('a body that Express refuses is refused with its page', async () => {
    const malformed = await routes.ask('POST /api/events', { body: '{"title":' });
    expect([malformed.statusCode, malformed.header('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    expect(malformed.body.toString()).toContain('<pre>Bad Request</pre>');
    const latin = await routes.ask('POST /api/events', {
      body: '{}',
      headers: { 'content-type': 'application/json; charset=latin1' },
    });
    expect(latin.statusCode).toBe(415);
    const form = await routes.ask('POST /api/events', {
      body: 'title=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([form.statusCode, form.json()]).toMatchObject([400, { fields: { startsAt: 'is required' } }]);
  });

  it('answers 304 to a client that has it already', async () => {
    const id = await makeEvent(routes);
    const first = await routes.ask(`GET /api/events/${id}`);
    const etag = first.header('etag') ?? '';
    expect(etag).toMatch(/^W\//);
    const again = await routes.ask(`GET /api/events/${id}`, { headers: { 'if-none-match': etag } });
    expect([again.statusCode, again.body.length, again.header('etag')]).toEqual([304, 0, etag]);
    await routes.ask(`DELETE /api/events/${id}`);
  });
});
