import { allow, refuse, requestPath, type AuthorizerEvent } from '../../../../lambda/authorizer/policy';
import { httpApiEvent, restEvent } from './events';

const rest = restEvent({});
const http = httpApiEvent({});
const ann = { identity: { userId: 'u1', roles: ['member'] }, authenticatedBy: 'session' };
const known = { authenticatedBy: 'session', userId: 'u1', identity: '{"userId":"u1","roles":["member"]}' };

const resourceOf = (event: AuthorizerEvent) => JSON.stringify(allow(event, ann)).match(/"Resource":"([^"]*)"/)?.[1];

describe('a policy', () => {
  it('lets a user through to all of the stage, with who it is as text', () => {
    expect(allow(rest, ann)).toEqual({
      principalId: 'u1',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource: 'arn:aws:execute-api:eu-west-1:123456789012:api1234567/dev/*/*',
          },
        ],
      },
      context: known,
    });
    expect(resourceOf({ ...rest, methodArn: 'arn:of-something-else' })).toBe('arn:of-something-else');
  });

  it('lets an anonymous request through as nobody', () => {
    expect(allow(rest, undefined)).toMatchObject({ principalId: 'nobody' });
    expect(allow(rest, undefined)).toHaveProperty('context', { authenticatedBy: 'nobody' });
    expect(allow(http, undefined)).toEqual({ isAuthorized: true, context: { authenticatedBy: 'nobody' } });
  });

  it('carries the session cookie when there is one', () => {
    expect(allow(http, ann, '{}')).toEqual({ isAuthorized: true, context: { ...known, sessionCookie: '{}' } });
    expect(allow(http, ann)).toStrictEqual({ isAuthorized: true, context: known });
    expect(allow(rest, ann, '{}')).toHaveProperty('context', { ...known, sessionCookie: '{}' });
  });

  it('refuses by an error, which alone is a 401; an HTTP API can only be told no', () => {
    expect(() => refuse(rest)).toThrow(/^Unauthorized$/);
    expect(refuse(http)).toEqual({ isAuthorized: false, context: undefined });
  });

  it('goes by payload format 1.0 for HTTP APIs that send it', () => {
    const event = { ...rest, version: '1.0' } as AuthorizerEvent;
    expect(allow(event, ann)).toHaveProperty('policyDocument');
    expect(() => refuse(event)).toThrow(/^Unauthorized$/);
    expect(requestPath(event)).toBe('/api/events');
  });
});

describe('the path that the client asked for', () => {
  const at = (rawPath: string) => requestPath({ ...http, rawPath });

  it('has no stage in front of it', () => {
    expect(requestPath(rest)).toBe('/api/events');
    expect(at('/dev/api/events')).toBe('/api/events');
    expect(at('/api/events')).toBe('/api/events');
    expect(at('/devices')).toBe('/devices');
    expect(at('/api/dev/')).toBe('/api/dev/');
  });
});
