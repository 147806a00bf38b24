import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { runBanyan } from '../support/run-banyan';
import { stages } from '../../proxy/history/stages';
import { startTestMongo, type TestMongo } from '../support/test-mongo';

const ROUTES = `routes:
  - { id: gone, match: GET /gone, stage: retired }
  - { id: young, match: GET /young, stage: retired }
  - { id: unproven, match: GET /unproven, stage: lambda }
  - { id: returned, match: GET /returned, stage: lambda }
`;
const NOW = new Date('2026-11-29T12:00:00Z');
let mongo: TestMongo;
let client: MongoClient;
let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-export-'));
  await writeFile(path.join(folder, 'routes.yml'), ROUTES);
  env = {
    LEGACY_URL: 'http://127.0.0.1:3001',
    LAMBDA_URL: 'https://abc1234567.execute-api.eu-west-1.amazonaws.com/prod',
    ROUTES_FILE: path.join(folder, 'routes.yml'),
    MONGODB_URI: mongo.uri,
    USER: 'ann',
  };
});
afterEach(async () => {
  await client.close();
  await mongo.stop();
  await rm(folder, { recursive: true });
});

const banyan = (...argv: string[]) => runBanyan(argv, env, NOW);
const arrive = (routeId: string, to: 'lambda' | 'retired', days: number) =>
  stages(client.db()).insertOne({
    _id: routeId,
    routeId,
    action: 'promoted',
    to,
    by: 'ann',
    why: 'test',
    at: new Date(NOW.getTime() - days * 86_400_000),
    versions: { legacy: '1', lambda: '2' },
  });

it('asks the ledger which routes are done, and writes only those', async () => {
  await arrive('gone', 'retired', 20);
  await arrive('young', 'retired', 3);
  await arrive('unproven', 'lambda', 20);
  await arrive('returned', 'lambda', 20);
  await banyan('rollback', 'returned');
  const out = path.join(folder, 'banyan.conf');
  const answer = await banyan('export', '--to', 'nginx', '--accept', 'raw-query', '--out', out);
  expect(answer).toMatchObject({ exitCode: 0, err: '' });
  expect(answer.out).toContain('1 route to API Gateway; 3 through Banyan, of which 3 refused;');
  expect(answer.out).toContain('refused young: undisturbed on retired for 3 days of 14\n');
  expect(answer.out).toMatch(/refused (?:unproven, )?returned: is rolled back/);
  expect(answer.out).toMatch(/refused unproven, returned: Lambda has answered 0 of the 1000 requests on lambda/);
  const config = await readFile(out, 'utf8');
  expect(config).toContain('resolver 169.254.169.253 valid=10s;');
  expect(config.match(/^ +"gone" "\/prod\/gone";$/m)).not.toBeNull();
  expect(config).not.toContain('"/prod/young"');
});

it('says what is needed', async () => {
  expect(await banyan('export', '--to', 'nginx', '--without-evidence')).toMatchObject({ exitCode: 0 });
  delete env['MONGODB_URI'];
  expect((await banyan('export', '--to', 'nginx')).err).toMatch(/MONGODB_URI is missing.*--without-evidence/);
  delete env['LAMBDA_URL'];
  expect(await banyan('export', '--to', 'nginx')).toMatchObject({ exitCode: 2, out: '' });
  expect((await banyan('export', '--to', 'apache')).err).toMatch(/Allowed choices are nginx/);
  expect((await banyan('export', '--to', 'nginx', '--accept', 'all')).err).toMatch(
    /Allowed choices are write-without-fallback, raw-query/,
  );
});

it.each([
  [['--out', '/no/such/folder/banyan.conf'], {}, '/no/such/folder/banyan.conf cannot be written (ENOENT)'],
  [[], { ROUTES_FILE: '/no/such/routes.yml' }, 'ROUTES_FILE: /no/such/routes.yml cannot be read'],
  [['--banyan', 'proxy:8080'], {}, '--banyan is not a URL'],
])('%j with %j is refused by name', async (argv, variables, message) => {
  Object.assign(env, variables);
  const answer = await banyan('export', '--to', 'nginx', '--without-evidence', ...argv);
  expect(answer).toMatchObject({ exitCode: 2, out: '' });
  expect(answer.err).toContain(message);
});

it('exit code 3 when no route is done', async () => {
  expect(await banyan('export', '--to', 'nginx')).toMatchObject({
    exitCode: 3,
    out: expect.stringContaining('the ledger does not record when it moved to retired') as string,
  });
});
