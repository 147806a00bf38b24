import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { MongoClient, MongoNetworkError } from 'mongodb';
import { promoteReady } from '../../../../../proxy/cli/promote/promote-ready';
import { DEFAULT_RULES } from '../../../../../proxy/ledger/promotion-rules';
import { runBanyan } from '../../../../support/run-banyan';
import type { ComparisonObservation, ObservedDifference } from '../../../../../proxy/observation';
import { ruleKey } from '../../../../../shared/parity/rules';
import { recordSuite } from '../../../../../proxy/ledger/suites';
import { noteWait, storeStep } from '../../../../../proxy/overrides/steps';
import { raise, routeOverrideId } from '../../../../../proxy/overrides/store';
import { openLedger } from '../../../../../proxy/ledger/ledger';
import { type LocalMongo } from '../../../../../shared/local/mongo';
import { startTestMongo } from '../../../../support/test-mongo';
import { capturedLogger } from '../../../../support/captured-logger';
import { startFollower, type Follower } from '../../fleet/follower';

const ROUTES = `routes:
  - id: list-events # the list
    match: GET /api/events
    stage: shadow
    lifted: true
  - id: create-event
    match: POST /api/events
    stage: legacy
    lifted: true
  - id: private
    match: GET /api/private
    stage: retired
`;
const DAY = 86_400_000;
const CONFIG = `
const answer = (statusCode) => ({ statusCode, headers: {}, body: '' });
module.exports = {
  app: './app.js',
  session: { secrets: ['a secret'], store: { format: 'connect-mongo' } },
  identity: { fromSession: () => undefined, parse: () => undefined },
  authenticators: [{ name: 'session', authenticate: () => undefined }],
  responses: { headers: {}, unauthorized: answer(401), forbidden: answer(403), internalError: answer(500) },
  parity: { rules: 'rules.yml', identities: { anonymous: { kind: 'anonymous' } } },
};`;
const VERSIONS = { legacy: '1', lambda: '2' };
/** Nothing listens there. */
const NOWHERE = 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100';
let mongo: LocalMongo;
let client: MongoClient;
let folder: string;
let env: Record<string, string>;
let followers: Follower[];

beforeEach(async () => {
  followers = [];
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-cutover-'));
  const file = path.join(folder, 'routes.yml');
  await writeFile(file, ROUTES);
  env = { MONGODB_URI: mongo.uri, ROUTES_FILE: file, LEGACY_VERSION: '1', LAMBDA_VERSION: '2', USER: 'ann' };
});
afterEach(async () => {
  await Promise.all(followers.map((follower) => follower.close()));
  await client.close();
  await mongo.stop();
  await rm(folder, { recursive: true });
});

/** A proxy, as far as the commands can tell. */
async function follow(name: string, port?: number): Promise<Follower> {
  const follower = await startFollower(mongo.uri, name, port === undefined ? {} : { port });
  followers.push(follower);
  return follower;
}

async function banyan(...argv: string[]) {
  const ran = await runBanyan(argv, env);
  const json: unknown = argv.includes('--json') && ran.out !== '' ? JSON.parse(ran.out) : undefined;
  return { ...ran, json };
}
const routesFile = () => readFile(env['ROUTES_FILE'] ?? '', 'utf8');

/** Answers of Lambda to clients while the route is on a stage. */
async function answer(times: number, stage: 'canary' | 'lambda') {
  const ledger = openLedger(
    { db: () => Promise.resolve(client.db()), versions: VERSIONS, database: 'mongodb' },
    capturedLogger(),
  );
  ledger.seeRoutes([{ id: 'list-events', stage, percent: 10 }]);
  const lambda = { outcome: 'answered', statusCode: 200, ms: 9, code: undefined, coldStart: false } as const;
  for (let index = 0; index < times; index += 1)
    ledger.recordTraffic({
      ...{ routeId: 'list-events', method: 'GET', statusCode: 200, ms: 9 },
      ...{ upstream: 'lambda', reason: stage === 'canary' ? 'cohort' : 'stage', lambda, at: Date.now() },
    });
  await ledger.close();
}

/** One comparison for each client; `more` of one client of its own. */
async function gather(clients: number, routeId = 'list-events', more: readonly Partial<ComparisonObservation>[] = []) {
  const ledger = openLedger(
    { db: () => Promise.resolve(client.db()), versions: VERSIONS, database: 'mongodb' },
    capturedLogger(),
  );
  const compare = (id: string, given: Partial<ComparisonObservation> = {}): void =>
    ledger.recordComparison(
      {
        ...{ routeId, equal: true, differences: [], statusCode: 200 },
        ...{ identity: 'session', queryForm: '', source: 'shadow', at: Date.now() - DAY },
        ...given,
      },
      { kind: 'user', id },
    );
  for (let index = 0; index < clients; index += 1) compare(`user ${index}`);
  for (const given of more) compare('another', given);
  const covered = { statuses: [200, 401], identities: ['anonymous', 'member'] };
  const suite = { routeId, cases: 4, equal: 4, different: 0, skipped: 0, ...covered, wanted: covered };
  await recordSuite(client.db(), suite, { versions: VERSIONS, database: 'mongodb', at: new Date() });
  await ledger.close();
}

describe('promote', () => {
  it('refuses and says what is missing; the file stays', async () => {
    const { exitCode, json } = await banyan('promote', 'list-events', '--to', 'canary', '--percent', '10', '--json');
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({ promoted: false, obstacles: [{ kind: 'clients' }, { kind: 'suite' }] });
    const { out } = await banyan('promote', 'list-events', '--to', 'canary', '--percent', '10');
    expect(out.split('\n').filter((line) => line.startsWith('    -> '))).toEqual([
      '    -> keep the route on shadow until 441 more clients were compared without a mismatch',
      expect.stringMatching(/^ {4}-> or compare nearly all of its few clients \(0 known\); missing: /),
      '    -> or as it has few clients, replay a recording with 79 more equal exchanges, and have a person vouch: --approved-by <name>',
      '    -> banyan parity run --record, against these versions',
    ]);
    expect(await routesFile()).toBe(ROUTES);
  });

  it('says which file cannot be written', async () => {
    await gather(441);
    const file = path.join(folder, 'routes.yml');
    await mkdir(`${file}.${process.pid}.tmp`);
    expect(await banyan('promote', 'list-events', '--to', 'canary', '--percent', '10')).toMatchObject({
      exitCode: 2,
      err: `banyan: ${file} cannot be written (EISDIR)\n`,
    });
    expect(await routesFile()).toBe(ROUTES);
  });

  it('edits the file when the evidence suffices, says what to commit and remembers who it was', async () => {
    await gather(441);
    const { exitCode, out } = await banyan('promote', 'list-events', '--to', 'canary', '--percent', '10');
    expect(exitCode).toBe(0);
    expect(out).toContain('promoted list-events: shadow -> canary 10 %');
    expect(out).toContain(`git commit -m "list-events: shadow -> canary 10 %" -- ${env['ROUTES_FILE']}`);
    expect(await routesFile()).toBe(ROUTES.replace('stage: shadow', 'stage: canary\n    percent: 10'));
    expect(await client.db().collection('banyanStages').findOne()).toMatchObject({
      ...{ action: 'promoted', from: 'shadow', to: 'canary', percent: 10, by: 'ann', versions: VERSIONS },
      evidence: {
        ...{ clients: 441, mismatchingClients: 0, maxMismatchRate: 0.01, ground: 'bound' },
        ...{ strata: '2xx user 441 of 441 clean', comparisons: 441, different: 0, suiteCases: 4 },
      },
    });
  });

  it('to lambda and to retired needs that Lambda has answered clients on the stage before', async () => {
    const step = (to: string, ...more: string[]) => banyan('promote', 'list-events', '--to', to, '--json', ...more);
    await gather(441);
    expect(await step('canary', '--percent', '100')).toMatchObject({ exitCode: 0 });
    await answer(99, 'canary');
    expect(await step('lambda')).toMatchObject({
      exitCode: 3,
      json: {
        evidence: { answeredByLambda: 99, failedOnLambda: 0 },
        obstacles: [
          {
            kind: 'answers',
            text: 'Lambda has answered 99 of the 100 requests on canary required with these versions',
          },
        ],
      },
    });
    expect(await step('lambda', '--min-canary-requests', '99', '--dry-run')).toMatchObject({ exitCode: 0 });
    await answer(1, 'canary');
    expect(await step('lambda')).toMatchObject({ exitCode: 0 });
    expect(await step('retired')).toMatchObject({
      exitCode: 3,
      json: { obstacles: [{ text: expect.stringContaining('0 of the 1000 requests on lambda') as unknown }] },
    });
    expect(await step('retired', '--development', '--dry-run')).toMatchObject({ exitCode: 0 });
    expect(
      await step('retired', '--force', '--by', 'ann', '--reason', 'nobody asks for it', '--dry-run'),
    ).toMatchObject({
      exitCode: 0,
    });
    await answer(1_000, 'lambda');
    expect(await step('retired')).toMatchObject({ exitCode: 0 });
    const history = await client.db().collection('banyanStages').find({ to: 'retired' }).toArray();
    expect(history[0]).toMatchObject({
      action: 'promoted',
      why: 'the evidence suffices: 441 clients, 0 with a mismatch: fewer than 1 %; 441 comparisons, 0 different; suite 4 of 4 equal; 1000 answers by Lambda to clients',
    });
  });

  it('with --development says so in the history, and on what numbers', async () => {
    await gather(441);
    await banyan('promote', 'list-events', '--to', 'canary', '--percent', '10', '--development');
    expect(await client.db().collection('banyanStages').findOne()).toMatchObject({
      why: 'with --development, so evidence from the embedded MongoDB counted: 441 clients, 0 with a mismatch: fewer than 1 %; 441 comparisons, 0 different; suite 4 of 4 equal; 0 answers by Lambda to clients',
      evidence: { development: 'evidence from the embedded MongoDB counted' },
    });
  });

  it('to legacy is pointed to what returns a route', async () => {
    const { exitCode, err } = await banyan('promote', 'list-events', '--to', 'legacy');
    expect(exitCode).toBe(2);
    expect(err).toContain('"banyan rollback <route>" moves a route back at once');
  });

  it('of a write asks for its suite only', async () => {
    await gather(0, 'create-event');
    expect(await banyan('promote', 'create-event', '--to', 'canary', '--percent', '1')).toMatchObject({ exitCode: 0 });
  });

  it('keeps to the order of stages and out of the way of a roll back', async () => {
    await gather(441);
    expect(await banyan('promote', 'list-events', '--to', 'lambda', '--json')).toMatchObject({
      exitCode: 3,
      json: {
        obstacles: [
          { kind: 'order', text: expect.stringContaining('next stage is canary') as unknown },
          { kind: 'answers' },
        ],
      },
    });
    await banyan('rollback', 'list-events', '--reason', 'slow');
    expect(await banyan('promote', 'list-events', '--to', 'canary', '--percent', '1', '--json')).toMatchObject({
      exitCode: 3,
      json: { obstacles: [{ kind: 'override', remedy: 'banyan resume list-events' }] },
    });
  });

  it('can be forced by name and with a reason, on the record and in the status', async () => {
    const step = ['promote', 'list-events', '--to', 'canary', '--percent'];
    const forced = [...step, '5', '--force'];
    const because = ['--reason', 'a customer waits'];
    for (const incomplete of [[], because, ['--by', 'bob']])
      expect(await banyan(...forced, ...incomplete)).toMatchObject({ exitCode: 2 });
    expect(await banyan(...forced, '--by', 'bob', ...because, '--dry-run')).toMatchObject({ exitCode: 0 });
    expect(await routesFile()).toBe(ROUTES);
    expect(await banyan(...forced, '--by', 'bob', ...because)).toMatchObject({ exitCode: 0 });
    expect(await client.db().collection('banyanStages').find().toArray()).toMatchObject([
      {
        ...{ action: 'forced', by: 'bob', why: 'a customer waits' },
        evidence: { obstacles: expect.stringContaining('0 clients, 0 with a mismatch') as unknown },
      },
    ]);
    await banyan('rollback', 'list-events');
    await banyan('resume', 'list-events');
    expect((await banyan('status')).out).toMatch(
      /^Forced: list-events to canary: a customer waits \(bob, \d+ s ago\)$/m,
    );
    await gather(441);
    expect(await banyan(...step, '10')).toMatchObject({ exitCode: 0 });
    expect((await banyan('status')).out).not.toContain('Forced');
  });

  it('with few clients takes a person’s word for a replayed recording, and shows it', async () => {
    const step = ['promote', 'list-events', '--to', 'canary', '--percent', '10'];
    await gather(2);
    const approved = [...step, '--approved-by', 'cleo'];
    expect(await banyan(...approved)).toMatchObject({
      exitCode: 3,
      out: expect.stringContaining('79 more equal exchanges') as unknown,
    });
    await client
      .db()
      .collection<{ _id: string }>('banyanComparisons')
      .insertOne({
        ...{ _id: 'replay', routeId: 'list-events', versions: VERSIONS, database: 'mongodb', source: 'replay' },
        ...{ count: 79, different: 0, firstAt: new Date(), lastAt: new Date() },
      });
    expect(await banyan(...step)).toMatchObject({ exitCode: 3 });
    expect(await banyan(...approved)).toMatchObject({ exitCode: 0 });
    expect(await client.db().collection('banyanStages').findOne()).toMatchObject({
      ...{ action: 'promoted', evidence: { ground: 'approval', approvedBy: 'cleo' } },
      why: expect.stringContaining('few clients, approved by cleo on recordings') as unknown,
    });
    expect((await banyan('status')).out).toContain('Approved by name: list-events to canary: ');
  });

  it('is refused for one reproduced mismatch of thousands, until a rule that came later names its place', async () => {
    const place = 'body $.events[*].seenAt';
    const mismatch = (given: Partial<ObservedDifference>): Partial<ComparisonObservation> => ({
      equal: false,
      differences: [{ path: place, kind: 'value', ...given }],
    });
    const rule = { path: '$.events[*].seenAt', kind: 'ignore', reason: 'a clock of each side', owner: 'ann' } as const;
    const rules = path.join(folder, 'rules.yml');
    const write = (list: readonly object[]): Promise<void> => writeFile(rules, JSON.stringify({ rules: list }));
    await writeFile(path.join(folder, 'banyan.config.js'), CONFIG);
    env['BANYAN_CONFIG'] = path.join(folder, 'banyan.config.js');
    await write([]);
    await gather(900, 'list-events', [mismatch({})]);
    const step = ['promote', 'list-events', '--to', 'canary', '--percent', '10', '--dry-run'];
    expect(await banyan(...step, '--json')).toMatchObject({
      exitCode: 3,
      json: { obstacles: [{ kind: 'mismatch', text: `Lambda differs at ${place}, reproduced, for 1 client` }] },
    });
    expect((await banyan('status')).out).toContain(`-> blocked by a reproduced mismatch at ${place}`);
    const named = { ...rule, route: 'list-events', expires: '9999-12-31' };
    for (const other of [
      { ...named, path: '$.events[*].title' },
      { ...named, expires: '2020-01-01' },
      { ...named, route: 'create-event' },
      { ...named, when: { identity: 'member' } },
    ]) {
      await write([other]);
      expect(await banyan(...step)).toMatchObject({ exitCode: 3 });
    }
    await write([named]);
    expect(await banyan(...step)).toMatchObject({ exitCode: 0 });
    // What the rule did not allow when it was there, it does not name.
    const despite = [ruleKey({ ...named, place: '' })];
    await gather(0, 'list-events', [mismatch({ despite })]);
    expect(await banyan(...step)).toMatchObject({ exitCode: 3 });
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

describe('documents of the ledger that something else has changed', () => {
  const now = new Date();
  const of = { routeId: 'list-events', versions: VERSIONS, database: 'mongodb', lastAt: now };
  const compared = { ...of, source: 'shadow' };
  const ODD: Readonly<Record<string, readonly object[]>> = {
    banyanComparisons: [
      { ...compared, count: '500', different: 0 },
      { ...compared, count: 500, different: -1 },
      { ...compared, versions: undefined, count: 500, different: 0 },
      { ...compared, lastAt: 'today', count: 500, different: 0 },
      { ...compared, database: 'another', count: 500, different: 0 },
    ],
    banyanCoverage: [compared, { ...compared, statuses: {}, identities: [], queryForms: [] }],
    banyanMismatches: [{ ...compared, differences: null, count: 1 }],
    banyanClients: [{ ...of, kind: 'user', client: 'x', firstAt: now, compared: '3', lost: 0 }],
    banyanAnswers: [{ ...of, stage: 'canary', answered: '5', failed: 0 }],
    banyanDrops: [of, { ...of, drops: [{ reason: 'noise', count: 'many' }], noise: [] }],
    banyanSuites: [{ ...of, at: new Date(now.getTime() + DAY), cases: 4, different: 0 }],
    banyanTraffic: [
      { ...of, side: 'legacy', minute: now, requests: '9', errors: 0, coldStarts: 0, fallbacks: 0, latency: [] },
      { ...of, side: 'toString', minute: now, requests: 9 },
    ],
  };
  const IDS = Object.entries(ODD).flatMap(([collection, list]) => list.map((_, index) => `${collection}-${index}`));

  beforeEach(async () => {
    await gather(441);
    for (const [collection, list] of Object.entries(ODD))
      await client
        .db()
        .collection<{ _id: string }>(collection)
        .insertMany(list.map((document, index) => ({ _id: `${collection}-${index}`, ...document })));
  });

  it('are left out and named by status', async () => {
    const { exitCode, json } = await banyan('status', '--json');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      routes: [
        {
          id: 'list-events',
          comparisons: { count: 441, different: 0 },
          traffic: { legacy: null, lambda: null },
          drops: [],
          suite: null,
          lastMismatch: null,
        },
        { id: 'create-event' },
        { id: 'private' },
      ],
    });
    const { unreadable } = json as { readonly unreadable: readonly { readonly id: string }[] };
    expect(unreadable.map(({ id }) => id).sort()).toEqual([...IDS].sort());
    const { out } = await banyan('status');
    expect(out).toContain(
      `\nLeft out: ${IDS.length} documents of the ledger cannot be read: banyanTraffic "banyanTraffic-0", `,
    );
    expect(out).toContain(
      `, and ${IDS.length - 10} more\n    -> delete them if something other than banyan changed them`,
    );
  });

  it('of the history are shown as far as they can be read', async () => {
    const odd = { at: 'today', by: 5, why: null, to: 'x', percent: '5', evidence: [{}] };
    for (const more of [{}, odd])
      await client
        .db()
        .collection('banyanStages')
        .insertOne({ routeId: 'list-events', action: 'forced', ...more });
    for (const [field, value] of Object.entries({ at: 5, by: {}, why: [] })) {
      await client
        .db()
        .collection('banyanStages')
        .updateMany({}, { $set: { [field]: value } });
      expect((await banyan('status')).out).toMatch(/^Forced: list-events to : .* \(.*, .* ago\)$/m);
    }
  });

  it('refuse a promotion until they are gone', async () => {
    const step = (...more: string[]) => banyan('promote', 'list-events', '--to', 'canary', '--percent', '10', ...more);
    for (const [collection, [odd]] of Object.entries(ODD)) {
      for (const each of Object.keys(ODD))
        await client
          .db()
          .collection<{ _id: string }>(each)
          .deleteMany({ _id: { $regex: /-\d$/ } });
      expect(await step('--dry-run')).toMatchObject({ exitCode: 0 });
      await client
        .db()
        .collection<{ _id: string }>(collection)
        .insertOne({ _id: 'odd-0', ...odd });
      // Traffic is no evidence.
      const { exitCode, out } = await step('--dry-run');
      if (collection === 'banyanTraffic') expect(exitCode).toBe(0);
      else {
        expect(exitCode).toBe(3);
        expect(out).toContain(`1 document of the ledger cannot be read: ${collection} "odd-0"\n`);
      }
    }
    expect(await routesFile()).toBe(ROUTES);
  });
});

describe('rollback, resume, kill-switch', () => {
  it('are seen by status, which then ends with 1', async () => {
    await follow('web-1');
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
    expect(out).toMatch(/^web-1 +\S+:8080 +0\.1\.0 +a-digest +1\/2 +follows +0 s ago$/m);
    expect(out).toMatch(/^KILL SWITCH ON: outage \(bob, 0 s ago\)/);
    expect(out).toContain('Rolled back: list-events: wrong totals (ann, 0 s ago)');
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

  it('end with 0 when every proxy follows, and 4 when none has been seen; the change stands either way', async () => {
    const commands = [
      ['rollback', 'list-events'],
      ['resume', 'list-events'],
      ['kill-switch', 'on'],
      ['kill-switch', 'off'],
    ];
    const follower = await follow('web-1');
    for (const command of commands) {
      const { exitCode, out } = await banyan(...command);
      expect([exitCode, out]).toEqual([0, expect.stringMatching(/^written: .*\n1 of 1 proxy follows \(\d+ ms\)\n$/)]);
    }
    await follower.close();
    for (const command of commands) {
      const { exitCode, out } = await banyan(...command);
      expect(out).toMatch(/^written: .*\nno proxy seen in this database \("\w+"\): does MONGODB_URI name the proxies/);
      expect(exitCode).toBe(4);
    }
    const overrides = client.db().collection<{ _id: string }>('banyanOverrides');
    expect(await overrides.findOne({ _id: 'route:list-events' })).toMatchObject({
      revision: 4,
      active: null,
      schema: 1,
    });
  });

  it('end with 5 when not every proxy follows, and name those that do not', async () => {
    await follow('web-1', 1);
    await (await follow('web-2', 2)).stop();
    const { exitCode, out } = await banyan('rollback', 'list-events');
    expect(out).toMatch(/\n1 of 2 proxies follow \(5\d{3} ms\)\ndoes not follow: web-2 \(/);
    expect(exitCode).toBe(5);
  });

  it('never report as off, or as resumed, what something else holds on legacy', async () => {
    await banyan('rollback', 'list-events');
    await banyan('kill-switch', 'on', '--reason', 'fire');
    expect((await banyan('resume', 'list-events')).out).toContain('still on legacy: the kill switch is on: fire');
    const overrides = client.db().collection<{ _id: string; active: object }>('banyanOverrides');
    await overrides.insertOne({ _id: 'odd', active: {} });
    const { exitCode, out } = await banyan('kill-switch', 'off');
    expect([exitCode, out]).toEqual([3, expect.stringMatching(/^still on: "odd", an override .*\n.*banyanOverrides/)]);
  });

  it('refuse what makes no sense', async () => {
    expect(await banyan('rollback', 'private', '--reason', 'x')).toMatchObject({ exitCode: 3 });
    expect(await banyan('rollback', 'nowhere', '--reason', 'x')).toMatchObject({ exitCode: 2 });
    expect(await banyan('kill-switch', 'maybe')).toMatchObject({ exitCode: 2 });
  });

  it('need no reason: an emergency brake is not refused; who it was is the system’s user without USER', async () => {
    delete env['USER'];
    expect(await banyan('rollback', 'list-events', '--json')).toMatchObject({
      exitCode: 4,
      json: { active: { by: userInfo().username, why: 'no reason given' } },
    });
  });

  it('know a route that proxies serve though the file here is older', async () => {
    const ledger = openLedger({ db: () => Promise.resolve(client.db()), versions: VERSIONS }, capturedLogger());
    ledger.seeRoutes([{ id: 'newer', stage: 'lambda', percent: 100 }]);
    await ledger.close();
    expect(await banyan('rollback', 'newer', '--reason', 'x')).toMatchObject({ exitCode: 4 });
  });

  it('work while the file here is broken or gone: in the night it must not be mended first', async () => {
    const ledger = openLedger({ db: () => Promise.resolve(client.db()), versions: VERSIONS }, capturedLogger());
    ledger.seeRoutes([{ id: 'list-events', stage: 'lambda', percent: 100 }]);
    await ledger.close();
    await writeFile(env['ROUTES_FILE'] ?? '', 'routes: [');
    expect(await banyan('rollback', 'list-events', '--reason', 'x')).toMatchObject({ exitCode: 4 });
    await rm(env['ROUTES_FILE'] ?? '');
    expect(await banyan('resume', 'list-events')).toMatchObject({ exitCode: 4 });
    expect(await banyan('rollback', 'unknown', '--reason', 'x')).toMatchObject({ exitCode: 2 });
  });

  it('say wrong usage as JSON too, when asked for JSON', async () => {
    const { exitCode, json } = await banyan('promote', 'list-events', '--json');
    expect({ exitCode, json }).toEqual({
      exitCode: 2,
      json: {
        error: {
          code: 'usage',
          messages: ['name a route and the next stage, as in promote list-events --to shadow; or --all-ready'],
        },
      },
    });
    expect(await banyan('promote', 'list-events', '--all-ready')).toMatchObject({ exitCode: 2 });
    const withoutPercent = await banyan('promote', 'list-events', '--to', 'canary');
    expect(withoutPercent).toMatchObject({ exitCode: 2 });
    expect(withoutPercent.err).toContain('--to canary needs --percent, such as 10; or give list-events "canary: {}"');
  });

  it('end with 2 without MongoDB', async () => {
    env['MONGODB_URI'] = NOWHERE;
    expect(await banyan('kill-switch', 'on', '--json')).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'database_unreachable' } },
    });
  });

  it('say without MongoDB what works without it', async () => {
    for (const uri of [NOWHERE, undefined]) {
      if (uri === undefined) delete env['MONGODB_URI'];
      else env['MONGODB_URI'] = uri;
      const all = await banyan('kill-switch', 'on');
      expect(all).toMatchObject({ exitCode: 2 });
      expect(all.err).toMatch(/MONGODB_URI.*\nbanyan: without MongoDB.* KILL_SWITCH_FILE .*"kill -USR2 <pid>"/);
      expect((await banyan('rollback', 'list-events')).err).toMatch(/"stage: legacy" in routes\.yml[^]*USR2/);
      expect((await banyan('kill-switch', 'off')).err).not.toContain('USR2');
    }
  });
});

describe('routes that climb by themselves', () => {
  const CLIMBING = ROUTES.replace('    lifted: true', '    lifted: true\n    canary: { every: 1h }\n    percent: 25');
  const climb = (percent: number, expected: number) =>
    storeStep(client.db(), 'list-events', { percent, before: { answered: 0, failed: 0 } }, expected);
  const climbing = async (text = CLIMBING) => writeFile(env['ROUTES_FILE'] ?? '', text);

  it('need no percent to begin, and keep their ceiling', async () => {
    await climbing();
    await gather(441);
    expect(await banyan('promote', 'list-events', '--to', 'canary')).toMatchObject({ exitCode: 0 });
    expect(await routesFile()).toBe(CLIMBING.replace('stage: shadow', 'stage: canary'));
  });

  it('are not taken to lambda on their way, and stand in the status with what they wait for', async () => {
    await climbing(CLIMBING.replace('stage: shadow', 'stage: canary'));
    await gather(441);
    await answer(100, 'canary');
    await climb(5, 0);
    const { exitCode, out } = await banyan('promote', 'list-events', '--to', 'lambda');
    expect([exitCode, out]).toEqual([
      3,
      expect.stringContaining('list-events climbs automatically: at 5 % of 25 %, next 25 %'),
    ]);
    const status = await banyan('status');
    expect(status.out).toMatch(/list-events +canary 5 %/);
    expect(status.out).toMatch(/Climbs: list-events: at 5 % of 25 %, next 25 % in (1 h|59 min.*) at the earliest\n/);
    await climb(25, 1);
    expect((await banyan('status')).out).toContain('Climbs: list-events: has reached 25 %\n');
    expect(await banyan('promote', 'list-events', '--to', 'lambda', '--dry-run')).toMatchObject({ exitCode: 0 });
    await raise(client.db(), routeOverrideId('list-events'), { by: 'ann', why: 'errors', since: new Date() });
    expect((await banyan('status')).out).toContain('on legacy; starts again at 1 % once it is resumed\n');
  });

  it('are given no ceiling above their last step, where they would stay', async () => {
    await climbing(CLIMBING.replace('every: 1h', 'steps: [1, 50]').replace('    percent: 25\n', ''));
    await gather(441);
    const before = await routesFile();
    const to = (percent: string) => banyan('promote', 'list-events', '--to', 'canary', '--percent', percent);
    expect(await to('51')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--percent 51 is above the last step of "canary" of list-events, 50 %') as unknown,
    });
    expect(await routesFile()).toBe(before);
    expect(await to('50')).toMatchObject({ exitCode: 0 });
  });

  it('say why they wait', async () => {
    await climbing(CLIMBING.replace('stage: shadow', 'stage: canary'));
    await climb(0, 0);
    await noteWait(client.db(), 'list-events', 'frozen: Fri 16:00 - Mon 08:00 (UTC)', 1);
    expect((await banyan('status')).out).toContain(
      'at 0 % of 25 %, next 1 %\n    -> waits: frozen: Fri 16:00 - Mon 08:00 (UTC)\n',
    );
    const { exitCode, out } = await banyan('promote', '--all-ready');
    expect([exitCode, out]).toEqual([
      3,
      expect.stringContaining('climbs automatically: at 0 % of 25 %, next 1 %; waits: frozen'),
    ]);
  });

  it('are left where a person set their ceiling, and are resumed, not promoted, after a roll back', async () => {
    const text = CLIMBING.replace('stage: shadow', 'stage: canary');
    await climbing(text);
    await climb(25, 0);
    await gather(441);
    const arrived = await banyan('promote', '--all-ready');
    expect([arrived.exitCode, arrived.out]).toEqual([
      3,
      expect.stringContaining('has reached 25 %, its ceiling: raise percent or steps in routes.yml'),
    ]);
    expect(await routesFile()).toBe(text);
    await banyan('rollback', 'list-events', '--reason', 'slow');
    expect((await banyan('promote', '--all-ready')).out).toContain('it is rolled back: banyan resume list-events');
  });
});

describe('promote --all-ready', () => {
  it('moves what is ready one stage on, and says of the others what is missing', async () => {
    const more = `  - id: get-event
    match: GET /api/events/:id
    stage: shadow
    lifted: true
  - id: health
    match: GET /api/health
    stage: lambda
`;
    await writeFile(env['ROUTES_FILE'] ?? '', ROUTES + more);
    await gather(441);
    const dry = await banyan('promote', '--all-ready', '--dry-run');
    expect([dry.exitCode, dry.out]).toEqual([
      0,
      expect.stringContaining('would promote list-events: shadow -> canary 1 %'),
    ]);
    expect(await routesFile()).toBe(ROUTES + more);
    const { exitCode, json } = await banyan('promote', '--all-ready', '--json');
    expect({ exitCode, json }).toMatchObject({
      exitCode: 0,
      json: {
        promoted: [{ route: 'list-events', change: 'list-events: shadow -> canary 1 %' }],
        notReady: [
          { route: 'create-event', at: 'legacy', reasons: [expect.stringContaining('start it by name') as unknown] },
          {
            route: 'get-event',
            at: 'shadow',
            obstacles: [
              { kind: 'clients', alternatives: [{}, {}].map(() => expect.any(String) as unknown) },
              { kind: 'suite' },
            ],
          },
          { route: 'health', at: 'lambda', reasons: [expect.stringContaining('no way back') as unknown] },
        ],
        warnings: [],
        commit: `git commit -m "promote list-events" -- ${env['ROUTES_FILE']}`,
      },
    });
    expect(await routesFile()).toBe(ROUTES.replace('stage: shadow', 'stage: canary\n    percent: 1') + more);
    expect(await client.db().collection('banyanStages').countDocuments({ action: 'promoted' })).toBe(1);
  });

  it('ends with 3 when none is ready', async () => {
    const { exitCode, out } = await banyan('promote', '--all-ready');
    expect([exitCode, out]).toEqual([3, expect.stringContaining('not ready: list-events (shadow)')]);
    expect(out).toContain('\n    -> or as it has few clients, replay a recording');
    expect(await routesFile()).toBe(ROUTES);
  });

  it('takes no approval for all routes at once', async () =>
    expect(await banyan('promote', '--all-ready', '--approved-by', 'cleo')).toMatchObject({ exitCode: 2 }));

  it('prints the warnings of what it moves, each once', async () => {
    await gather(441);
    const warning = 'evidence from the embedded MongoDB was accepted: fine for development, not for production';
    const step = ['promote', '--all-ready', '--development', '--dry-run'];
    expect((await banyan(...step)).out.split(warning)).toHaveLength(2);
    expect((await banyan(...step, '--json')).json).toMatchObject({ warnings: [warning] });
  });

  it('keeps its report when MongoDB fails midway', async () => {
    const more = ['b', 'c'].map((id) => `  - {id: ${id}, match: GET /${id}, stage: shadow, lifted: true}\n`).join('');
    await writeFile(env['ROUTES_FILE'] ?? '', ROUTES + more);
    await gather(441);
    let asked = 0;
    const result = await promoteReady({
      ...{ routesFile: env['ROUTES_FILE'] ?? '', versions: VERSIONS, rules: DEFAULT_RULES, parityRules: [] },
      ...{ by: 'ann', dryRun: false, now: new Date() },
      // The overrides, the first route, and no more.
      db: () => ((asked += 1) <= 2 ? Promise.resolve(client.db()) : Promise.reject(new MongoNetworkError('gone'))),
    });
    expect(result).toMatchObject({
      exitCode: 2,
      json: {
        promoted: [{ route: 'list-events' }],
        notReady: [
          { route: 'create-event' },
          { route: 'b', reasons: [expect.stringContaining('MongoDB cannot be reached (gone)') as unknown] },
          { route: 'c', reasons: ['not looked at, after the error above'] },
        ],
      },
    });
    expect(result.text).toContain('promoted list-events: shadow -> canary 1 %\n');
    expect(asked).toBe(3);
  });
});
