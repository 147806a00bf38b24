import { stringify } from 'yaml';
import type { AnswerFact, Setup } from '../../inventory/setup';

/** Days until a rule must be looked at again. */
const LIFE = 90;
const CSRF_TOKEN = String.raw`[\w+/=-]{8,200}`;
const RATE_LIMIT = /^(?:x-)?ratelimit(?:-|$)|^retry-after$/;
const HEADER = `# What may differ between the two sides, and why: banyan parity learn proposes entries.
`;

/**
 * The rules file, with what the app's own anonymous answers differed in from one request to the next: tokens against CSRF, what is left of a
 * rate limit. Pure.
 */
export function rulesSource(setup: Setup | undefined, now: Date): string {
  const answers = setup?.answers ?? [];
  const rules = [
    ...seen(answers, 'fields').map((field) => {
      const [element = '', name = ''] = field.split(' ');
      const attribute = element === 'meta' ? '@content' : '@value';
      const path = `body ${element}[name=${name}] ${attribute}`;
      return { path, kind: 'token', pattern: CSRF_TOKEN, reason: 'a token against CSRF, new in each page' };
    }),
    ...seen(answers, 'headers')
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
  return `${HEADER}# These were written by banyan init: answers of the app differed in them from one request to the next.
${stringify({ rules: complete }, { lineWidth: 0 })}`;
}

const seen = (answers: readonly AnswerFact[], what: keyof AnswerFact['varies']): readonly string[] =>
  [...new Set(answers.flatMap(({ varies }) => varies[what]))].sort();
