import { stringify } from 'yaml';
import type { AnswerFact, Setup } from '../../inventory/setup';

/** Days until a rule must be looked at again. */
const LIFE = 90;
const CSRF_TOKEN = String.raw`[\w+/=-]{8,200}`;
/** What is left, and until when; not the limit itself. Within a second both may stay. */
const RATE_LIMIT = /^(?:x-)?ratelimit(?:-remaining|-reset)?$/;
const HEADER = `# What may differ between the two sides, and why: banyan parity learn proposes entries.
`;

/**
 * The rules file, with what the app's own anonymous answers differed in from one request to the next: tokens against CSRF, what is left of a
 * rate limit. Pure.
 */
export function rulesSource(setup: Setup | undefined, now: Date): string {
  const answers = setup?.answers ?? [];
  const rules = [
    ...sorted(answers.flatMap(({ varies }) => varies.fields)).map((field) => {
      const [element = '', name = ''] = field.split(' ');
      const attribute = element === 'meta' ? '@content' : '@value';
      const path = `body ${element}[name=${name}] ${attribute}`;
      return { path, kind: 'token', pattern: CSRF_TOKEN, reason: 'a token against CSRF, new in each page' };
    }),
    ...headerNames(answers)
      .filter((name) => RATE_LIMIT.test(name))
      .map((name) => ({
        path: `header ${name}`,
        kind: 'ignore',
        reason: 'counts the requests of a client, in each process',
      })),
  ];
  if (rules.length === 0) return `${HEADER}rules: []\n`;
  const expires = new Date(now.getTime() + LIFE * 86_400_000).toISOString().slice(0, 10);
  const complete = rules.map((rule) => ({ route: '*', ...rule, owner: 'the team (name one)', expires }));
  return `${HEADER}# These were written by banyan init: the app's answers differ in them from one request to the next.
${stringify({ rules: complete }, { lineWidth: 0 })}`;
}

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

const headerNames = (answers: readonly AnswerFact[]): readonly string[] =>
  sorted(answers.flatMap(({ headers, varies }) => [...Object.keys(headers), ...varies.headers]));
