import { questionsTo } from '../../../../../proxy/cli/init/questions';

/** Whoever answers with these lines, one after the other. */
function answering(...answers: string[]) {
  const asked: string[] = [];
  const ask = (question: string): Promise<string> => {
    asked.push(question);
    return Promise.resolve(answers.shift() ?? '');
  };
  return { asked, questions: questionsTo({ ask }, {}) };
}

it('the number of proxies is asked for until it is one; an empty line is what was suggested', async () => {
  const { asked, questions } = answering('one', '-1', '1.5', '11', ' 2 ');
  expect(await questions.hops(1, 'Because.')).toBe(2);
  expect(asked).toHaveLength(5);
  expect(asked[0]).toMatch(/Because\. \[1\] $/);
  expect(await answering('').questions.hops(3, '')).toBe(3);
});

it.each([
  ['', 'yes' as const, true],
  ['', 'no' as const, false],
  ['y', 'no' as const, true],
  [' YES ', 'no' as const, true],
  ['n', 'yes' as const, false],
  ['what', 'yes' as const, false],
])('the answer %j where %s is the default', async (answer, fallback, expected) => {
  expect(await answering(answer).questions.confirm('Well?', fallback)).toBe(expected);
});

it('with --yes no one is asked', async () => {
  const questions = questionsTo({}, { yes: true });
  expect([await questions.hops(2, ''), await questions.confirm('', 'yes'), await questions.confirm('', 'no')]).toEqual([
    2,
    true,
    false,
  ]);
});

it('without a terminal it says what to give', () => {
  expect(() => questionsTo({}, {})).toThrow(/give --yes .*--trusted-hops/);
});
