import { describeRoutes } from './describe-routes';
import { makeEvent, UNKNOWN_ID } from './make';

describeRoutes('attendees', (routes) => {
  it('POST adds, GET lists, DELETE removes', async () => {
    const path = `/api/events/${await makeEvent(routes)}/attendees`;
    const added = await routes.ask(`POST ${path}`, { body: { name: ' Zoë ', email: ' Zoe@Example.ORG ' } });
    expect(added.statusCode).toBe(201);
    const { attendee } = added.json() as { attendee: { id: string } };
    expect(attendee).toMatchObject({ name: 'Zoë', email: 'zoe@example.org', status: 'registered' });
    expect(added.header('location')).toBe(`${path}/${attendee.id}`);
    for (const as of ['member', 'API key']) {
      const list = await routes.ask(`GET ${path}`, { as });
      expect([list.statusCode, list.json()]).toEqual([200, { attendees: [attendee], page: 1, limit: 20, total: 1 }]);
    }
    expect((await routes.ask(`DELETE ${path}/${attendee.id}`)).statusCode).toBe(204);
    expect((await routes.ask(`GET ${path}`)).json()).toMatchObject({ attendees: [], total: 0 });
    const again = await routes.ask(`DELETE ${path}/${attendee.id}`);
    expect([again.statusCode, again.json()]).toEqual([404, { error: 'Attendee not found' }]);
    await routes.ask(`DELETE ${path.replace('/attendees', '')}`);
  });

  it('an email is registered once, in any case, also when it comes twice at the same time', async () => {
    const path = `/api/events/${await makeEvent(routes)}/attendees`;
    const emails = ['ada@example.org', 'ADA@example.org', 'Ada@Example.Org', 'ada@example.org '];
    const answers = await Promise.all(
      emails.map((email) => routes.ask(`POST ${path}`, { body: { name: 'Ada', email } })),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409]);
    const refused = answers.find(({ statusCode }) => statusCode === 409);
    expect(refused?.json()).toEqual({ error: 'This email is already registered' });
    await routes.ask(`DELETE ${path.replace('/attendees', '')}`);
  });

  it('tells what is wrong, and looks for the event first', async () => {
    const path = `/api/events/${await makeEvent(routes)}/attendees`;
    const bad = await routes.ask(`POST ${path}`, { body: { name: 'x'.repeat(101), email: 'nobody' } });
    expect([bad.statusCode, Object.keys((bad.json() as { fields: object }).fields)]).toEqual([400, ['name', 'email']]);
    const unknown = await routes.ask(`POST /api/events/${UNKNOWN_ID}/attendees`, { body: {} });
    expect([unknown.statusCode, unknown.json()]).toEqual([404, { error: 'Event not found' }]);
    expect((await routes.ask(`POST ${path}`, { as: 'member', body: {} })).statusCode).toBe(403);
    expect((await routes.ask(`GET ${path}`, { as: 'other account' })).statusCode).toBe(404);
    await routes.ask(`DELETE ${path.replace('/attendees', '')}`);
  });
});
