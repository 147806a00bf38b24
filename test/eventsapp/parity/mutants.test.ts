import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { MutationRun } from '../../../proxy/parity/mutate/mutate';

/** A few mutants and the cases of one route, by the command itself, none of them declared: one would be more than a tenth. The whole sample: npm run study:mutants. */
const ROOT = path.join(__dirname, '../../..');
const ARGUMENTS =
  'parity mutate --json --sample 6 --seed 5 --generate 0 --jobs 1 --files lambda/eventsapp/attendees --files lambda/authorizer/policy.ts --route';

it('catches changes of functions and authorizer, and nothing without a change', async () => {
  const argv = [...ARGUMENTS.split(' '), 'POST /api/events/:eventId/attendees'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'proxy/cli/main.ts', ...argv, '--at-least', '0'],
    { cwd: ROOT },
  );
  const { results, control, leftOut, functions } = JSON.parse(stdout) as MutationRun;
  // What follows on photos that are copied may be called too.
  expect(functions).toEqual(expect.arrayContaining(['add-attendee', 'authorizer']));
  expect([results.length, leftOut, control]).toEqual([6, [], { executions: 100, alarms: [] }]);
  const caught = results.filter(({ verdict }) => verdict === 'caught');
  expect(caught.length).toBeGreaterThanOrEqual(3);
  for (const { caughtBy, sign = '' } of caught)
    expect([caughtBy?.route, sign]).toEqual(['POST /api/events/:eventId/attendees', expect.stringMatching(/./)]);
}, 240_000);

it('reports what it has judged when it is interrupted, and leaves nothing behind', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'interrupted-'));
  try {
    const argv = [
      '--import',
      'tsx',
      'proxy/cli/main.ts',
      ...ARGUMENTS.split(' '),
      'POST /api/events/:eventId/attendees',
    ];
    const child = spawn(process.execPath, argv, { cwd: ROOT, env: { ...process.env, TMPDIR: folder } });
    let progress = '';
    let isInterrupted = false;
    child.stderr.on('data', (chunk: Buffer) => {
      progress += chunk.toString();
      if (isInterrupted || !/^1 of 6 mutants/m.test(progress)) return;
      isInterrupted = true;
      child.kill('SIGINT');
    });
    const exited = once(child, 'exit');
    const { results, wasInterrupted } = JSON.parse(await text(child.stdout)) as MutationRun;
    expect([wasInterrupted, results.length]).toEqual([true, 6]);
    const late = results.filter(({ verdict }) => verdict === 'not judged').length;
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(6);
    expect(await exited).toEqual([1, null]);
    expect((await readdir(folder)).filter((name) => name.startsWith('banyan-'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 240_000);
