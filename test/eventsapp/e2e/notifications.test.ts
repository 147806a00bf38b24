import { once } from 'node:events';
import request from 'supertest';
import { WebSocket } from 'ws';
import { DEMO_IDS } from '../seed';
import { runSystem, type RunningSystem } from '../support/running-system';
import { waitFor } from '../../support/wait-for';
import { openStream } from '../unit/legacy/support/event-stream';

/** Streams stay on the monolith, writes do not: what one side writes must reach those who listen at the other. */
describe('listeners, while all routes that write are on Lambda', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await runSystem({ stage: 'lambda' });
  });
  afterAll(() => system.close());

  it('a WebSocket and a stream of events see attendees come and go', async () => {
    const client = request.agent(system.proxy.url);
    const login = await client
      .post('/api/auth/login')
      .send({ email: 'organiser@example.com', password: 'correct horse battery staple' })
      .expect(200);
    const { token } = login.body as { token: string };
    const headers = { Authorization: `Bearer ${token}` };

    const stream = await openStream(`${system.proxy.url}/api/notifications/stream`, headers);
    const socket = new WebSocket(`${system.proxy.url.replace('http', 'ws')}/ws`, { headers });
    const received: { type: string; payload: unknown }[] = [];
    socket.on('message', (data: Buffer) =>
      received.push(JSON.parse(data.toString()) as { type: string; payload: unknown }),
    );
    await once(socket, 'open');

    const eventId = DEMO_IDS.event(1).toHexString();
    const path = `/api/events/${eventId}/attendees`;
    const added = await client.post(path).send({ name: 'Ada', email: 'ada@example.org' }).expect(201);
    const { attendee } = added.body as { attendee: { id: string } };
    await client.delete(`${path}/${attendee.id}`).expect(204);
    const written = system.logger.lines.filter(({ fields }) => /-attendee$/.test(String(fields['route'])));
    expect(written.map(({ fields }) => fields['upstream'])).toEqual(['lambda', 'lambda']);

    const payload = { eventId, attendeeId: attendee.id, name: 'Ada' };
    const expected = [
      { type: 'attendee.added', payload },
      { type: 'attendee.removed', payload },
    ];
    const streamed = await stream.take(2);
    expect(streamed.map(({ event }) => event)).toEqual(['attendee.added', 'attendee.removed']);
    expect(streamed.map(({ data }) => data)).toMatchObject([{ payload }, { payload }]);
    await waitFor('both messages on the WebSocket', () => received.length >= 2);
    expect(received).toMatchObject(expected);

    stream.close();
    socket.close();
    await once(socket, 'close');
  });
});
