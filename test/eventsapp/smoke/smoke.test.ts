import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { DEMO_PASSWORD } from '../seed';
import { runSystem, type RunningSystem } from '../support/running-system';
import { onlyOnEmbedded } from '../../support/test-mongo';
import { readOnly } from './read-only';
import { describeSmoke, runSmoke } from './run';

describe('smoke', () => {
  let system: RunningSystem;
  let token: string;

  beforeAll(async () => {
    system = await runSystem();
    const login = await fetch(`${system.legacy.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'member@example.com', password: DEMO_PASSWORD }),
    });
    ({ token } = (await login.json()) as { token: string });
  });
  afterAll(() => system.close());

  const smoke = async (changes: object = {}) => {
    const results = await runSmoke(
      { url: system.proxy.url, apiUrl: system.gateway.url, token, ...changes },
      { patience: 0 },
    );
    const found = results.filter(({ state }) => state === 'wrong').map(({ dependency }) => dependency);
    return { results, found, text: describeSmoke(results) };
  };
  const answering = (match: RegExp, answer: () => Response): typeof fetch =>
    ((request: Request) => (match.test(request.url) ? Promise.resolve(answer()) : fetch(request))) as typeof fetch;
  const faultsBy = async (send: typeof fetch) => {
    const results = await runSmoke({ url: system.proxy.url, apiUrl: system.gateway.url, token }, { send, patience: 0 });
    return results.flatMap(({ dependency }) => dependency ?? []);
  };

  it('finds nothing wrong with a stage that works, as a person runs it, within a minute', async () => {
    const args = [
      '--import',
      'tsx',
      path.join(__dirname, 'main.ts'),
      '--url',
      system.proxy.url,
      '--api-url',
      system.gateway.url,
    ];
    const child = spawn(process.execPath, args, { env: { ...process.env, SMOKE_TOKEN: token } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [exitCode] = (await once(child, 'close')) as [number];
    expect(output).toMatch(/\n7 ok, 0 wrong, 1 not tried\n$/);
    expect(output).toContain('CDN                        no --cdn-url');
    expect(exitCode).toBe(0);
  });

  it('sends nothing but reads', async () => {
    const send = jest.fn<Promise<Response>, [Request]>(() => Promise.resolve(new Response('')));
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      await expect(readOnly(send as typeof fetch)('http://x/', { method })).rejects.toThrow(
        `read-only: ${method} is refused`,
      );
    await expect(readOnly(send as typeof fetch)(new Request('http://x/', { method: 'POST' }))).rejects.toThrow(
      'refused',
    );
    expect(send).not.toHaveBeenCalled();
    await readOnly(send as typeof fetch)('http://x/', { method: 'HEAD' });
    expect(send).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['proxy', /readyz/, 503, '{}'],
    ['MongoDB, as the monolith reaches it', /healthz/, 503, '{}'],
    ['legacy', /healthz/, 502, '{}'],
    ['gateway', /no-such-route/, 200, ''],
    ['gateway', /api\/private/, 504, ''],
    ['proxy', /api\/private/, 404, ''],
    ['authorizer', /api\/private/, 500, ''],
    ['S3, DynamoDB', /api\/health/, 503, '{"mongodb":"ok","sqs":"ok","s3":"unavailable","dynamodb":"unavailable"}'],
    ['get-health', /api\/health/, 500, 'Internal Server Error'],
  ])('names what is wrong: %s by %s %i', async (dependency, match, status, body) => {
    expect(await faultsBy(answering(match, () => new Response(body, { status })))).toEqual([dependency]);
  });

  it('asks again while a fresh deployment warms, for as long as it was told', async () => {
    const warming = (failures: number): jest.MockedFunction<(request: Request) => Promise<Response>> => {
      let left = failures;
      return jest.fn((request: Request) => {
        if (!request.url.endsWith('/api/health') || left === 0) return fetch(request);
        left -= 1;
        return left % 2 === 0
          ? Promise.resolve(new Response('{"message": "Internal server error"}', { status: 502 }))
          : Promise.reject(new TypeError('fetch failed'));
      });
    };
    const asked = async (failures: number, patience: number) => {
      const send = warming(failures);
      const results = await runSmoke({ url: system.proxy.url }, { send: send as typeof fetch, patience });
      const times = send.mock.calls.filter(([request]) => request.url.endsWith('/api/health')).length;
      return { state: results.find(({ name }) => name === 'dependencies of functions')?.state, times };
    };
    expect(await asked(2, 30_000)).toEqual({ state: 'ok', times: 3 });
    const { state, times } = await asked(Infinity, 4_000);
    expect(state).toBe('wrong');
    expect(times).toBeGreaterThan(1);
  });

  it('takes a minute in all, also when every answer does', async () => {
    const names = ['a', 'b', 'c'];
    const silent = ({ signal }: Request): Promise<Response> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const asked = names.map((name, index) => ({
      ...{ name, needs: names.slice(0, index) },
      run: async (_target: object, get: (url: string) => Promise<Response>) => {
        await get('http://x/').catch(() => undefined);
      },
    }));
    const begun = performance.now();
    await runSmoke({ url: 'http://x' }, { send: silent as typeof fetch, patience: 0, limit: 300, checks: asked });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('names a secret that differs, and a token that is no longer one', async () => {
    const asks = (answers: Readonly<Record<string, number>>): typeof fetch =>
      ((request: Request) => {
        const status = request.headers.has('authorization') ? answers[new URL(request.url).pathname] : undefined;
        return status === undefined ? fetch(request) : Promise.resolve(new Response('', { status }));
      }) as typeof fetch;
    expect(await faultsBy(asks({ '/api/private': 401 }))).toEqual(['SESSION_SECRET']);
    expect(await faultsBy(asks({ '/api/auth/me': 401 }))).toEqual(['SMOKE_TOKEN']);
  });

  it('distinguishes CloudFront from anything else', async () => {
    const cdnUrl = 'http://cdn.example';
    const cdn = async (answer: Response) => {
      const results = await runSmoke({ url: system.proxy.url, cdnUrl }, { send: answering(/cdn/, () => answer) });
      return results.find(({ name }) => name === 'CDN')?.state;
    };
    expect(await cdn(new Response('', { status: 403, headers: { 'x-amz-cf-id': 'x' } }))).toBe('ok');
    expect(await cdn(new Response('', { status: 200, headers: { 'x-amz-cf-id': 'x' } }))).toBe('wrong');
    expect(await cdn(new Response('', { status: 403 }))).toBe('wrong');
  });

  onlyOnEmbedded().it('names parts that are gone, one after the other, and tries nothing behind them', async () => {
    await system.sqs.close();
    expect(await smoke()).toMatchObject({ found: ['SQS'] });
    await system.mongo.stop();
    expect((await smoke()).found).toEqual(
      expect.arrayContaining([
        'MongoDB, as the monolith reaches it',
        'MongoDB, as functions inside the VPC reach it, SQS',
      ]),
    );
    await system.proxy.close();
    const { found, text } = await smoke();
    expect(found).toEqual(['proxy']);
    expect(text).toMatch(/look at: proxy\n$/);
  });
});
