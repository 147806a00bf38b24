import type { IncomingHttpHeaders } from 'node:http';
import { chooseTarget, mayMirror, type Target } from '../../../proxy/choose-target';
import type { Oversize } from '../../../proxy/forward/oversize';
import { parseRequestTarget } from '../../../proxy/request-target';
import type { Route } from '../../../proxy/route-table/route';
import { NO_OVERRIDES, type Entry, type OverrideState } from '../../../proxy/overrides/state';
import { routeWith } from '../../support/route';

const onLambda = routeWith({ unless: [{ header: 'X-Api-Key' }, { cookie: 'beta' }, { query: 'debug' }] });

const TOKEN = 'Bearer s:id.signature';
const BODY = { 'content-length': '2', authorization: TOKEN };

const ENTRY: Entry = { by: 'ann', why: 'a test', since: new Date(0) };
const KILL_SWITCH: OverrideState = { ...NO_OVERRIDES, killSwitch: ENTRY };
const UNKNOWN: OverrideState = { ...NO_OVERRIDES, known: false };
const ROLLED_BACK: OverrideState = {
  ...NO_OVERRIDES,
  lowered: new Map([[onLambda.id, { ...ENTRY, kind: 'manual' }]]),
};

function choose(
  url: string,
  headers: IncomingHttpHeaders = {},
  method = 'GET',
  route: Route | undefined = onLambda,
  {
    overrides = NO_OVERRIDES,
    forced,
    oversize,
  }: { overrides?: OverrideState; forced?: 'legacy' | 'lambda'; oversize?: Oversize } = {},
): Target {
  const hasToken = headers.authorization !== undefined;
  const request = { method, target: parseRequestTarget(url), headers, oversize, hasToken };
  return chooseTarget(route, request, overrides, forced);
}

describe('choose target', () => {
  it('sends what is unlisted or on legacy to legacy', () => {
    const target = parseRequestTarget('/a');
    const request = { method: 'GET', target, headers: {}, oversize: undefined, hasToken: false };
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
    ['/api/events/..hidden%20'],
    ['/api/events/1?filter[tags][]=a&x=%20'],
    ['http://example.com/api/events/1'],
  ])('sends %s to lambda', (url) => {
    expect(choose(url)).toEqual({ upstream: 'lambda', reason: 'stage' });
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;CHARSET="UTF-8" ; a=b',
    'x; charset = utf-8',
  ])('sends a body of type %s to lambda', (type) => {
    expect(choose('/api/events/1', { ...BODY, 'content-type': type }, 'POST')).toEqual({
      upstream: 'lambda',
      reason: 'stage',
    });
  });

  it.each<[string, string, IncomingHttpHeaders, string]>([
    ['path-encoding', '/api/events/%E0%A4%A', {}, 'GET'],
    ['path-encoding', '/api/events/%', {}, 'GET'],
    ['path-encoding', '/api/events/a%2Fb', {}, 'GET'],
    ['path-encoding', '/api/events/a%5cb', {}, 'GET'],
    ['path-encoding', '/api/events/..', {}, 'GET'],
    ['path-encoding', '/api/./events/1', {}, 'GET'],
    ['path-encoding', '/api/events/%2E', {}, 'GET'],
    ['path-encoding', '/api/events/%00', {}, 'GET'],
    ['path-encoding', '/api/events/%2e%2E', {}, 'GET'],
    ['path-encoding', '/api/events/a\\b', {}, 'GET'],
    ['path-encoding', '/api/events/caf\u00e9', {}, 'GET'],
    ['query-encoding', '/api/events/1?q=%E0%A4%A', {}, 'GET'],
    ['body-on-get', '/api/events/1', { 'content-length': '2' }, 'GET'],
    ['body-on-get', '/api/events/1', { 'transfer-encoding': 'chunked' }, 'HEAD'],
    ['streamed-body', '/api/events/1', { 'transfer-encoding': 'chunked' }, 'POST'],
    ['charset', '/api/events/1', { ...BODY, 'content-type': 'application/json; charset=utf-16' }, 'POST'],
    ['charset', '/api/events/1', { ...BODY, 'content-type': 'application/json; charset=latin1' }, 'POST'],
    ['charset', '/api/events/1', { ...BODY, 'content-type': 'application/json;charset="utf-7"' }, 'POST'],
    ['charset', '/api/events/1', { ...BODY, 'content-type': 'application/json; charset=utf8' }, 'POST'],
    [
      'charset',
      '/api/events/1',
      { ...BODY, 'content-type': 'application/json; charset=utf-8; charset=utf-16' },
      'POST',
    ],
    [
      'charset',
      '/api/events/1',
      { ...BODY, 'content-type': 'application/json; a="; charset=utf-8"; charset=latin1' },
      'POST',
    ],
    ['charset', '/api/events/1', { ...BODY, 'content-type': 'application/json; charset*=utf-8' }, 'POST'],
    ['charset', '/api/events/1', { ...BODY, 'content-type': 'application/json; charset' }, 'POST'],
    ['large-body', '/api/events/1', { 'content-length': '102401', authorization: TOKEN }, 'POST'],
    ['anonymous-body', '/api/events/1', { 'content-length': '2' }, 'POST'],
    ['anonymous-body', '/api/events/1', { 'content-length': '2' }, 'DELETE'],
    ['empty-body', '/api/events/1', { 'content-length': '0', 'content-encoding': 'gzip' }, 'POST'],
    ['empty-body', '/api/events/1', { 'content-length': '0', 'content-type': 'application/json; charset=x' }, 'GET'],
    ['aws-signature', '/api/events/1', { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=y' }, 'GET'],
    ['aws-signature', '/api/events/1', { authorization: 'AWS4-ECDSA-P256-SHA256 Credential=AKIA/x' }, 'GET'],
    ['aws-signature', '/api/events/1', { authorization: 'aws4-hmac-sha256' }, 'PUT'],
    ['aws-signature', '/api/events/1', { authorization: 'AWS AKIA:signature' }, 'GET'],
    ['aws-signature', '/api/events/1', { authorization: ' AWS' }, 'GET'],
    ['aws-signature', '/api/events/1?a=1&X-Amz-Signature=0f&X-Amz-Algorithm=AWS4-HMAC-SHA256', {}, 'GET'],
    ['aws-signature', '/api/events/1?%58%2Damz-date=1', {}, 'GET'],
    ['unless', '/api/events/1', { 'x-api-key': '' }, 'GET'],
    ['unless', '/api/events/1', { cookie: 'a=1; beta=2' }, 'GET'],
    ['unless', '/api/events/1?debug', {}, 'GET'],
  ])('keeps on legacy (%s): %s', (reason, url, headers, method) => {
    expect(choose(url, headers, method)).toEqual({ upstream: 'legacy', reason });
  });

  it.each(['Bearer AWS4-HMAC-SHA256', 'Awsome s:id.signature', 'NotAWS4-HMAC-SHA256', 'Basic QVdTNA=='])(
    'does not take %s for a signature',
    (authorization) => expect(choose('/api/events/1', { authorization })).toMatchObject({ upstream: 'lambda' }),
  );

  it.each([
    '?next=https://bucket.example/?X-Amz-Signature=1',
    '?q=x-amz-',
    '?amzn=1',
    '?a=%26X-Amz-Signature=1',
    '?not-x-amz-date=1',
  ])('does not take %s for a signature', (query) =>
    expect(choose(`/api/events/1${query}`)).toMatchObject({ upstream: 'lambda' }),
  );

  it.each(['long-url', 'long-path', 'large-headers'] as const)('keeps what is too large on legacy (%s)', (oversize) => {
    const legacy = { upstream: 'legacy', reason: oversize };
    expect(choose('/api/events/1', {}, 'GET', onLambda, { oversize })).toEqual(legacy);
    expect(choose('/api/events/1', {}, 'GET', onLambda, { oversize, forced: 'lambda' })).toEqual(legacy);
  });

  it('takes no more than Lambda does, whatever the route table allows', () => {
    const route = { ...onLambda, maxBodyBytes: Number.MAX_SAFE_INTEGER };
    const post = (bytes: number) =>
      choose('/api/events/1', { 'content-length': String(bytes), authorization: TOKEN }, 'POST', route);
    expect(post(4_521_984)).toEqual({ upstream: 'lambda', reason: 'stage' });
    expect(post(4_521_985)).toEqual({ upstream: 'legacy', reason: 'large-body' });
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

  it.each<IncomingHttpHeaders>([{ 'content-encoding': 'gzip' }, { 'content-type': 'application/json; charset=utf-8' }])(
    'sends a body with %o to lambda: only an empty one of it is refused there unlike on legacy',
    (coding) => {
      const headers = { ...coding, 'content-length': '2', authorization: TOKEN };
      expect(choose('/api/events/1', headers, 'POST')).toEqual({ upstream: 'lambda', reason: 'stage' });
    },
  );

  it('counts a bodiless Content-Length: 0 as no body', () => {
    expect(choose('/api/events/1', { 'content-length': '0' })).toEqual({ upstream: 'lambda', reason: 'stage' });
  });
});

describe('stages and overrides', () => {
  const legacy = (reason: string) => ({ upstream: 'legacy', reason });
  const on = (stage: Route['stage'], given: Parameters<typeof choose>[4] = {}) =>
    choose('/api/events/1', {}, 'GET', { ...onLambda, stage }, given);

  it.each(['legacy', 'shadow'] as const)('stage %s is answered by legacy', (stage) => {
    expect(on(stage)).toEqual(legacy('stage'));
  });

  it('stage canary depends on who is asking', () => expect(on('canary')).toEqual({ upstream: 'by-cohort' }));

  it.each([
    ['kill-switch', KILL_SWITCH],
    ['overrides-unknown', UNKNOWN],
    ['rolled-back', ROLLED_BACK],
  ])('%s returns canary and lambda to legacy', (reason, overrides) => {
    expect(on('canary', { overrides })).toEqual(legacy(reason));
    expect(on('lambda', { overrides })).toEqual(legacy(reason));
  });

  it('a roll back of another route changes nothing', () => {
    const overrides = { ...NO_OVERRIDES, lowered: new Map([['another', { ...ENTRY, kind: 'manual' as const }]]) };
    expect(on('lambda', { overrides })).toEqual({ upstream: 'lambda', reason: 'stage' });
  });

  it('stage retired is answered by lambda whatever happens: legacy has no code for it', () => {
    const lambda = { upstream: 'lambda', reason: 'stage' };
    for (const overrides of [NO_OVERRIDES, KILL_SWITCH, UNKNOWN, ROLLED_BACK]) {
      expect(on('retired', { overrides })).toEqual(lambda);
      expect(on('retired', { overrides, forced: 'legacy' })).toEqual(lambda);
    }
    expect(on('retired', { oversize: 'long-url' })).toEqual(lambda);
  });

  it.each(['legacy', 'shadow', 'canary', 'lambda'] as const)(
    'a forced side wins over stage %s and overrides',
    (stage) => {
      for (const overrides of [NO_OVERRIDES, KILL_SWITCH, UNKNOWN, ROLLED_BACK]) {
        expect(on(stage, { overrides, forced: 'legacy' })).toEqual(legacy('forced'));
        expect(on(stage, { overrides, forced: 'lambda' })).toEqual({ upstream: 'lambda', reason: 'forced' });
      }
    },
  );

  it('a path that cannot be spelt for API Gateway stays on legacy, also when lambda is forced', () => {
    const route = { ...onLambda, segments: undefined };
    expect(choose('/api/events/1', {}, 'GET', route)).toEqual(legacy('stage'));
    expect(choose('/api/events/1', {}, 'GET', route, { forced: 'lambda' })).toEqual(legacy('stage'));
  });
});

describe('may mirror', () => {
  const onShadow = { ...onLambda, stage: 'shadow' as const, shadow: { sample: 1, maxBodyBytes: 1024 } };
  const mirrors = (
    method: string,
    route: Route = onShadow,
    overrides = NO_OVERRIDES,
    headers: IncomingHttpHeaders = {},
  ) =>
    mayMirror(
      route,
      { method, target: parseRequestTarget('/api/events/1'), headers, oversize: undefined, hasToken: false },
      overrides,
    );

  it.each(['GET', 'HEAD'])('copies %s', (method) => expect(mirrors(method)).toBe(true));

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get'])('never copies %s', (method) => {
    expect(mirrors(method)).toBe(false);
  });

  it('copies nothing of a route without shadow', () => {
    expect(mirrors('GET', { ...onShadow, shadow: undefined })).toBe(false);
  });

  it.each([
    ['the kill switch', KILL_SWITCH],
    ['unknown overrides', UNKNOWN],
    ['a roll back', ROLLED_BACK],
  ])('copies nothing under %s', (_what, overrides) => expect(mirrors('GET', onShadow, overrides)).toBe(false));

  it('copies nothing that Lambda cannot take', () => {
    expect(mirrors('GET', onShadow, NO_OVERRIDES, { 'content-length': '2' })).toBe(false);
    expect(mirrors('GET', { ...onShadow, segments: undefined })).toBe(false);
  });
});
