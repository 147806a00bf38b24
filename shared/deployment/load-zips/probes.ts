import type { PackagedFunction } from './service-state';

const REQUEST_CONTEXT = {
  accountId: '123456789012',
  apiId: 'placeholder',
  protocol: 'HTTP/1.1',
  stage: 'package',
  requestId: 'package',
  requestTimeEpoch: 0,
  identity: { sourceIp: '127.0.0.1', userAgent: 'banyan package' },
};

/**
 * Events that a function must survive, because it reads its environment and loads the rest of its modules by the first: an anonymous GET for
 * each path, and for an authorizer what it gets of such a request. Others might do something.
 */
export function probesOf({
  getPaths,
  isAuthorizer,
}: Pick<PackagedFunction, 'getPaths' | 'isAuthorizer'>): readonly object[] {
  return [
    ...getPaths.map((resource) => getEvent(resource)),
    ...(isAuthorizer
      ? [
          {
            ...getEvent('/'),
            type: 'REQUEST',
            methodArn: 'arn:aws:execute-api:eu-west-1:123456789012:placeholder/package/GET/',
          },
        ]
      : []),
  ];
}

/** A REST API's event, as of the Lambda proxy integration. */
function getEvent(resource: string): object {
  const names = [...resource.matchAll(/\{(\w+)\+?\}/g)].map(([, name = '']) => name);
  const headers = { Host: 'placeholder.invalid', Accept: '*/*', 'X-Forwarded-For': '127.0.0.1' };
  return {
    resource,
    path: resource.replace(/\{\w+\+?\}/g, 'x'),
    httpMethod: 'GET',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, 'x'])),
    stageVariables: null,
    requestContext: { ...REQUEST_CONTEXT, resourcePath: resource, httpMethod: 'GET', path: resource },
    body: null,
    isBase64Encoded: false,
  };
}
