import { compareResponses } from '../../../shared/parity/compare';
import { runSystem, type RunningSystem } from '../support/running-system';
import { logIn, type Credentials } from './identities';
import { send } from './send';

/** Exists on Lambda alone, so there is no control; what can be compared is who is let in, and how the others are turned away. */
describe('GET /api/private', () => {
  let system: RunningSystem;
  let credentials: ReadonlyMap<string, Credentials>;

  beforeAll(async () => {
    system = await runSystem({ stage: 'legacy' });
    credentials = await logIn(system.legacy.url);
  });

  afterAll(() => system.close());

  const ask = (path: string, identity: string, baseUrl = system.proxy.url): ReturnType<typeof send> =>
    send(baseUrl, { method: 'GET', path, headers: credentials.get(identity) ?? {} });

  it.each(['member', 'organiser', 'other account'])(
    'tells %s what the authorizer knows: the same as the monolith',
    async (identity) => {
      const [monolith, lambda] = [await ask('/api/auth/me', identity), await ask('/api/private', identity)];
      expect(lambda.statusCode).toBe(200);
      expect(JSON.parse(lambda.body.toString())).toEqual(JSON.parse(monolith.body.toString()));
      expect(compareResponses(monolith, lambda)).toEqual([]);
    },
  );

  it.each(['anonymous', 'bad token', 'API key'])('turns %s away exactly as the monolith does', async (identity) => {
    const [monolith, lambda] = [
      await ask('/api/auth/me', identity, system.legacy.url),
      await ask('/api/private', identity),
    ];
    expect(lambda.statusCode).toBe(401);
    expect(compareResponses(monolith, lambda)).toEqual([]);
  });
});
