import { describeSurvivors, describeTable, holds, type Measured } from '../../mutation/describe-score';
import { scoreOf, type Mutant } from '../../mutation/score';
import { readArguments } from '../../mutation/arguments';
import { estimatedMinutes, readScores, updateScores } from '../../mutation/score-table';

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

it('keeps the table of scores: what was measured now, and what was before', () => {
  const killed = [mutant('Killed'), mutant('Killed'), mutant('Timeout'), mutant('Survived')];
  const first = updateScores('# Scores\n\nText.\n', [measured(killed)], ['proxy/a.ts', 'proxy/b.ts'], '2026-11-01');
  const row = { ...measured([mutant('Killed')]), file: 'proxy/b.ts', seconds: 57 };
  const text = updateScores(
    first,
    [row, { ...measured([]), outcome: 'not run' }],
    ['proxy/b.ts', 'proxy/a.ts'],
    '2026-11-28',
  );
  expect(text).toMatch(/^# Scores\n\nText\.\n\n\| file /);
  expect([...readScores(text).values()].map((cells) => [...cells.values()].join(' '))).toEqual([
    'proxy/b.ts 1 1 0 0 0 100.0 90 57 2026-11-28',
    'proxy/a.ts 4 2 1 1 0 50.0 90 3 2026-11-01',
  ]);
  expect(estimatedMinutes(text, ['proxy/a.ts', 'proxy/b.ts', 'proxy/c.ts'])).toBe(1);
  expect([...readScores(updateScores(text, [], ['proxy/a.ts'], '')).keys()]).toEqual(['proxy/a.ts']);
});

it('measures the files that are named, those of a class, or all', () => {
  const table = { 'proxy/a.ts': { class: 'decider' }, 'proxy/b.ts': { class: 'wire' } } as const;
  const files = (...given: string[]) => readArguments(given, table).files;
  expect(files()).toEqual(['proxy/a.ts', 'proxy/b.ts']);
  expect(files('--class', 'wire')).toEqual(['proxy/b.ts']);
  expect(files('./proxy/a.ts')).toEqual(['proxy/a.ts']);
  expect(() => files('--class', 'other')).toThrow('--class must be decider or wire');
  expect(() => files('a.ts', '--minutes', '0')).toThrow(/did you mean proxy\/a\.ts\?; --minutes must be/);
  expect(() => files('--all')).toThrow(/--all/);
});
