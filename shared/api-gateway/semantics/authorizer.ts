import { eventOf, same, type ProbeAnswer, type ProbeApi } from './probe-api';
import type { Semantic } from './row';

const guarded = ({ send }: ProbeApi, authorizer: object, path = '/guarded/x'): Promise<ProbeAnswer> =>
  send(path, { order: { authorizer } });
const contextOf = (answer: ProbeAnswer): Readonly<Record<string, unknown>> =>
  (eventOf(answer) as { requestContext: { authorizer: Readonly<Record<string, unknown>> } }).requestContext.authorizer;

/** What a Lambda authorizer is given, and what becomes of what it says. */
export const AUTHORIZER: readonly Semantic[] = [
  {
    behaviour: 'authorizer input; empty maps rather than null',
    follows: '"Input to a Lambda authorizer"; @types/aws-lambda',
    async probe(api) {
      const input = JSON.parse(String(contextOf(await guarded(api, { input: true }))['input'])) as Record<
        string,
        unknown
      >;
      same(
        [input['type'], input['resource'], input['pathParameters']],
        ['REQUEST', '/guarded/{name}', { name: 'x' }],
        'input',
      );
      same([input['queryStringParameters'], input['stageVariables']], [{}, {}], 'empty maps');
      same(String(input['methodArn']).endsWith('/GET/guarded/x'), true, 'methodArn ends with the path');
    },
  },
  {
    behaviour: '`Unauthorized` exactly: 401; Deny or not covered: 403 with `Message`',
    follows: '"Use Lambda authorizers"; re:Post "403 errors ... Lambda authorizer"',
    async probe(api) {
      const anonymous = await guarded(api, { error: 'Unauthorized' });
      same([anonymous.status, anonymous.text], [401, '{"message":"Unauthorized"}'], 'Unauthorized');
      const text = '{"Message":"User is not authorized to access this resource';
      for (const order of [{ effect: 'Deny' }, { resource: '{api}/GET/elsewhere' }]) {
        const answer = await guarded(api, order);
        same([answer.status, answer.text.slice(0, text.length)], [403, text], JSON.stringify(order));
      }
    },
  },
  {
    behaviour:
      'any other error, or too slow: 500 AUTHORIZER_FAILURE; malformed result: 500 AUTHORIZER_CONFIGURATION_ERROR; body `{"message":null}`',
    follows:
      '"Gateway response types"; serverless/examples#305, aws-lambda-go#81. That a _throw_ is AUTHORIZER_FAILURE is read from the page\'s wording: define DEFAULT_5XX, or both',
    async probe(api) {
      const thrown = await guarded(api, { error: 'unauthorized' });
      same([thrown.status, thrown.text], [500, '{"message":null}'], 'another error');
      // verify.yml gives this type an answer of its own, by which it is known.
      const malformed = await guarded(api, { result: { principalId: 'x' } });
      same(malformed.text, '{"type":"AUTHORIZER_CONFIGURATION_ERROR","method":"GET"}', 'a malformed result');
    },
  },
  {
    behaviour: 'context values become texts; objects refused; null refused (no evidence)',
    follows: '"Output from a Lambda authorizer"',
    async probe(api) {
      const context = contextOf(await guarded(api, { context: { number: 1, flag: true, text: 'x' } }));
      same([context['number'], context['flag'], context['text']], ['1', 'true', 'x'], 'context');
      for (const value of [{}, null])
        same((await guarded(api, { context: { value } })).status, 503, `${JSON.stringify(value)} in the context`);
    },
  },
  {
    behaviour: 'a missing identity source: 401 without a call',
    follows: 're:Post "401 Unauthorized errors"',
    async probe({ send }) {
      const order = { authorizer: { error: 'called' } };
      same((await send('/identified', { order })).status, 401, 'without its header');
      same(
        (await send('/identified', { order, headers: ['x-token', 't'] })).status,
        500,
        'with its header it is called',
      );
    },
  },
  {
    behaviour: 'wildcards `*` and `?` in policies, part by part; Deny wins',
    follows: 'IAM User Guide "Policy evaluation logic", "Resource"',
    async probe(api) {
      const status = async (resource: string, more: object = {}) =>
        (await guarded(api, { resource, ...more }, '/guarded/ab')).status;
      same(await status('{api}/*/guarded/a?'), 200, '* and ?');
      same(await status('{api}/GET/guarded/?'), 403, '? is one character');
      same(await status('{api}/*', { deny: '{api}/GET/guarded/ab' }), 403, 'a Deny next to an Allow');
    },
  },
  {
    behaviour:
      'method ARN over 1,600 bytes: 414, where there is an authorizer or a resource policy (a private API counts as one)',
    follows: '"Output from a Lambda authorizer"',
    async probe({ send, limits }) {
      const name = 'x'.repeat(limits.methodArnBytes);
      same((await send(`/guarded/${name}`)).status, 414, 'with an authorizer');
      same((await send(`/echo/${name}`)).status, 200, 'without');
    },
  },
];
