import fc from 'fast-check';
import { evaluatePolicy, matchesArn, matchesGlob, PolicyError } from '../../../../../shared/local/gateway/policy';

const ARN = 'arn:aws:execute-api:eu-west-1:000000000000:localrest1/dev/GET/api/events/42';
const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
const allow = (Resource: unknown, Action: unknown = 'execute-api:Invoke') => ({ Effect: 'Allow', Action, Resource });
const deny = (Resource: unknown) => ({ ...allow(Resource), Effect: 'Deny' });

describe('decisions (IAM user guide: "Policy evaluation logic"; developer guide: "Output from a Lambda authorizer")', () => {
  it.each([
    ['everything', policy(allow('*')), 'allow'],
    ['the method itself', policy(allow(ARN)), 'allow'],
    ['one statement, not in a list', { Version: '2012-10-17', Statement: allow(ARN) }, 'allow'],
    ['any method of any route', policy(allow('arn:aws:execute-api:*:*:localrest1/dev/*/*')), 'allow'],
    ['one of several resources', policy(allow(['arn:x', ARN])), 'allow'],
    ['a question mark', policy(allow(ARN.replace('42', '4?'))), 'allow'],
    ['any action of the service', policy(allow('*', ['s3:*', 'EXECUTE-API:*'])), 'allow'],
    ['another action', policy(allow('*', 'lambda:InvokeFunction')), 'implicit-deny'],
    ['another route', policy(allow(ARN.replace('42', '43'))), 'implicit-deny'],
    ['another method', policy(allow(ARN.replace('GET', 'POST'))), 'implicit-deny'],
    ['another case', policy(allow(ARN.toUpperCase())), 'implicit-deny'],
    ['a beginning of the route', policy(allow(ARN.replace('/42', ''))), 'implicit-deny'],
    ['no statement', policy(), 'implicit-deny'],
    ['denied although allowed', policy(allow('*'), deny(ARN)), 'explicit-deny'],
    ['denied elsewhere', policy(allow('*'), deny(ARN.replace('42', '43'))), 'allow'],
  ])('%s', (_name, document, decision) => expect(evaluatePolicy(document, ARN)).toBe(decision));

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', JSON.stringify(policy(allow('*')))],
    ['a list', [policy(allow('*'))]],
    ['no version', { Statement: [allow('*')] }],
    ['no statements', { Version: '2012-10-17' }],
    ['a statement that is a text', { Version: '2012-10-17', Statement: ['Allow'] }],
    ['an unknown effect', policy({ ...allow('*'), Effect: 'allow' })],
    ['no action', policy({ Effect: 'Allow', Resource: '*' })],
    ['no resource', policy({ Effect: 'Allow', Action: '*' })],
    ['an empty list', policy(allow([]))],
    ['a number', policy(allow(['*', 1]))],
    ['a condition, which is not evaluated', policy({ ...allow('*'), Condition: {} })],
    ['NotResource, which is not evaluated', policy({ Effect: 'Deny', Action: '*', NotResource: 'x' })],
    ['one bad statement among good ones', policy(allow('*'), {})],
  ])('refuses %s', (_name, document) => expect(() => evaluatePolicy(document, ARN)).toThrow(PolicyError));
});

describe('wildcards (IAM user guide: "Resource": * and ? within a part of the ARN)', () => {
  it('does not let a wildcard reach over a colon', () => {
    expect(matchesArn('arn:aws:execute-api:*', ARN)).toBe(false);
    expect(matchesArn('arn:aws:*:localrest1/dev/GET/api/events/42', ARN)).toBe(false);
    expect(matchesArn('arn:aws:execute-api:*:*:*', ARN)).toBe(true);
    expect(matchesArn('arn:aws:execute-api:*:*:*/b:c', `${ARN}/b:c`)).toBe(true);
  });

  it('agrees with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, (glob, text) => {
        const expression = new RegExp(`^${glob.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`);
        expect(matchesGlob(glob, text)).toBe(expression.test(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('stays fast on patterns that make regular expressions explode', () => {
    const started = performance.now();
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(2_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
