import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { MutationRun } from '../../../proxy/parity/mutate/mutate';

/** A few mutants and the cases of one route, by the command itself; the whole sample: npm run study:mutants. */
const ARGUMENTS =
  'parity mutate --json --sample 6 --seed 3 --generate 0 --jobs 1 --files lambda/eventsapp/attendees --files lambda/authorizer/policy.ts --route';

it('catches changes of functions and authorizer, and nothing without a change', async () => {
  const argv = [...ARGUMENTS.split(' '), 'POST /api/events/:eventId/attendees'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'proxy/cli/main.ts', ...argv, '--at-least', '0'],
    { cwd: path.join(__dirname, '../../..') },
  );
  const { results, control, leftOut, functions } = JSON.parse(stdout) as MutationRun;
  expect(functions).toEqual(['add-attendee', 'authorizer']);
  expect([results.length, leftOut, control]).toEqual([6, [], { executions: 100, alarms: [] }]);
  const caught = results.filter(({ verdict }) => verdict === 'caught');
  expect(caught.length).toBeGreaterThanOrEqual(3);
  for (const { caughtBy, sign = '' } of caught)
    expect([caughtBy?.route, sign]).toEqual(['POST /api/events/:eventId/attendees', expect.stringMatching(/./)]);
}, 240_000);
