import request from 'supertest';
import { runSystem, type RunningSystem } from '../support/running-system';
import { runClient, type Credential, type TranscriptLine } from '../../e2e/client-script';

/** The point of it all: a client that was written for the monolith notices nothing at any stage, nor after a roll back. */
describe('an unchanged client', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await runSystem({ stage: 'legacy' });
  });

  afterAll(() => system.close());

  const answeredByLambda = (from: number): number =>
    system.logger.lines
      .slice(from)
      .filter(({ message, fields }) => message === 'request' && fields['upstream'] === 'lambda').length;

  it.each<Credential>(['cookie jar', 'bearer token'])(
    'with a %s sees the same before, during and after the move',
    async (credential) => {
      const monolith = await runClient(system.legacy.url, credential);
      expect(outline(monolith)).toMatchSnapshot();

      const run = async (): Promise<{ transcript: readonly TranscriptLine[]; onLambda: number }> => {
        const from = system.logger.lines.length;
        const transcript = await runClient(system.proxy.url, credential);
        return { transcript, onLambda: answeredByLambda(from) };
      };

      await system.moveAllRoutes('legacy');
      const onLegacy = await run();
      await system.moveAllRoutes('lambda');
      const moved = await run();
      await system.moveAllRoutes('legacy');
      const rolledBack = await run();

      expect(onLegacy.transcript).toEqual(monolith);
      expect(moved.transcript).toEqual(monolith);
      expect(rolledBack.transcript).toEqual(monolith);
      expect([onLegacy.onLambda, rolledBack.onLambda]).toEqual([0, 0]);
      expect(moved.onLambda).toBeGreaterThanOrEqual(30);
    },
  );

  it('stays logged in while its route moves there and back, and is out everywhere after logout', async () => {
    const client = request.agent(system.proxy.url);
    await client
      .post('/api/auth/login')
      .send({ email: 'member@example.com', password: 'correct horse battery staple' })
      .expect(200);
    for (const stage of ['legacy', 'lambda', 'legacy', 'lambda'] as const) {
      await system.moveAllRoutes(stage);
      await client.get('/api/events').expect(200);
      await client.get('/api/auth/me').expect(200);
    }
    await client.post('/api/auth/logout').expect(204);
    await client.get('/api/events').expect(401);
  });
});

/** Step and status: what a reader checks by eye in the snapshot. */
function outline(transcript: readonly TranscriptLine[]): readonly string[] {
  return transcript.map(({ step, status }) => `${status} ${step}`);
}
