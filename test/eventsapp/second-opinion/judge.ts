import type { KnownWrongAnswer } from './known-wrong-answers';

/** One test of the run. */
export interface TestResult {
  readonly fullName: string;
  readonly status: string;
  /** Everything that the failure says. */
  readonly failure: string;
}

/**
 * Compares a run with the list of known wrong answers.
 *
 * @returns a sentence for each test that fails unlisted or for another reason, and for each entry that no longer holds
 */
export function judge(results: readonly TestResult[], known: readonly KnownWrongAnswer[]): readonly string[] {
  const listed = new Map(known.map((entry) => [entry.test, entry]));
  const unexpected = results.flatMap(({ fullName, status, failure }) => {
    const entry = listed.get(fullName);
    if (status === 'passed') return entry ? [`${fullName}: passes, so it is no known wrong answer any more`] : [];
    if (entry === undefined)
      return [`${fullName}: ${status}, and it is not on the list of known wrong answers\n${failure}`];
    return entry.fails.test(failure) ? [] : [`${fullName}: fails for another reason than the list says\n${failure}`];
  });
  const names = new Set(results.map(({ fullName }) => fullName));
  const unknown = known
    .filter(({ test }) => !names.has(test))
    .map(({ test }) => `${test}: is listed, but there is no such test`);
  return [...unexpected, ...unknown];
}
