import type { IncomingHttpHeaders } from 'node:http';
import { chooseTarget, type Target } from '../../../proxy/choose-target';
import { parseRequestTarget } from '../../../proxy/request-target';
import type { Route } from '../../../proxy/route-table/route';
import { NO_OVERRIDES, type OverrideState } from '../../../proxy/overrides/state';
import { routeWith } from '../../support/route';

const onLambda = routeWith({ unless: [{ header: 'X-Api-Key' }, { cookie: 'beta' }, { query: 'debug' }] });

const TOKEN = 'Bearer s:id.signature';

function choose(
  url: string,
  headers: IncomingHttpHeaders = {},
  method = 'GET',
  route: Route | undefined = onLambda,
  { overrides = NO_OVERRIDES, forced }: { overrides?: OverrideState; forced?: 'legacy' | 'lambda' } = {},
): Target {
  const rawHeaders = Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
  const hasToken = headers.authorization !== undefined;
  const request = { method, target: parseRequestTarget(url), headers, rawHeaders, hasToken };
  return chooseTarget(route, request, overrides, forced);
}

describe('choose target', () => {
  it('sends what is unlisted or on legacy to legacy', () => {
    const request = { method: 'GET', target: parseRequestTarget('/a'), headers: {}, rawHeaders: [], hasToken: false };
    expect(chooseTarget(undefined, request, NO_OVERRIDES)).toEqual({ upstream: 'legacy', reason: 'unlisted' });
    expect(choose('/api/events/1', {}, 'GET', { ...onLambda, stage: 'legacy' })).toEqual({
      upstream: 'legacy',
      reason: 'stage',
    });
  });

  it.each([
    ['/api/events/1'],
    ['/API/Events/1/'],
    ['/api/events/caf%C3%A9'],
    ['/api/events/a%20b'],
    ['/api/events/a+b'],
    ['/api/events/.hidden'],
    ['/api/events/1?filter[tags][]=a&x=%20'],
    ['http://example.com/api/events/1'],
  ])('sends %s to lambda', (url) => {
    expect(choose(url)).toEqual({ upstream: 'lambda', reason: 'stage' });
  });

  it.each<[string, string, IncomingHttpHeaders, string]>([
    ['path-encoding', '/api/events/%E0%A4%A', {}, 'GET'],
    ['path-encoding', '/api/events/%', {}, 'GET'],
    ['path-encoding', '/api/events/a%2Fb', {}, 'GET'],
    ['path-encoding', '/api/events/a%5cb', {}, 'GET'],
    ['path-encoding', '/api/events/..', {}, 'GET'],
    ['path-encoding', '/api/events/%2e%2E', {}, 'GET'],
    ['path-encoding', '/api/events/a\\b', {}, 'GET'],
    ['path-encoding', '/api/events/caf\u00e9', {}, 'GET'],
    ['query-encoding', '/api/events/1?q=%E0%A4%A', {}, 'GET'],
    ['body-on-get', '/api/events/1', { 'content-length': '2' }, 'GET'],
    ['body-on-get', '/api/events/1', { 'transfer-encoding': 'chunked' }, 'HEAD'],
    ['streamed-body', '/api/events/1', { 'transfer-encoding': 'chunked' }, 'POST'],
    ['large-body', '/api/events/1', { 'content-length': '102401', authorization: TOKEN }, 'POST'],
    ['anonymous-body', '/api/events/1', { 'content-length': '2' }, 'POST'],
    ['anonymous-body', '/api/events/1', { 'content-length': '2' }, 'DELETE'],
    ['empty-body', '/api/events/1', { 'content-length': '0', 'content-encoding': 'gzip' }, 'POST'],
    ['empty-body', '/api/events/1', { 'content-length': '0', 'content-type': 'application/json; charset=x' }, 'GET'],
    ['long-path', `/api/events/${'a'.repeat(1_500)}`, {}, 'GET'],
    ['large-headers', '/api/events/1', { 'x-a': 'a'.repeat(9_300) }, 'GET'],
    ['unless', '/api/events/1', { 'x-api-key': '' }, 'GET'],
    ['unless', '/api/events/1', { cookie: 'a=1; beta=2' }, 'GET'],
    ['unless', '/api/events/1?debug', {}, 'GET'],
  ])('keeps on legacy (%s): %s', (reason, url, headers, method) => {
    expect(choose(url, headers, method)).toEqual({ upstream: 'legacy', reason });
  });

  it('takes no more than Lambda does, whatever the route table allows', () => {
    const request = { 'content-length': String(4 * 1024 * 1024 + 1), authorization: TOKEN };
    const route = { ...onLambda, maxBodyBytes: Number.MAX_SAFE_INTEGER };
    expect(choose('/api/events/1', request, 'POST', route)).toEqual({ upstream: 'legacy', reason: 'large-body' });
  });

  it('sends a body of somebody, and a request of nobody without a body, to lambda', () => {
    const onItsWay = { upstream: 'lambda', reason: 'stage' };
    expect(choose('/api/events/1', { 'content-length': '102400', authorization: TOKEN }, 'PUT')).toEqual(onItsWay);
    expect(choose('/api/events/1', { 'content-length': '0' }, 'POST')).toEqual(onItsWay);
    expect(choose('/api/events/1', {}, 'DELETE')).toEqual(onItsWay);
  });

  it.each(['optional', 'none'] as const)(
    'sends a body of nobody to a function that judges it itself (auth: %s)',
    (auth) => {
      const target = choose('/api/events/1', { 'content-length': '2' }, 'POST', { ...onLambda, auth });
      expect(target).toEqual({ upstream: 'lambda', reason: 'stage' });
    },
  );

  it('counts a bodiless Content-Length: 0 as no body', () => {
    expect(choose('/api/events/1', { 'content-length': '0' })).toEqual({ upstream: 'lambda', reason: 'stage' });
  });
});
