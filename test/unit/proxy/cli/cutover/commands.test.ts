import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { run } from '../../../../../proxy/cli/program';
import { openLedger } from '../../../../../proxy/ledger/ledger';
import { startMongo, type LocalMongo } from '../../../../local/mongo';
import { capturedLogger } from '../../../../support/captured-logger';

const ROUTES = `routes:
  - id: list-events # the list
    match: GET /api/events
    stage: shadow
  - id: create-event
    match: POST /api/events
    stage: legacy
  - id: private
    match: GET /api/private
    stage: retired
`;
const VERSIONS = { legacy: '1', lambda: '2' };
let mongo: LocalMongo;
let client: MongoClient;
let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  mongo = await startMongo({ env: {} });
  client = await MongoClient.connect(mongo.uri);
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-cutover-'));
  const file = path.join(folder, 'routes.yml');
  await writeFile(file, ROUTES);
  env = { MONGODB_URI: mongo.uri, ROUTES_FILE: file, LEGACY_VERSION: '1', LAMBDA_VERSION: '2', USER: 'ann' };
});
afterEach(async () => {
  await client.close();
  await mongo.stop();
  await rm(folder, { recursive: true });
});

async function banyan(...argv: string[]) {
  let [out, err] = ['', ''];
  const exitCode = await run(argv, {
    env,
    readInput: () => Promise.resolve(''),
    write: (text) => (out += text),
    writeError: (text) => (err += text),
    now: () => new Date(),
  });
  const json: unknown = argv.includes('--json') && out !== '' ? JSON.parse(out) : undefined;
  return { exitCode, out, err, json };
}
const routesFile = () => readFile(env['ROUTES_FILE'] ?? '', 'utf8');

async function gather(comparisons: number, routeId = 'list-events') {
  const ledger = openLedger(
    { db: () => Promise.resolve(client.db()), versions: VERSIONS, database: 'mongodb' },
    capturedLogger(),
  );
  for (let index = 0; index < comparisons; index += 1)
    ledger.recordComparison({
      ...{ routeId, equal: true, differences: [], statusCode: 200 },
      ...{ identity: 'session', queryForm: '', source: 'shadow', at: Date.now() },
    });
  const covered = { statuses: [200, 401], identities: ['anonymous', 'member'] };
  await ledger.recordSuite({ routeId, cases: 4, equal: 4, different: 0, skipped: 0, ...covered, wanted: covered });
  await ledger.close();
}

describe('promote', () => {
  it('refuses and says what is missing; the file stays', async () => {
    const { exitCode, json } = await banyan('promote', 'list-events', '--to', 'canary', '--percent', '10', '--json');
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({ promoted: false, obstacles: [{ kind: 'comparisons' }, { kind: 'suite' }] });
    expect(await routesFile()).toBe(ROUTES);
  });

  it('edits the file when the evidence suffices, says what to commit and remembers who it was', async () => {
    await gather(381);
    const { exitCode, out } = await banyan('promote', 'list-events', '--to', 'canary', '--percent', '10');
    expect(exitCode).toBe(0);
    expect(out).toContain('promoted list-events: shadow -> canary 10 %');
    expect(out).toContain(`git commit -m "list-events: shadow -> canary 10 %" -- ${env['ROUTES_FILE']}`);
    expect(await routesFile()).toBe(ROUTES.replace('stage: shadow', 'stage: canary\n    percent: 10'));
    expect(await client.db().collection('banyanStages').findOne()).toMatchObject({
      ...{ action: 'promoted', from: 'shadow', to: 'canary', percent: 10, by: 'ann', versions: VERSIONS },
      evidence: { comparisons: 381, different: 0, suiteCases: 4 },
    });
  });

  it('of a write asks for its suite only', async () => {
    await gather(0, 'create-event');
    expect(await banyan('promote', 'create-event', '--to', 'canary', '--percent', '1')).toMatchObject({ exitCode: 0 });
  });

  it('keeps to the order of stages and out of the way of a roll back', async () => {
    await gather(381);
    expect(await banyan('promote', 'list-events', '--to', 'lambda', '--json')).toMatchObject({
      exitCode: 3,
      json: { obstacles: [{ kind: 'order', text: expect.stringContaining('next stage is canary') as unknown }] },
    });
    await banyan('rollback', 'list-events', '--reason', 'slow');
    expect(await banyan('promote', 'list-events', '--to', 'canary', '--percent', '1', '--json')).toMatchObject({
      exitCode: 3,
      json: { obstacles: [{ kind: 'override', remedy: 'banyan resume list-events' }] },
    });
  });

  it('can be forced with a reason, on the record', async () => {
    const forced = ['promote', 'list-events', '--to', 'canary', '--percent', '5', '--force'];
    expect(await banyan(...forced)).toMatchObject({ exitCode: 2 });
    expect(await banyan(...forced, '--reason', 'a customer waits', '--dry-run')).toMatchObject({ exitCode: 0 });
    expect(await routesFile()).toBe(ROUTES);
    expect(await banyan(...forced, '--reason', 'a customer waits')).toMatchObject({ exitCode: 0 });
    expect(await client.db().collection('banyanStages').find().toArray()).toMatchObject(
      [{ action: 'forced', why: 'a customer waits', evidence: { obstacles: /381 more|0 live/ } }].map((entry) => ({
        ...entry,
        evidence: { obstacles: expect.stringContaining('0 live or replayed') as unknown },
      })),
    );
  });

  it.each([
    ['no share', ['--to', 'canary']],
    ['a share that is none', ['--to', 'canary', '--percent', '0']],
    ['a share without canary', ['--to', 'shadow', '--percent', '5']],
    ['no such stage', ['--to', 'legacy']],
    ['no stage', []],
  ])('is wrong usage with %s', async (_case, options) => {
    expect(await banyan('promote', 'list-events', ...options)).toMatchObject({ exitCode: 2, out: '' });
  });

  it('does not know a route that is not listed', async () => {
    const { exitCode, err } = await banyan('promote', 'lst-events', '--to', 'shadow');
    expect(exitCode).toBe(2);
    expect(err).toContain('it has list-events, create-event, private');
  });
});

describe('rollback, resume, kill-switch', () => {
  it('are seen by status, which then ends with 1', async () => {
    expect(await banyan('status', '--json')).toMatchObject({ exitCode: 0, json: { killSwitch: null, lowered: {} } });
    expect(await banyan('rollback', 'list-events', '--reason', 'wrong totals', '--json')).toMatchObject({
      exitCode: 0,
      json: { loweredNow: true },
    });
    expect(await banyan('rollback', 'list-events', '--reason', 'again', '--json')).toMatchObject({
      json: { loweredNow: false, active: { by: 'ann', why: 'wrong totals' } },
    });
    await banyan('kill-switch', 'on', '--by', 'bob', '--reason', 'outage');
    const { exitCode, out } = await banyan('status');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^KILL SWITCH ON: outage \(bob, 0 s ago\)/);
    expect(out).toContain('Returned to legacy: list-events: wrong totals (ann, 0 s ago)');
    expect(await banyan('kill-switch', 'off', '--json')).toMatchObject({ exitCode: 0, json: { changedNow: true } });
    expect(await banyan('resume', 'list-events', '--json')).toMatchObject({ exitCode: 0, json: { resumedNow: true } });
    expect(await banyan('resume', 'list-events', '--json')).toMatchObject({ exitCode: 0, json: { resumedNow: false } });
    expect(await banyan('status')).toMatchObject({ exitCode: 0 });
    const history = await client.db().collection('banyanStages').find().toArray();
    expect(history.map((entry): unknown => entry['action']).sort()).toEqual([
      'kill-switch-off',
      'kill-switch-on',
      'lowered',
      'resumed',
    ]);
  });

  it('refuse what makes no sense', async () => {
    expect(await banyan('rollback', 'private', '--reason', 'x')).toMatchObject({ exitCode: 3 });
    expect(await banyan('rollback', 'nowhere', '--reason', 'x')).toMatchObject({ exitCode: 2 });
    expect(await banyan('rollback', 'list-events')).toMatchObject({ exitCode: 2 });
    expect(await banyan('kill-switch', 'maybe')).toMatchObject({ exitCode: 2 });
  });

  it('know a route that proxies serve though the file here is older', async () => {
    const ledger = openLedger({ db: () => Promise.resolve(client.db()), versions: VERSIONS }, capturedLogger());
    ledger.seeRoutes([{ id: 'newer', stage: 'lambda', percent: 100 }]);
    await ledger.close();
    expect(await banyan('rollback', 'newer', '--reason', 'x')).toMatchObject({ exitCode: 0 });
  });

  it('work while the file here is broken or gone: in the night it must not be mended first', async () => {
    const ledger = openLedger({ db: () => Promise.resolve(client.db()), versions: VERSIONS }, capturedLogger());
    ledger.seeRoutes([{ id: 'list-events', stage: 'lambda', percent: 100 }]);
    await ledger.close();
    await writeFile(env['ROUTES_FILE'] ?? '', 'routes: [');
    expect(await banyan('rollback', 'list-events', '--reason', 'x')).toMatchObject({ exitCode: 0 });
    await rm(env['ROUTES_FILE'] ?? '');
    expect(await banyan('resume', 'list-events')).toMatchObject({ exitCode: 0 });
    expect(await banyan('rollback', 'unknown', '--reason', 'x')).toMatchObject({ exitCode: 2 });
  });

  it('say wrong usage as JSON too, when asked for JSON', async () => {
    const { exitCode, json } = await banyan('rollback', 'list-events', '--json');
    expect({ exitCode, json }).toEqual({
      exitCode: 2,
      json: { error: { code: 'usage', messages: ["required option '--reason <text>' not specified"] } },
    });
  });

  it('end with 2 without MongoDB', async () => {
    await mongo.stop();
    env['MONGODB_URI'] = `${mongo.uri}?serverSelectionTimeoutMS=100`;
    expect(await banyan('kill-switch', 'on', '--json')).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'database_unreachable' } },
    });
  });
});

it.each(['bash', 'zsh'])('completion for %s names commands, options and how to get routes', async (shell) => {
  const { exitCode, out } = await banyan('completion', shell);
  expect(exitCode).toBe(0);
  for (const word of ['promote', 'kill-switch', '--percent', 'on off', 'banyan route-ids']) expect(out).toContain(word);
  expect(await banyan('route-ids')).toMatchObject({ exitCode: 0, out: 'list-events\ncreate-event\nprivate\n' });
});
