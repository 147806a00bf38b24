import { describeMutation, faultsOf, missingCase, scoreOf } from '../../../../../proxy/parity/mutate/describe';
import type { MutantResult } from '../../../../../proxy/parity/mutate/mutate';

const result = (more: Partial<MutantResult>): MutantResult => ({
  ...{ id: '1', file: 'functions/list.ts', line: 7, source: 'if (n < 3) return;', change: 'n < 3 => n <= 3' },
  ...{ operator: 'EqualityOperator', verdict: 'caught', reachedBy: 4, routes: ['GET /a'], tried: 1 },
  ...more,
});
const many = (count: number, more: Partial<MutantResult>) => Array.from({ length: count }, () => result(more));
const run = (results: readonly MutantResult[]) => ({
  ...{ seed: 1, cases: 10, functions: ['list'], uncalled: ['nightly'], population: 50, results, leftOut: [] },
  ...{ unmatched: [], wasInterrupted: false },
  control: { executions: 5, alarms: [] },
});

describe('the score of a sample', () => {
  it('counts what timed out as caught, what was not reached as missed, and leaves out what was not judged', () => {
    const results = [
      ...many(6, {}),
      result({ verdict: 'timed out' }),
      result({ verdict: 'survived' }),
      result({ verdict: 'not reached', declared: 'no client has this header' }),
      result({ verdict: 'not reached' }),
      result({ verdict: 'not judged' }),
    ];
    expect(scoreOf(results)).toEqual({ judged: 10, caught: 7, declared: 1, percent: 70, percentOfRest: (7 / 9) * 100 });
    expect(faultsOf({ results, unmatched: [] })).toEqual([]);
  });

  it('is no good when more than a tenth is declared, or what is declared was caught', () => {
    const declared = 'no client has this header';
    expect(
      faultsOf({ unmatched: [], results: [...many(8, {}), ...many(2, { verdict: 'survived', declared })] }),
    ).toEqual(['2 of 10 mutants are declared; at most 10 % may be']);
    expect(faultsOf({ unmatched: [], results: [result({ declared })] })).toEqual([
      'functions/list.ts:7 is declared and was caught: remove n < 3 => n <= 3',
    ]);
  });
});

it('reports declarations that stand for no mutant, and an interruption', () => {
  const declaration = { file: 'a.ts', source: 'return n < 3;', change: 'n < 3 => n <= 3', reason: 'n is never 3' };
  expect(faultsOf({ results: [], unmatched: [declaration] })).toEqual([
    'a.ts: there is no mutant that is declared as n < 3 => n <= 3',
  ]);
  const text = describeMutation(
    { ...run([result({ verdict: 'not judged' })]), unmatched: [declaration], wasInterrupted: true },
    { atLeast: 90 },
  );
  expect(text).toContain('1 mutants not judged: interrupted\n');
  expect(text).toContain('fault: a.ts: there is no mutant');
});

it('lists each survivor with where it is and the case that is missing', () => {
  const alive = result({ verdict: 'survived', tried: 4 });
  const text = describeMutation(run([...many(3, {}), alive]), { atLeast: 90 });
  expect(text).toContain('caught 3 of 4 (75.0 %); without 0 declared ones 3 of 4 (75.0 %; wanted 90 %)');
  expect(text).toContain('| functions | 4 | 3 | 0 | 1 | 0 | 0 | 75.0 % |');
  expect(text).toContain('left out, since no case calls them: nightly');
  expect(text).toContain(
    '  functions/list.ts:7  n < 3 => n <= 3\n      4 cases reach it, on GET /a. Missing: values just below',
  );
  const some = describeMutation(run([{ ...alive, tried: 2 }]), { atLeast: 90 });
  expect(some).toContain('4 cases reach it (2 sent), on GET /a. Missing:');
});

it('says which kind of case is missing', () => {
  expect(
    missingCase(result({ operator: 'ConditionalExpression', change: 'a === b => true', verdict: 'survived' })),
  ).toMatch(/a === b is false/);
  expect(missingCase(result({ operator: 'Regex', change: '/a+/ => /a/', verdict: 'survived' }))).toMatch(
    /^a string that only one/,
  );
  expect(missingCase(result({ operator: 'new one', verdict: 'survived' }))).toMatch(/^one whose answer/);
  expect(missingCase(result({ verdict: 'not reached' }))).toMatch(/runs? this line/);
});
