import { isRefusedByGateway } from '../../../../proxy/forward/gateway-refusal';

const IDS = ['x-amzn-RequestId', '1', 'x-amz-apigw-id', '2'];
const typed = (type: string) => ['x-amzn-ErrorType', type, ...IDS];
const PLAIN = ['Content-Type', 'text; charset=utf-8', 'Content-Length', '44'];
const CLOUDFRONT = ['Server', 'CloudFront', 'X-Cache', 'Error from cloudfront', 'X-Amz-Cf-Id', 'a'];

describe('what API Gateway refused before it called anything', () => {
  it.each<[string, number, readonly string[]]>([
    ['throttled', 429, typed('TooManyRequestsException')],
    ['over a usage plan', 429, typed('LimitExceededException')],
    ['no such method', 403, typed('MissingAuthenticationTokenException')],
    ['no such method, with an Authorization header', 403, typed('IncompleteSignatureException')],
    ['WAF, another stage', 403, typed('ForbiddenException')],
    ['a resource policy', 403, typed('AccessDeniedException')],
    ['an error type with a namespace', 403, typed('ForbiddenException:http://internal.amazon.com/coral/')],
    ['URL or method ARN too long', 414, typed('BadRequestException')],
    ['larger than Lambda accepts', 413, typed('RequestEntityTooLargeException')],
    ['the front: body', 413, PLAIN],
    ['the front: headers', 431, PLAIN],
    ['CloudFront: URL', 414, CLOUDFRONT],
    ['CloudFront: WAF', 403, CLOUDFRONT],
    ['malformed', 400, typed('BadRequestException')],
  ])('%s (%i)', (_name, statusCode, headers) => {
    expect(isRefusedByGateway({ statusCode, headers: [...headers] })).toBe(true);
  });

  it.each<[string, number, readonly string[]]>([
    ['a function’s 403', 403, IDS],
    ['a function’s 413', 413, IDS],
    ['a function’s 414', 414, IDS],
    ['a function’s 431, behind CloudFront', 431, [...IDS, ...CLOUDFRONT]],
    ['a function’s 403, behind CloudFront', 403, [...IDS, ...CLOUDFRONT]],
    ['a function’s 429', 429, IDS],
    ['a 403 of unknown origin', 403, PLAIN],
    ['a 404 of unknown origin', 404, PLAIN],
    ['an authorizer’s 401', 401, typed('UnauthorizedException')],
    ['an authorizer that failed', 500, typed('AuthorizerFailureException')],
    ['a function that failed', 502, typed('InternalServerErrorException')],
    ['a redirect', 302, typed('BadRequestException')],
  ])('but not %s (%i)', (_name, statusCode, headers) => {
    expect(isRefusedByGateway({ statusCode, headers: [...headers] })).toBe(false);
  });

  it('leaves AccessDeniedException to the client where an authorizer returns Deny, and nothing else', () => {
    const refused = (type: string) => isRefusedByGateway({ statusCode: 403, headers: typed(type) }, 'authorizer');
    expect(refused('AccessDeniedException')).toBe(false);
    expect(refused('ForbiddenException')).toBe(true);
  });
});
