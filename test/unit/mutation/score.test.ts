import { describeSurvivors, describeTable, holds, type Measured } from '../../mutation/describe-score';
import { scoreOf, type Mutant } from '../../mutation/score';

const mutant = (status: Mutant['status'], change = 'a => b', source = 'return a;'): Mutant => ({
  status,
  line: 7,
  source,
  change,
});
const measured = (mutants: readonly Mutant[], given: Parameters<typeof scoreOf>[1] = []): Measured => ({
  file: 'proxy/a.ts',
  class: 'decider',
  seconds: 3,
  outcome: scoreOf(mutants, given),
});

it('counts what tests kill, apart from what only never ends, and leaves out wording', () => {
  const statuses = [
    'Killed',
    'Killed',
    'Killed',
    'Timeout',
    'Survived',
    'NoCoverage',
    'Ignored',
    'CompileError',
  ] as const;
  const score = scoreOf(
    statuses.map((status) => mutant(status)),
    [],
  );
  expect(score).toMatchObject({ killed: 3, timedOut: 1, leftOut: 2, percent: 50 });
  expect(score.percentWithTimeouts).toBeCloseTo(66.67);
  expect(score.survivors).toHaveLength(2);
});

it('takes only the declared change of the declared line out of the count', () => {
  const declared = [{ source: 'return a;', changes: ['a => b'], reason: 'the same' }];
  const mutants = [
    mutant('Killed', 'x'),
    mutant('Survived'),
    mutant('Survived', 'a => c'),
    mutant('Survived', 'a => b', 'if (a)'),
  ];
  const score = scoreOf(mutants, declared);
  expect(score.survivors).toEqual(mutants.slice(2));
  expect(score.declared).toEqual([{ ...mutants[1], reason: 'the same' }]);
  expect(score.stale).toEqual([]);
});

it('holds from the least share on; a declaration of what is killed now does not', () => {
  const nine = Array.from({ length: 9 }, () => mutant('Killed'));
  expect(holds(measured([...nine, mutant('Survived')]))).toBe(true);
  expect(holds(measured([...nine.slice(1), mutant('Survived')]))).toBe(false);
  expect(holds(measured(nine, [{ source: 'return a;', changes: ['a => b'], reason: 'the same' }]))).toBe(false);
  expect(holds({ ...measured(nine), outcome: 'not run' })).toBe(false);
  expect(holds({ ...measured(nine), outcome: new Error('a test fails') })).toBe(false);
});

it('prints every survivor with its line, and why a declared one may live', () => {
  const lines = describeSurvivors(
    measured(
      [mutant('Survived', 'a => c'), mutant('NoCoverage', 'a => d'), mutant('Survived')],
      [{ source: 'return a;', changes: ['a => b'], reason: 'the same' }],
    ),
  );
  expect(lines).toEqual([
    'proxy/a.ts:7  a => c',
    'proxy/a.ts:7  a => d  (no test gets here)',
    'proxy/a.ts:7  a => b  declared: the same',
  ]);
  expect(describeTable([measured([mutant('Survived')])]).at(-1)).toMatch(/^proxy\/a\.ts +0\.0 .*too few$/);
});
