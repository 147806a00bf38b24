import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AppRoute, Inventory } from '../../../../proxy/inventory/inventory';
import { mongoCommand } from '../../../../proxy/inventory/trace/mongo-command';
import { runTraced } from '../../../../proxy/inventory/trace/run-traced';
import { mergeTraces, withTrace } from '../../../../proxy/inventory/trace/trace';
import { judgeRoute } from '../../../../proxy/inventory/verdict';
import { runBanyan } from '../../../support/run-banyan';
import { startTestMongo } from '../../../support/test-mongo';

jest.setTimeout(60_000);
const APP = path.join(__dirname, 'traced/app.cjs');

const route = (method: string, at: string): AppRoute => ({
  method,
  path: at,
  handler: { name: 'handler', place: 'app.cjs' },
  middleware: [],
  hazards: [],
  renders: false,
  isReadable: true,
});
const ROUTES = [
  ['GET', '/plain'],
  ['POST', '/login'],
  ['GET', '/counted/:id'],
  ['GET', '/file'],
  ['GET', '/later'],
  ['GET', '/outside'],
  ['GET', '/events'],
  ['GET', '/large'],
  ['GET', '/endless'],
  ['POST', '/json'],
  ['GET', '/never'],
].map(([method = '', at = '']) => route(method, at));
const INVENTORY: Inventory = { express: '4', routes: ROUTES, handlers: [], variables: [], notes: [] };

it('shows what only running shows: eight hazards of eleven routes, none missed and none too many', async () => {
  const mongo = await startTestMongo();
  const env = { PATH: process.env['PATH'], MONGO: mongo.uri };
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('banyan-trace-'));
  const { trace, exitCode } = await runTraced(
    [process.execPath, APP],
    { routes: ROUTES, ownCollections: ['sessions'] },
    env,
  );
  expect(exitCode).toBe(3);
  expect(trace.unknown).toBe(1);
  const { routes } = withTrace(INVENTORY, trace);
  expect(
    routes.map(({ path: at, hazards, seen }) => [
      at,
      seen?.requests,
      hazards.map(({ kind, text }) => `${kind}: ${text}`),
    ]),
  ).toEqual([
    ['/plain', 2, []],
    ['/login', 1, ['session: writes session.user']],
    ['/counted/:id', 1, ['write: insert in visits']],
    ['/file', 1, ['file: writes files: writeFileSync', 'file: writes files: unlinkSync']],
    ['/later', 1, ['timer: setTimeout after the answer']],
    ['/outside', 1, ['outgoing: 127.0.0.1']],
    ['/events', 1, ['stream: server-sent events']],
    ['/large', 1, []],
    ['/endless', 1, ['stream: kept writing after its client left']],
    ['/json', 1, []],
    ['/never', undefined, []],
  ]);
  expect(routes.map((one) => judgeRoute(one).verdict)).toEqual([
    'rewrite',
    'lift',
    'look',
    'look',
    'look',
    'look',
    'stay',
    'rewrite',
    'stay',
    'rewrite',
    'rewrite',
  ]);
  expect(JSON.stringify(trace)).not.toMatch(/secret|counted|8080/);
  // Nothing is left behind.
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('banyan-trace-'))).toEqual(before);
  await mongo.stop();
});

it('a command that does not exist is named', async () => {
  await expect(runTraced(['/no/such/program'], { routes: [], ownCollections: [] }, {})).rejects.toThrow(
    '/no/such/program cannot be started',
  );
});

it.each([
  [['routes', '--trace'], '--trace needs a command: banyan routes --trace -- npm test'],
  [['routes', 'npm', 'test'], 'a command is for --trace only'],
])('%j is refused', async (argv, message) => {
  const { exitCode, err } = await runBanyan(argv, {});
  expect(exitCode).toBe(2);
  expect(err).toContain(message);
});

it('processes are added up, and names of a kind are bounded', () => {
  const one = (name: string) => ({
    routes: { 0: { requests: 1, statuses: { 200: 1 }, hazards: { file: { [name]: 1 } } } },
    unknown: 1,
  });
  const merged = mergeTraces([...Array.from({ length: 30 }, (_, n) => one(`f${n}`)), one('f0')]);
  expect(merged).toMatchObject({ unknown: 31, routes: { 0: { requests: 31, statuses: { 200: 31 } } } });
  expect(Object.keys(merged.routes[0]?.hazards['file'] ?? {})).toHaveLength(20);
  expect(merged.routes[0]?.hazards['file']?.['f0']).toBe(2);
});

describe('a command on its way to MongoDB', () => {
  const message = (name: string, collection: string, { opcode = 2013, kind = 0 } = {}): Buffer => {
    const element = Buffer.concat([
      Buffer.from([2]),
      Buffer.from(`${name}\0`),
      int(collection.length + 1),
      Buffer.from(`${collection}\0`),
    ]);
    const document = Buffer.concat([int(element.length + 5), element, Buffer.from([0])]);
    const rest = Buffer.concat([int(0), Buffer.from([kind]), document]);
    return Buffer.concat([int(16 + rest.length), int(1), int(0), int(opcode), rest]);
  };
  const int = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };

  it('is read', () => {
    expect(mongoCommand(message('insert', 'orders'))).toEqual({ name: 'insert', collection: 'orders' });
  });

  it.each([
    ['another opcode', message('insert', 'orders', { opcode: 2012 })],
    ['a section of another kind', message('insert', 'orders', { kind: 1 })],
    ['a name that is none', message('in sert', 'orders')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n')],
    ['nothing', Buffer.alloc(0)],
  ])('%s is none', (_what, bytes) => {
    expect(mongoCommand(bytes)).toBeUndefined();
  });

  it('a part of one is none, or the same', () => {
    const whole = message('insert', 'orders');
    for (let end = 0; end < whole.length; end += 1)
      expect([undefined, 'insert']).toContain(mongoCommand(whole.subarray(0, end))?.name);
  });
});
