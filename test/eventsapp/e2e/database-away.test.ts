import banyan from '../../../banyan.config';
import { startMongo } from '../../../shared/local/mongo';
import { onlyOnEmbedded } from '../../support/test-mongo';
import { runSystem, type RunningSystem } from '../support/running-system';
import { waitFor } from '../../support/wait-for';

const { describe } = onlyOnEmbedded();

/** MongoDB goes and comes back under proxy, gateway, authorizer, function and monolith: none of them is started anew. */
describe('the whole system while MongoDB is away', () => {
  let system: RunningSystem;
  let token: string;

  beforeAll(async () => {
    // Express prints what the store's errors were.
    jest.spyOn(console, 'error').mockImplementation();
    // Without a PATH no mongod is found: this one can be broken.
    system = await runSystem({ stage: 'lambda', mongo: await startMongo({ env: {} }) });
    const response = await fetch(`${system.proxy.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'member@example.com', password: 'correct horse battery staple' }),
    });
    ({ token } = (await response.json()) as { readonly token: string });
  });
  afterAll(async () => {
    await system.close();
    jest.restoreAllMocks();
  });

  const ask = async (path: string, credential = token) => {
    const headers = { authorization: `Bearer ${credential}` };
    const response = await fetch(`${system.proxy.url}${path}`, { headers });
    return { status: response.status, body: await response.text() };
  };
  const faults = () => {
    if (system.mongo.faults === undefined) throw new Error('this MongoDB cannot be broken');
    return system.mongo.faults;
  };

  it('answers 500, never 401, and 200 when it is back', async () => {
    expect((await ask('/api/events')).status).toBe(200);
    for (let round = 0; round < 2; round += 1) {
      await faults().down();
      const answers = await Promise.all([ask('/api/events'), ask('/api/metrics/all'), ask('/api/auth/me')]);
      expect(answers.map(({ status }) => status)).toEqual([500, 500, 500]);
      for (const { body } of answers) expect(body).toBe(banyan.responses.internalError.body);
      // Who is nobody anyway needs no database.
      expect((await ask('/api/events', 's:forged.x')).status).toBe(401);

      await faults().up();
      for (const path of ['/api/events', '/api/auth/me'])
        await waitFor(
          `${path} to work again`,
          async () => {
            const { status } = await ask(path);
            expect([200, 500]).toContain(status);
            return status === 200;
          },
          30_000,
        );
    }
    expect((await ask('/api/private')).status).toBe(200);
  }, 120_000);
});
