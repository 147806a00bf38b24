import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import type { Overrides } from '../../../../proxy/overrides/overrides';
import { overrideOf } from '../../../../proxy/overrides/state';
import { OVERRIDES_COLLECTION } from '../../../../proxy/overrides/store';
import { waitFor } from '../../../support/wait-for';
import { startProxies, type OneProxy, type Proxies } from './two-proxies';
import { onlyOnEmbedded } from '../../../support/test-mongo';

const { describe, it } = onlyOnEmbedded();

const ann = { by: 'ann', why: 'wrong totals' };
const LONG = 20_000;
let proxies: Proxies;
beforeEach(async () => (proxies = await startProxies()));
afterEach(() => proxies.close());

const isLowered = (overrides: Overrides, id = 'list-events') => overrides.current().lowered.has(id);
const isKilled = (overrides: Overrides) => overrides.current().killSwitch !== undefined;

describe('overrides of two proxies', () => {
  it('lowers here at once, there within a poll, with who, why and the numbers', async () => {
    const [a, b] = await Promise.all([proxies.start('a'), proxies.start('b')]);
    const outcome = a.lower('list-events', { ...ann, kind: 'guard', evidence: { errors: 7, 'odd.$name': 'x' } });
    expect(isLowered(a)).toBe(true);
    expect(await outcome).toEqual({ shared: true, first: true });
    await waitFor('the other proxy', () => isLowered(b), LONG);
    expect(b.current().lowered.get('list-events')).toMatchObject({
      ...ann,
      kind: 'guard',
      since: expect.any(Date) as unknown,
      evidence: { errors: 7, odd__name: 'x' },
    });
  });

  it('stays lowered until somebody resumes, on either', async () => {
    const [a, b] = await Promise.all([proxies.start('a'), proxies.start('b')]);
    await a.lower('list-events', ann);
    await waitFor('b to follow', () => isLowered(b), LONG);
    expect(await b.resume('list-events', { by: 'bob', why: 'mended' })).toEqual({ shared: true, first: true });
    expect(isLowered(b)).toBe(false);
    await waitFor('a to follow', () => !isLowered(a), LONG);
    expect(await a.resume('list-events', ann)).toEqual({ shared: true, first: false });
  });

  it('says in the log of each proxy which route went where, by whom and why', async () => {
    const [a, b] = await Promise.all([proxies.start('a'), proxies.start('b')]);
    const reported = ({ logger }: OneProxy) =>
      logger.lines.filter(({ message }) => message === 'overrides changed').flatMap(({ fields }) => fields['changes']);
    await a.lower('list-events', ann);
    await waitFor('b to follow', () => isLowered(b), LONG);
    await a.setKillSwitch('on', { by: 'bob', why: 'outage' });
    await waitFor('b to follow', () => isKilled(b), LONG);
    await b.resume('list-events', { by: 'cem', why: 'mended' });
    await b.setKillSwitch('off', { by: 'bob', why: 'over' });
    await waitFor('a to follow', () => !isLowered(a) && !isKilled(a), LONG);
    const expected = [
      'list-events rolled back to legacy, by ann: wrong totals',
      'kill switch on, listed routes on legacy, by bob: outage',
      'list-events resumed, back to the route table, by cem: mended',
      'kill switch off, back to the route table, by bob: over',
    ];
    expect(reported(b)).toEqual(expected);
    expect([...reported(a)].sort()).toEqual([...expected].sort());
  });

  it('loses no change when both write at the same time; of one route exactly one is first', async () => {
    const [a, b] = await Promise.all([proxies.start('a'), proxies.start('b')]);
    const ids = Array.from({ length: 20 }, (_, index) => `route-${index}`);
    const outcomes = await Promise.all(
      ids.flatMap((id) => [a.lower(id, { by: 'a', why: 'x' }), b.lower(id, { by: 'b', why: 'y' })]),
    );
    expect(outcomes.every(({ shared }) => shared)).toBe(true);
    expect(outcomes.filter(({ first }) => first)).toHaveLength(20);
    await waitFor('agreement', () => JSON.stringify([...a.current().lowered]) !== '[]' && same(a, b), LONG);
    expect(a.current().lowered.size).toBe(20);
  });

  it('tells the ledger once of each change, whoever asks', async () => {
    const history: string[] = [];
    const record = { history: (entry: { id?: string; action: string }) => history.push(`${entry.action} ${entry.id}`) };
    const [a, b] = await Promise.all([proxies.start('a', record), proxies.start('b', record)]);
    await Promise.all([a.lower('list-events', ann), b.lower('list-events', { ...ann, by: 'bob' })]);
    await Promise.all([a.resume('list-events', ann), b.resume('list-events', ann)]);
    expect(history).toEqual(['lowered route:list-events:1', 'resumed route:list-events:2']);
  });

  it('does not compare clocks: a proxy that is a day behind can resume what one ahead has lowered', async () => {
    const skewed = (ms: number) => ({ now: () => new Date(Date.now() + ms) });
    const a = await proxies.start('a', skewed(86_400_000));
    const b = await proxies.start('b', skewed(-86_400_000));
    await a.lower('list-events', ann);
    await waitFor('b to follow', () => isLowered(b), LONG);
    await b.resume('list-events', ann);
    await waitFor('a to follow', () => !isLowered(a), LONG);
    await b.lower('list-events', ann);
    await waitFor('a to follow again', () => isLowered(a), LONG);
  });

  it('keeps what it cannot read in force', async () => {
    const client = await MongoClient.connect(proxies.mongo.uri);
    await client
      .db()
      .collection<{ _id: string; active: unknown }>(OVERRIDES_COLLECTION)
      .insertMany([
        { _id: 'route:list-events', active: 7 },
        {
          _id: 'route:get-event',
          active: { by: 'eve\u001b[2J', why: 'x'.repeat(10_000), evidence: { a: { $ne: 1 } } },
        },
      ]);
    await client.close();
    const a = await proxies.start('a');
    expect(a.current().lowered.get('list-events')).toMatchObject({ by: 'unknown' });
    expect(a.current().lowered.get('get-event')).toMatchObject({ by: 'eve [2J', why: 'x'.repeat(500), evidence: {} });
  });
});

describe('overrides and a MongoDB that is away', () => {
  it('lowers here, then everywhere when it is back; nobody can resume meanwhile', async () => {
    const [a, b] = await Promise.all([proxies.start('a'), proxies.start('b')]);
    await a.lower('get-event', ann);
    await proxies.faults.down();
    expect(await a.lower('list-events', ann)).toEqual({ shared: false, first: true });
    expect(isLowered(a)).toBe(true);
    await expect(a.resume('get-event', ann)).rejects.toMatchObject({ code: 'overrides_unreachable', statusCode: 503 });
    expect(isLowered(a, 'get-event')).toBe(true);
    await proxies.faults.up();
    await waitFor('the other proxy', () => isLowered(b), LONG);
    expect(a.logger.lines.filter(({ message }) => message.includes('MongoDB is unavailable'))).toHaveLength(1);
  });

  it('takes back what nobody else knows yet', async () => {
    const a = await proxies.start('a');
    await proxies.faults.down();
    await a.lower('list-events', ann);
    await a.setKillSwitch('on', ann);
    await a.resume('list-events', ann);
    await a.setKillSwitch('off', ann);
    expect([isLowered(a), isKilled(a)]).toEqual([false, false]);
    await proxies.faults.up();
    const b = await proxies.start('b');
    expect([isLowered(b), isKilled(b)]).toEqual([false, false]);
  });

  it('writes once although the reply is lost', async () => {
    const history: unknown[] = [];
    const a = await proxies.start('a', { history: (entry) => history.push(entry) });
    proxies.faults.fail({ commands: ['findAndModify'], times: 1, closeConnection: 'after running' });
    await a.lower('list-events', ann);
    await waitFor('the write', async () => (await a.lower('list-events', ann)).shared, LONG);
    await a.resume('list-events', ann);
    expect(history).toMatchObject([{ action: 'lowered', ...ann }, { action: 'resumed' }]);
  });

  it('keeps what was made without it over a restart without it', async () => {
    const first = await proxies.start('a');
    await first.lower('get-event', ann);
    await proxies.faults.down();
    await first.lower('list-events', ann);
    await first.close();
    const again = await proxies.start('a', { startTimeout: 200 });
    expect(again.current()).toMatchObject({ known: true });
    expect([isLowered(again), isLowered(again, 'get-event')]).toEqual([true, true]);
    await proxies.faults.up();
    const b = await proxies.start('b');
    await waitFor('the other proxy', () => isLowered(b) && isLowered(b, 'get-event'), LONG);
  });
});

describe('a start', () => {
  it('with MongoDB finds what was lowered before', async () => {
    const a = await proxies.start('a');
    await a.lower('list-events', ann);
    await a.close();
    const again = await proxies.start('other-host');
    expect([again.current().known, isLowered(again)]).toEqual([true, true]);
  });

  it('without MongoDB and without a snapshot knows nothing: listed routes on legacy, retired ones not', async () => {
    await proxies.faults.down();
    const a = await proxies.start('a', { startTimeout: 200 });
    expect(a.current().known).toBe(false);
    expect(overrideOf(a.current(), 'list-events', 'lambda')).toBe('overrides-unknown');
    expect(overrideOf(a.current(), 'list-events', 'retired')).toBeUndefined();
    await proxies.faults.up();
    await waitFor('MongoDB', () => a.current().known, LONG);
    expect(overrideOf(a.current(), 'list-events', 'lambda')).toBeUndefined();
  });

  it.each<[string, number, boolean]>([
    ['23 hours old', 23 * 3_600_000, true],
    ['25 hours old', 25 * 3_600_000, false],
    ['a minute in the future', -60_000, true],
    ['an hour in the future', -3_600_000, false],
  ])('without MongoDB and with a snapshot that is %s', async (_case, age, known) => {
    const first = await proxies.start('a');
    await first.lower('list-events', ann);
    await first.close();
    await proxies.faults.down();
    const again = await proxies.start('a', { startTimeout: 200, now: () => new Date(Date.now() + age) });
    expect([again.current().known, isLowered(again)]).toEqual([known, true]);
  });

  it.each([
    ['half of one', '{"format":1,"at":"2026-11-23T10:00:00.000Z","sha'],
    ['of another format', '{"format":2}'],
    ['without entries', `{"format":1,"at":"${new Date().toISOString()}"}`],
    ['with a time that is none', '{"format":1,"at":"yesterday","shared":{},"unsaved":{}}'],
  ])('with a snapshot that is %s goes on as without one', async (_case, text) => {
    await writeFile(path.join(proxies.folder, 'a.json'), text);
    await proxies.faults.down();
    const a = await proxies.start('a', { startTimeout: 200 });
    expect(a.current().known).toBe(false);
    expect(a.logger.text()).toContain('cannot use the snapshot');
    await proxies.faults.up();
    await waitFor('MongoDB', () => a.current().known, LONG);
    await a.close();
    expect(JSON.parse(await readFile(a.snapshotFile, 'utf8'))).toMatchObject({ format: 1, shared: {} });
  });

  it('takes an empty file for no snapshot', async () => {
    await writeFile(path.join(proxies.folder, 'a.json'), '\n');
    const a = await proxies.start('a');
    await a.close();
    expect(JSON.parse(await readFile(a.snapshotFile, 'utf8'))).toMatchObject({ format: 1 });
  });

  it.each(['routes: []\n', '{"name":"app"}', '[]'])('leaves a file of something else as it is: %j', async (text) => {
    const file = path.join(proxies.folder, 'a.json');
    await writeFile(file, text);
    const a = await proxies.start('a');
    await a.lower('list-events', ann);
    await a.close();
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(a.logger.text()).toContain('Name another file');
  });

  it('goes on when the snapshot cannot be written, and says so once', async () => {
    await writeFile(path.join(proxies.folder, 'a-file'), '');
    const a = await proxies.start('a', { snapshotFile: path.join(proxies.folder, 'a-file', 'snapshot.json') });
    await a.lower('list-events', ann);
    await a.lower('get-event', ann);
    await a.close();
    expect(a.logger.lines.filter(({ message }) => message.includes('cannot write the snapshot'))).toHaveLength(1);
  });

  it('without a database at all concerns this proxy alone, and survives its restart', async () => {
    const alone = { db: undefined };
    const a = await proxies.start('a', alone);
    expect(a.current().known).toBe(true);
    expect(await a.lower('list-events', ann)).toEqual({ shared: false, first: true });
    await a.close();
    const again = await proxies.start('a', alone);
    expect(isLowered(again)).toBe(true);
    await again.resume('list-events', ann);
    expect(isLowered(again)).toBe(false);
  });
});

describe('kill switch', () => {
  it('is for all listed routes but retired ones', async () => {
    const [a, b] = await Promise.all([proxies.start('a'), proxies.start('b')]);
    const done = a.setKillSwitch('on', ann);
    expect(overrideOf(a.current(), 'list-events', 'lambda')).toBe('kill-switch');
    expect(overrideOf(a.current(), 'list-events', 'retired')).toBeUndefined();
    await done;
    await waitFor('b to follow', () => isKilled(b), LONG);
    await b.setKillSwitch('off', { by: 'bob', why: 'over' });
    await waitFor('a to follow', () => !isKilled(a), LONG);
  });

  it('by a file acts without MongoDB, then reaches the others, and stays when the file goes', async () => {
    const [a, b] = await Promise.all([proxies.start('a'), proxies.start('b')]);
    await proxies.faults.down();
    await writeFile(a.killSwitchFile, 'Lambda loses orders\nmore');
    await waitFor('the file to be seen', () => isKilled(a), LONG);
    expect(a.current().killSwitch).toMatchObject({ by: 'kill switch file', why: 'Lambda loses orders' });
    await expect(a.setKillSwitch('off', ann)).rejects.toMatchObject({
      code: 'kill_switch_file',
      message: `The kill switch is held on by ${a.killSwitchFile}. Delete it, then retry`,
    });
    await proxies.faults.up();
    await waitFor('b to follow', () => isKilled(b), LONG);
    await rm(a.killSwitchFile);
    await waitFor('it to be switched off', () => a.setKillSwitch('off', ann).catch(() => false as const), LONG);
    await waitFor('both to follow', () => !isKilled(a) && !isKilled(b), LONG);
  });

  it('by a file that goes before MongoDB is back has never been', async () => {
    const a = await proxies.start('a');
    await proxies.faults.down();
    await writeFile(a.killSwitchFile, '');
    await waitFor('the file to be seen', () => isKilled(a), LONG);
    expect(a.current().killSwitch?.why).toBe('the kill switch file exists');
    await rm(a.killSwitchFile);
    await waitFor('the file to be missed', () => !isKilled(a), LONG);
    await proxies.faults.up();
    expect(isKilled(await proxies.start('b'))).toBe(false);
  });

  it('by a file is on from the start', async () => {
    await proxies.faults.down();
    await writeFile(path.join(proxies.folder, 'a.kill'), 'maintenance');
    const a = await proxies.start('a', { startTimeout: 0 });
    expect(isKilled(a)).toBe(true);
  });
});

it('tells listeners of changes only', async () => {
  const a = await proxies.start('a', { pollInterval: 20 });
  const reported: number[] = [];
  const stop = a.onChange(({ lowered }) => reported.push(lowered.size));
  await a.lower('list-events', ann);
  const polls = () => proxies.mongo.embedded?.commandCounts()['find'] ?? 0;
  const before = polls();
  await waitFor('some polls', () => polls() > before + 5, LONG);
  await a.lower('list-events', ann);
  await a.resume('list-events', ann);
  stop();
  await a.lower('list-events', ann);
  expect(reported).toEqual([1, 0]);
});

function same(a: Overrides, b: Overrides): boolean {
  const text = ({ lowered }: ReturnType<Overrides['current']>) => JSON.stringify([...lowered].sort());
  return text(a.current()) === text(b.current());
}
