import { RuleUse } from '../../../../proxy/parity/rule-use';
import type { Rule } from '../../../../shared/parity/rules';

const rule = (route: string, path: string, kind: Rule['kind'] = 'ignore'): Rule => ({
  route,
  path,
  kind,
  reason: 'r',
  owner: 'o',
  expires: '2030-01-01',
  place: `rules.yml:${path}`,
});
const answer = {
  response: { statusCode: 200, headers: [['X-Count', '1']] as const, body: Buffer.from('{"n":1}') },
  changes: [],
};
const routes = [{ name: 'GET /a', id: 'a' }, { name: 'GET /b' }];

function superfluous(rules: readonly Rule[], needed: readonly Rule[] = [], complete = 'all routes'): readonly string[] {
  const use = new RuleUse(rules);
  use.note({ control: answer, candidate: answer, needed }, rules);
  return use.superfluous(new Set(['GET /a']), { routes, complete });
}

describe('a rule is superfluous', () => {
  it.each([
    ['of a route, by name', rule('GET /a', 'header x-other')],
    ['of a route, by id', rule('a', 'header x-other')],
  ])('%s, whose place no answer has', (_what, one) => {
    expect(superfluous([one])).toEqual([expect.stringMatching(/no answer has this place.*remove the rule/)]);
  });

  it.each(['GET /a', '*'])('that accepts a difference of %s that is gone', (route) => {
    expect(superfluous([rule(route, 'header x-count', 'accepted')])).toEqual([
      expect.stringContaining('nothing differs there'),
    ]);
  });
});

describe('a rule stays', () => {
  const accepted = rule('GET /a', 'header x-count', 'accepted');
  it.each<[string, Rule, (readonly Rule[])?, string?]>([
    ['that was needed', accepted, [accepted]],
    ['whose place is there', rule('GET /a', 'header x-count')],
    ['of a route that was not run', rule('GET /b', 'header x-other')],
    [
      'for all routes whose place no answer has: it may be of a route that is not listed yet',
      rule('*', 'header x-other'),
    ],
    [
      'for all routes that accepts a difference, unless all were run',
      rule('*', 'header x-count', 'accepted'),
      [],
      'nothing',
    ],
  ])('%s', (_what, one, needed = [], complete = 'all routes') => {
    expect(superfluous([one], needed, complete)).toEqual([]);
  });
});
