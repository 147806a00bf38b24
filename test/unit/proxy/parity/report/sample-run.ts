import { createHash } from 'node:crypto';
import { difference } from '../../../../../shared/parity/exchange';
import {
  countVerdicts,
  type AcceptedDifference,
  type CaseResult,
  type ParityRun,
  type ReportedBody,
  type ReportedResponse,
  type RouteResult,
} from '../../../../../shared/parity/result';

/** Texts that would do something in a page, a terminal, a shell or XML if anybody let them. */
export const HOSTILE = [
  '</script><script>window.injected = 1</script>',
  '<img src=x onerror="window.injected = 2">',
  '<!--<script>',
  '\u2028\u2029 ]]> &lt; \u001b[31mred\u001b[0m \u0007',
  `'; touch /tmp/injected; '$(touch /tmp/injected)\`touch /tmp/injected\``,
].join(' ');

const JSON_TYPE: readonly [string, string] = ['Content-Type', 'application/json; charset=utf-8'];

export function textBody(content: string): ReportedBody {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { length: bytes.length, sha256, encoding: 'text', content, truncated: false };
}

export function answer(
  value: unknown,
  statusCode = 200,
  headers: readonly (readonly [string, string])[] = [],
): ReportedResponse {
  const body = textBody(typeof value === 'string' ? value : JSON.stringify(value));
  return { statusCode, headers: [JSON_TYPE, ...headers], body, ms: 12.4 };
}

const event = (id: number, more: object = {}): object => ({
  id: `65f0000000000000000000${String(id).padStart(2, '0')}`,
  title: `Autumn meeting ${id}`,
  status: 'published',
  tags: ['team', 'autumn'],
  venue: null,
  startsAt: '2026-11-02T18:00:00.000Z',
  capacity: 40 + id,
  ...more,
});
const page = (...events: readonly object[]): object => ({ events, page: 1, limit: 20, total: events.length });

const accepted: AcceptedDifference = {
  ...difference('header x-powered-by', 'missing', 'Express', undefined),
  rule: {
    place: 'test/eventsapp/parity/rules.yml:12',
    kind: 'accepted',
    path: 'header x-powered-by',
    reason: 'nobody reads it',
  },
};

/** A case that is equal unless told otherwise. */
export function caseResult(change: Partial<CaseResult> = {}): CaseResult {
  return {
    name: 'the first page',
    source: 'suite',
    identity: 'organiser',
    verdict: 'equal',
    request: { method: 'GET', path: '/api/events?page=1', headers: [['Cookie', 'eventsapp.sid=[redacted]']] },
    control: answer(page(event(1), event(2))),
    candidate: answer(page(event(1), event(2))),
    answeredBy: 'lambda',
    differences: [],
    accepted: [],
    rules: [],
    ...change,
  };
}

const different = caseResult({
  name: 'a page with a changed type, a missing field and another total',
  verdict: 'different',
  control: answer(page(...Array.from({ length: 14 }, (_, i) => event(i))), 200, [
    ['ETag', 'W/"2a-abc"'],
    ['Set-Cookie', 'eventsapp.sid=[redacted]; Path=/; HttpOnly; SameSite=Lax'],
  ]),
  candidate: answer(
    {
      ...page(...Array.from({ length: 14 }, (_, i) => event(i, i === 9 ? { capacity: '49', venue: undefined } : {}))),
      total: 15,
    },
    200,
    [
      ['ETag', 'W/"2b-xyz"'],
      ['Set-Cookie', 'eventsapp.sid=[redacted]; Path=/; SameSite=Lax'],
    ],
  ),
  differences: [
    difference('header etag', 'value', 'W/"2a-abc"', 'W/"2b-xyz"'),
    difference('cookie eventsapp.sid; httponly', 'missing', '', undefined),
    difference('body $.events[9].venue', 'missing', null, undefined),
    difference('body $.events[9].capacity', 'type', 49, '49'),
    difference('body $.total', 'value', 14, 15),
  ],
  rules: [
    {
      place: 'test/eventsapp/parity/rules.yml:4',
      kind: 'tolerance',
      path: '$.generatedAt',
      reason: 'both sides make it up',
    },
  ],
});

const hostile = caseResult({
  name: `hostile ${HOSTILE}`,
  identity: `member ${HOSTILE}`,
  source: 'generated',
  verdict: 'different',
  request: {
    method: 'POST',
    path: `/api/events?x=${HOSTILE}`,
    headers: [
      ['Authorization', 'Bearer [redacted]'],
      ['X-Note', HOSTILE],
    ],
    body: textBody(`{"title":${JSON.stringify(HOSTILE)}}`),
  },
  control: answer({ [HOSTILE]: HOSTILE, same: 1 }),
  candidate: answer(`<html>${HOSTILE}</html>`, 500),
  differences: [difference('status', 'value', 200, 500), difference('body', 'value', HOSTILE, `other ${HOSTILE}`)],
});

const database = caseResult({
  name: 'creates an event',
  verdict: 'different',
  request: {
    method: 'POST',
    path: '/api/events',
    headers: [
      ['Content-Type', 'application/json'],
      ['Cookie', 'eventsapp.sid=[redacted]'],
    ],
    body: textBody('{"title":"It\'s on"}'),
  },
  control: answer({ event: event(3) }, 201),
  candidate: answer({ event: event(3) }, 201),
  differences: [difference('database notifications inserted', 'missing', '1 documents', '0 documents')],
});

const binary = caseResult({
  name: 'a photo',
  verdict: 'accepted',
  request: { method: 'GET', path: '/api/photos/1', headers: [['X-Api-Key', '[redacted]']] },
  control: {
    ...answer(''),
    headers: [
      ['Content-Type', 'image/png'],
      ['X-Powered-By', 'Express'],
    ],
    body: { ...textBody('png'), encoding: 'base64', content: 'cG5n' },
  },
  candidate: {
    ...answer(''),
    headers: [['content-type', 'image/png']],
    body: { ...textBody('png'), encoding: 'base64', content: 'cG5n' },
  },
  accepted: [accepted],
  rules: [accepted.rule],
});

const skipped: CaseResult = {
  name: 'as an identity that cannot log in',
  source: 'har',
  identity: 'session-3',
  verdict: 'skipped',
  request: { method: 'GET', path: '/api/photos/2', headers: [] },
  differences: [],
  accepted: [],
  rules: [],
  reason: 'no identity for session-3: name one with --as',
};

export function routeResult(route: string, cases: readonly CaseResult[], id?: string): RouteResult {
  return { route, ...(id !== undefined && { id }), counts: countVerdicts(cases), cases };
}

/** A run with something of everything. */
export function sampleRun(change: Partial<ParityRun> = {}): ParityRun {
  const routes = change.routes ?? [
    routeResult(
      'GET /api/events',
      [caseResult(), different, ...Array.from({ length: 40 }, (_, i) => caseResult({ name: `page ${i + 2}` }))],
      'list-events',
    ),
    routeResult('POST /api/events', [database, caseResult({ name: 'without a title' })], 'create-event'),
    routeResult('GET /api/photos/:photoId', [binary, skipped], 'get-photo'),
    routeResult('(no listed route)', [hostile]),
    routeResult('GET /api/metrics/all', [caseResult({ name: 'a week' })], 'all-metrics'),
  ];
  return {
    format: 1,
    startedAt: '2026-11-23T10:00:00.000Z',
    finishedAt: '2026-11-23T10:00:03.240Z',
    control: { name: 'legacy', url: 'http://127.0.0.1:3001' },
    candidate: { name: 'gateway', url: 'http://127.0.0.1:3002/dev' },
    seed: 42,
    totals: countVerdicts(routes.flatMap(({ cases }) => cases)),
    routes,
    notRun: [{ what: 'recorded.har log.entries[3]: POST /api/events', reason: 'its body was not recorded' }],
    ruleFaults: ['test/eventsapp/parity/rules.yml:31 expired on 2026-10-01: remove the rule or renew it'],
    ...change,
  };
}
