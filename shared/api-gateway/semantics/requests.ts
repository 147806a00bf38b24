import { eventOf, same } from './probe-api';
import type { Semantic } from './row';

const missingToken = '{"message":"Missing Authentication Token"}';
type Multi = Readonly<Record<string, readonly string[]>>;

/** From a request to the event. */
export const REQUESTS: readonly Semantic[] = [
  {
    behaviour: 'exact, case-sensitive paths; `{param}`, `{proxy+}`, ANY; literal before parameter before greedy',
    follows: '"Set up a proxy integration with a proxy resource"',
    async probe({ send }) {
      const resource = async (path: string, method = 'GET') => eventOf(await send(path, { method }))['resource'];
      same(await resource('/echo/literal'), '/echo/literal', 'literal');
      same(await resource('/echo/other'), '/echo/{name}', 'parameter');
      same(await resource('/echo/deep/a/b', 'DELETE'), '/echo/deep/{proxy+}', 'greedy, ANY');
      same((await send('/Echo/literal')).status, 403, 'another case');
    },
  },
  {
    behaviour: 'a resource without the method leaves the request to a less specific one that has it',
    follows: 'ministack#1423 (measured)',
    async probe({ send }) {
      same(eventOf(await send('/echo/deep/post'))['resource'], '/echo/deep/{proxy+}', 'GET of a path that has POST');
    },
  },
  {
    behaviour: 'a slash at the end is another path (403)',
    follows: '**disputed**, see below',
    async probe({ send }) {
      same((await send('/echo/literal/')).status, 403, 'a slash at the end');
    },
  },
  {
    behaviour:
      'no such method or path: 403 `Missing Authentication Token`; with an `Authorization` header: `IncompleteSignatureException`',
    follows: 're:Post "403 errors from API Gateway"; azul#7470 (log statistics)',
    async probe({ send }) {
      const answer = await send('/nowhere');
      same([answer.status, answer.text], [403, missingToken], 'no such path');
      const signed = await send('/nowhere', { headers: ['Authorization', 'Bearer x'] });
      same(
        [signed.status, signed.headers.get('x-amzn-errortype')],
        [403, 'IncompleteSignatureException'],
        'with Authorization',
      );
    },
  },
  {
    behaviour: 'another stage: 403 `Forbidden`',
    follows: 're:Post, same article',
    async probe({ send }) {
      const answer = await send('/no-such-stage/echo/literal', { absolute: true });
      same([answer.status, answer.text], [403, '{"message":"Forbidden"}'], 'another stage');
    },
  },
  {
    behaviour: '`X-HTTP-Method-Override` chooses the method',
    follows: '"Important notes"',
    async probe({ send }) {
      const answer = await send('/echo/x', { headers: ['X-HTTP-Method-Override', 'PUT'] });
      same(eventOf(answer)['httpMethod'], 'PUT', 'method');
    },
  },
  {
    behaviour: 'event shape; null for empty maps and bodies',
    follows: '"Set up Lambda proxy integrations"; events recorded on AWS (LocalStack)',
    async probe({ send }) {
      const event = eventOf(await send('/echo/literal'));
      for (const name of [
        'body',
        'queryStringParameters',
        'multiValueQueryStringParameters',
        'pathParameters',
        'stageVariables',
      ])
        same([name, event[name]], [name, null], 'event');
      same([event['isBase64Encoded'], event['httpMethod'], event['path']], [false, 'GET', '/echo/literal'], 'event');
      same(typeof event['requestContext'], 'object', 'requestContext');
    },
  },
  {
    behaviour: 'path and path parameters raw, not decoded; several slashes after the stage are one',
    follows: "AWS's tests of REST APIs (aws-lambda-dotnet); LocalStack (recorded)",
    async probe({ send }) {
      const event = eventOf(await send('/echo/a%2Fb%20c'));
      same([event['path'], event['pathParameters']], ['/echo/a%2Fb%20c', { name: 'a%2Fb%20c' }], 'path');
      same(eventOf(await send('///echo/literal'))['resource'], '/echo/literal', 'slashes');
    },
  },
  {
    behaviour: 'query decoded, `+` is a space, `;` separates, last value and all values',
    follows: '"Important notes"; LocalStack (recorded)',
    async probe({ send }) {
      const event = eventOf(await send('/echo/literal?a=1+2&a=3;b=%C3%A9'));
      same(event['queryStringParameters'], { a: '3', b: 'é' }, 'last values');
      same(event['multiValueQueryStringParameters'], { a: ['1 2', '3'], b: ['é'] }, 'all values');
    },
  },
  {
    behaviour: 'malformed percent: 400',
    follows: 'apig-wsgi#102 (seen for queries); body of the answer: no evidence',
    async probe({ send }) {
      same([(await send('/echo/literal?a=%zz')).status, (await send('/echo/%zz')).status], [400, 400], 'query, path');
    },
  },
  {
    behaviour: 'plain `\\|`, `{`, `}` in a query: 400',
    follows: '"Important notes" say "not supported"; status: no evidence, refused to be safe',
    async probe({ send }) {
      for (const character of '|{}') same((await send(`/echo/literal?a=${character}`)).status, 400, character);
    },
  },
  {
    behaviour:
      'headers: names as sent, case-sensitive, last value and all values; hop-by-hop ones dropped; SigV4 dropped',
    follows: '"Important notes", table of headers',
    async probe({ send }) {
      const headers = [
        'X-Probe-One',
        '1',
        'X-Probe-One',
        '2',
        'TE',
        'trailers',
        'Authorization',
        'AWS4-HMAC-SHA256 Credential=x',
      ];
      const event = eventOf(await send('/echo/literal', { headers }));
      const last = event['headers'] as Readonly<Record<string, string>>;
      const all = event['multiValueHeaders'] as Multi;
      same([last['X-Probe-One'], all['X-Probe-One']], ['2', ['1', '2']], 'X-Probe-One');
      same(
        Object.keys(last).filter((name) => /^(?:te|authorization)$/i.test(name)),
        [],
        'dropped headers',
      );
    },
  },
  {
    behaviour: '`Content-Length` is not in the event',
    follows: 'LocalStack (recorded); the table says otherwise',
    async probe({ send }) {
      const { headers } = eventOf(await send('/echo/x', { method: 'POST', body: 'abc' })) as { headers: object };
      same(
        Object.keys(headers).filter((name) => /^content-length$/i.test(name)),
        [],
        'Content-Length',
      );
    },
  },
  {
    behaviour:
      '`Host`, `X-Forwarded-*`, `X-Amzn-Trace-Id` as a regional API sets them, but protocol `http` and the local port',
    follows: '"Important notes"; recorded events',
    async probe({ send, url }) {
      const { headers } = eventOf(await send('/echo/literal', { headers: ['X-Forwarded-For', '192.0.2.1'] })) as {
        headers: Readonly<Record<string, string>>;
      };
      same(headers['Host'], url.host, 'Host');
      const port = url.port === '' ? '443' : url.port;
      same(
        [headers['X-Forwarded-Proto'], headers['X-Forwarded-Port']],
        [url.protocol.slice(0, -1), port],
        'X-Forwarded-*',
      );
      same(/^192\.0\.2\.1, [\da-f.:]+$/.test(headers['X-Forwarded-For'] ?? ''), true, 'X-Forwarded-For is appended to');
      same(/^Root=1-[\da-f]{8}-[\da-f]{24}/.test(headers['X-Amzn-Trace-Id'] ?? ''), true, 'X-Amzn-Trace-Id');
    },
  },
  {
    behaviour: 'chunked request: 400',
    follows: 'the table says "Exception" for Lambda; which status: no evidence',
    async probe({ send }) {
      same((await send('/echo/x', { method: 'POST', body: 'abc', chunked: true })).status, 400, 'status');
    },
  },
];
