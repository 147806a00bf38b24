import { gunzipSync } from 'node:zlib';
import { same, type ProbeAnswer, type ProbeApi } from './probe-api';
import type { Semantic } from './row';

const respond = ({ send }: ProbeApi, result: object, headers: readonly string[] = []): Promise<ProbeAnswer> =>
  send('/echo/x', { headers, order: { result } });
const megabytes = (count: number): number => count * 1_048_576;
const INTERNAL = '{"message": "Internal server error"}';

/** From what a function returns, or does not, to the client. */
export const ANSWERS: readonly Semantic[] = [
  {
    behaviour: '29 s: 504; function error or its own timeout: 502 as INTEGRATION_FAILURE; malformed result: 502',
    follows: 'quotas; azul#6624 (access logs); re:Post "Malformed Lambda proxy response"',
    async probe(api) {
      const statusOf = async (order: object) => (await api.send('/echo/x', { order })).status;
      const [late, thrown, own, malformed] = await Promise.all([
        api.send('/slow', { order: { waitMs: 29_500 } }).then(({ status }) => status),
        statusOf({ error: 'x' }),
        statusOf({ waitMs: 6_000 }),
        statusOf({ result: { statusCode: 'abc' } }),
      ]);
      same(
        [thrown, own, malformed],
        [502, 502, 502],
        'a function that throws, takes longer than its timeout, is malformed',
      );
      same(late, 504, 'more than 29 s');
    },
  },
  {
    behaviour: 'no `statusCode`: 502. AWS answers 200 (recorded); here it is always a mistake, so it is refused',
    follows: 'deliberate',
    async probe(api) {
      same((await respond(api, { body: 'x' })).status, api.isLocal ? 502 : 200, 'status');
    },
  },
  {
    behaviour: '`headers` and `multiValueHeaders` united, pairs once',
    follows: '"Set up Lambda proxy integrations" (output); order: multi-value first, no evidence',
    async probe(api) {
      const result = { statusCode: 200, headers: { 'X-A': '1', 'X-B': '3' }, multiValueHeaders: { 'X-A': ['1', '2'] } };
      const { headers } = await respond(api, result);
      same([headers.get('x-a'), headers.get('x-b')], ['1, 2', '3'], 'X-A, X-B');
    },
  },
  {
    behaviour: 'response headers dropped or renamed `x-amzn-Remapped-*`; `Content-Length` too (LocalStack)',
    follows: '"Important notes", table of headers',
    async probe(api) {
      const { headers } = await respond(api, {
        statusCode: 200,
        headers: { Server: 'x', Via: 'x', 'Content-Length': '0' },
        body: '',
      });
      same(headers.get('x-amzn-remapped-server'), 'x', 'Server');
      same(headers.get('x-amzn-remapped-content-length'), '0', 'Content-Length');
      same(headers.get('x-amzn-remapped-via') ?? headers.get('via'), undefined, 'Via');
    },
  },
  {
    behaviour: '`Content-Type: application/json` by default; `x-amzn-RequestId`, `x-amz-apigw-id`, `X-Amzn-Trace-Id`',
    follows: '"Important notes"; LocalStack (recorded)',
    async probe(api) {
      const { headers } = await respond(api, { statusCode: 200 });
      same(headers.get('content-type'), 'application/json', 'Content-Type');
      const ids = ['x-amzn-requestid', 'x-amz-apigw-id', 'x-amzn-trace-id'];
      same(
        ids.filter((name) => !headers.has(name)),
        [],
        'missing headers',
      );
    },
  },
  {
    behaviour: 'base64 decoded only if the first type of `Accept` is a binary media type; bad base64: 500',
    follows: '"Binary media types", "Content type conversions"',
    async probe(api) {
      const result = { statusCode: 200, isBase64Encoded: true, body: 'aGk=' };
      same((await respond(api, result, ['Accept', 'image/png, */*'])).text, 'hi', 'first type binary');
      same((await respond(api, result, ['Accept', '*/*, image/png'])).text, 'aGk=', 'first type not binary');
      same((await respond(api, { ...result, body: '!' }, ['Accept', 'image/png'])).status, 500, 'bad base64');
    },
  },
  {
    behaviour: "over 10 MB: 413 in plain text; over Lambda's 6 MB: 413 `Request Too Long`; response over 6 MB: 502",
    follows: 'quotas; koki-develop/lgtm-generator#10 (both answers quoted)',
    async probe({ send }) {
      const post = (body: string) => send('/echo/x', { method: 'POST', body });
      const huge = await post('x'.repeat(megabytes(10) + 1));
      same([huge.status, huge.text.startsWith('{')], [413, false], 'over 10 MB');
      const large = await post('x'.repeat(megabytes(7)));
      same([large.status, large.text], [413, '{"message": "Request Too Long"}'], 'over 6 MB');
      same((await send('/echo/x', { order: { size: megabytes(7) } })).status, 502, 'a response over 6 MB');
    },
  },
  {
    behaviour: 'headers over 10,240 bytes, 8,000 of a private API: plain text; status 431',
    follows: 'quotas; the text is published, the status is not',
    async probe({ send, limits }) {
      const { status, text } = await send('/echo/literal', { headers: ['X-Long', 'x'.repeat(limits.headerBytes)] });
      same([status, text.startsWith('{')], [431, false], 'status, and no JSON');
    },
  },
  {
    behaviour:
      'URL over 10,240 characters, 8,192 of an edge-optimised or private API: 414. Scheme and host count, to be strict',
    follows: 'quotas; body: no evidence',
    async probe({ send, limits }) {
      same((await send(`/echo/literal?a=${'x'.repeat(limits.urlCharacters)}`)).status, 414, 'status');
    },
  },
  {
    behaviour:
      'gateway responses: own type, else DEFAULT_4XX or DEFAULT_5XX; status, headers, templates with `$context`',
    follows: '"Gateway responses"; ministack#1756 (measured)',
    async probe({ send }) {
      const { status, headers, text } = await send('/guarded/x', { order: { authorizer: { result: {} } } });
      const expected = [503, 'custom', '{"type":"AUTHORIZER_CONFIGURATION_ERROR","method":"GET"}'];
      same([status, headers.get('x-probe'), text], expected, 'status, header, body');
    },
  },
  {
    behaviour: '413 cannot be customised',
    follows: '"Important notes"',
    async probe({ send }) {
      // verify.yml makes it 418, in vain.
      const { status } = await send('/echo/x', { method: 'POST', body: 'x'.repeat(megabytes(10) + 1) });
      same(status, 413, 'status');
    },
  },
  {
    behaviour: '`$context.error.messageString` of integration errors begins with a space, hence `{"message": "..."}`',
    follows: 'azul#6284 (access log)',
    async probe({ send }) {
      same((await send('/echo/x', { order: { error: 'x' } })).text, INTERNAL, 'body');
    },
  },
  {
    behaviour: '`cors`: one MOCK OPTIONS method for each path',
    follows: 'Serverless Framework "Enabling CORS" (osls `lib/cors.js`)',
    async probe({ send }) {
      const { status, headers } = await send('/cors', { method: 'OPTIONS', headers: ['Origin', 'https://a.example'] });
      same([status, headers.get('access-control-allow-origin')], [200, '*'], 'status, allowed origin');
      same((await send('/echo/literal', { method: 'OPTIONS' })).status, 200, 'ANY takes OPTIONS itself');
    },
  },
  {
    behaviour: 'compression from `minimumCompressionSize` on',
    follows: '"Enable payload compression"',
    async probe({ send }) {
      const ask = (size: number) => send('/echo/x', { headers: ['Accept-Encoding', 'gzip'], order: { size } });
      const [large, small] = await Promise.all([ask(4_096), ask(100)]);
      same(
        [large.headers.get('content-encoding'), small.headers.get('content-encoding')],
        ['gzip', undefined],
        'large, small',
      );
      same(gunzipSync(large.body).length, 4_096, 'bytes');
    },
  },
  {
    behaviour: 'a client that goes away does not stop the function',
    follows: 'there is no way to: an invocation cannot be cancelled',
    probe: 'cannot be seen over HTTP: the answer is lost with the client',
  },
];
