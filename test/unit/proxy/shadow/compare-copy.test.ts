import { Connection } from '../../../../proxy/http1/connection';
import type { ExchangeHandler } from '../../../../proxy/http1/exchange';
import type { Upstream } from '../../../../proxy/forward/upstream';
import { DEFAULT_RULES } from '../../../../proxy/ledger/promotion-rules';
import { compareCopy, type Copy } from '../../../../proxy/shadow/compare-copy';
import type { TimedAnswer } from '../../../../proxy/shadow/legacy-answer';
import { shareBound } from '../../../../proxy/statistics/share-bound';
import type { Rule } from '../../../../shared/parity/rules';
import { clientOf } from '../../../support/client';
import { lambdaSide } from '../../../support/lambda-side';
import { routeWith } from '../../../support/route';

interface Answer {
  readonly headers?: readonly string[];
  readonly body: string | Buffer;
}

const JSON_TYPE = ['Content-Type', 'application/json'];
const json = (value: unknown): Answer => ({ headers: JSON_TYPE, body: JSON.stringify(value) });

/** An upstream that answers at once, in the same turn of the event loop. */
function answering(name: Upstream['name'], answer: () => Answer): Upstream {
  return {
    name,
    close: () => undefined,
    load: () => {
      throw new Error('nobody asks');
    },
    send(_request, handler: ExchangeHandler) {
      const { headers = [], body } = answer();
      handler.onHead({
        statusCode: 200,
        statusMessage: 'OK',
        headers: [...headers],
        framing: 'chunked',
        isEventStream: false,
        idleTime: 0,
      });
      handler.onData(Buffer.from(body));
      handler.onEnd([]);
      return Object.create(Connection.prototype) as Connection;
    },
  };
}

/** Legacy answered the client some ms ago. */
function answered({ headers = [], body }: Answer, ago = 20): TimedAnswer {
  const lines = Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i], headers[2 * i + 1]].map(String));
  const now = Date.now();
  return {
    response: {
      statusCode: 200,
      headers: lines.map(([name = '', value = '']) => [name, value] as const),
      body: Buffer.from(body),
    },
    moment: { from: now - ago - 10, to: now - ago },
  };
}

function copyOf(given: Partial<Copy> = {}): Copy {
  const settings = { sample: 1, maxBodyBytes: 8_000_000 };
  const request = { method: 'GET', path: '/api/events', headers: ['Host', 'a'] };
  return {
    route: routeWith({ id: 'list', path: '/api/events', stage: 'shadow', shadow: settings }),
    settings,
    about: { identity: 'anonymous', queryForm: '' },
    client: clientOf(0),
    toLegacy: request,
    toLambda: () => request,
    withoutBody: false,
    ...given,
  };
}

interface Sides {
  /** What legacy answered the client. */
  readonly first: TimedAnswer;
  readonly legacy: () => Answer;
  readonly lambda: () => Answer;
  readonly rules?: readonly Rule[];
  readonly copy?: Copy;
}

async function compare(sides: Sides): Promise<unknown> {
  const found = await differencesOf(sides);
  if (typeof found === 'string') return found;
  return 'noise' in found ? 'noise' : found.map(({ path }) => path);
}

async function differencesOf({ first, legacy, lambda, rules = [], copy = copyOf() }: Sides) {
  const upstream = answering('lambda', lambda);
  return compareCopy(copy, first, {
    legacy: answering('legacy', legacy),
    lambda: lambdaSide(upstream, new URL('http://gateway.example')),
    rules,
    timeout: 5_000,
  });
}

describe('times of two live answers', () => {
  const iso = (time: number): string => new Date(time).toISOString();
  const http = (time: number): string => new Date(time).toUTCString();
  const long = Date.parse('2020-01-01T10:00:00Z');

  it.each([1, 15, 2_000])(
    'count as data when they are not those of the requests, if only %d ms apart',
    async (apart) => {
      const legacy = (): Answer => json({ startsAt: iso(long) });
      const lambda = (): Answer => json({ startsAt: iso(long + apart) });
      expect(await compare({ first: answered(legacy()), legacy, lambda })).toEqual(['body $.startsAt']);
    },
  );

  it.each([
    ['codes of 13 digits', json({ code: '1600000000128' }), json({ code: '1600000001125' }), 'body $.code'],
    ['numbers of 13 digits', json({ n: 1_600_000_000_000 }), json({ n: 1_600_000_001_999 }), 'body $.n'],
    [
      'Last-Modified',
      { headers: ['Last-Modified', http(long)], body: 'a' },
      { headers: ['Last-Modified', http(long + 2_000)], body: 'a' },
      'header last-modified',
    ],
  ])('count as data: %s', async (_name, legacy, lambda, path) => {
    expect(await compare({ first: answered(legacy), legacy: () => legacy, lambda: () => lambda })).toEqual([path]);
  });

  it.each([
    ['a body', (now: number): Answer => json({ generatedAt: iso(now) })],
    ['numbers', (now: number): Answer => json({ generatedAt: now })],
    [
      'a rolling cookie',
      (now: number): Answer => ({
        headers: ['Set-Cookie', `sid=1; Expires=${http(now + 14 * 86_400_000)}`],
        body: 'a',
      }),
    ],
    ['Expires', (now: number): Answer => ({ headers: ['Expires', http(now + 3_600_000)], body: 'a' })],
  ])('may be those of the requests, however far apart these were: %s', async (_name, answer) => {
    const ago = 5_000;
    const first = answered(answer(Date.now() - ago), ago);
    expect(await compare({ first, legacy: () => answer(Date.now()), lambda: () => answer(Date.now()) })).toEqual([]);
  });

  it('must be those of the requests on both sides', async () => {
    const legacy = (): Answer => json({ generatedAt: iso(Date.now()) });
    const lambda = (): Answer => json({ generatedAt: iso(long) });
    // Legacy's own time moves from answer to answer, so nothing can be said of it.
    expect(await compare({ first: answered(legacy()), legacy, lambda })).not.toEqual([]);
  });

  it('are data when the request itself names them', async () => {
    const now = Date.now();
    const request = { method: 'GET', path: `/api/events?from=${iso(now)}`, headers: ['Host', 'a'] };
    const copy = copyOf({ toLegacy: request, toLambda: () => request });
    const legacy = (): Answer => json({ from: iso(now) });
    const lambda = (): Answer => json({ from: iso(now - 5) });
    expect(await compare({ first: answered(legacy()), legacy, lambda, copy })).toEqual(['body $.from']);
  });
});

describe('what legacy does not repeat itself', () => {
  /** A counter that both sides raise, and what else each says. */
  function counting(legacy: object, lambda: object): Sides {
    let views = 0;
    const answer = (more: object): Answer => json({ title: 'x', views: (views += 1), ...more });
    return { first: answered(answer(legacy)), legacy: () => answer(legacy), lambda: () => answer(lambda) };
  }

  it('does not count', async () => {
    expect(await compare(counting({}, {}))).toBe('noise');
  });

  it('hides nothing else', async () => {
    expect(await compare(counting({ venue: 'a' }, { venue: 'b' }))).toEqual(['body $.venue']);
  });

  it('does not count below it either, and does count where only the name begins alike', async () => {
    let asked = 0;
    const legacy = (): Answer => json({ meta: (asked += 1) === 1 ? { a: 1 } : [asked], metaphor: 1 });
    const first = answered(legacy());
    expect(await compare({ first, legacy, lambda: () => json({ meta: { a: 2 }, metaphor: 2 }) })).toEqual([
      'body $.metaphor',
    ]);
  });

  it('is all of a body that differs in more places than are told', async () => {
    let asked = 0;
    const list = (more: number): Answer => {
      asked += 1;
      return json(Array.from({ length: 700 }, (_, i) => (i < 600 + asked * more ? asked * 1_000 + i : 'x')));
    };
    expect(await compare({ first: answered(list(0)), legacy: () => list(0), lambda: () => list(1) })).toBe('noise');
  });
});

describe('what Lambda does not repeat', () => {
  it('counts, and is marked', async () => {
    let asked = 0;
    const legacy = (): Answer => json({ owner: 'a', title: 'x' });
    const lambda = (): Answer => json({ owner: (asked += 1) === 1 ? 'b' : 'a', title: 'y' });
    expect(await differencesOf({ first: answered(legacy()), legacy, lambda })).toMatchObject([
      { path: 'body $.owner', intermittent: true },
      { path: 'body $.title' },
    ]);
  });

  it('counts also when it is only in the second answer', async () => {
    let asked = 0;
    const legacy = (): Answer => json({ owner: 'a', title: 'x' });
    const lambda = (): Answer => json({ owner: (asked += 1) === 2 ? 'b' : 'a', title: 'y' });
    expect(await compare({ first: answered(legacy()), legacy, lambda })).toEqual(['body $.title', 'body $.owner']);
  });

  it('is seen as often as it happens: another tenant’s data in 5 % of the answers cannot be promoted', async () => {
    // 48271: Park and Miller's generator, so that the test is the same each time.
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const legacy = (): Answer => json({ account: 'own' });
    const lambda = (): Answer => json({ account: random() < 0.05 ? 'another tenant' : 'own' });
    const counts = { count: 0, different: 0 };
    for (let i = 0; i < 2_000; i += 1) {
      const found = await compare({ first: answered(legacy()), legacy, lambda });
      if (typeof found === 'string') continue;
      counts.count += 1;
      if (Array.isArray(found) && found.length > 0) counts.different += 1;
    }
    expect(counts.count).toBe(2_000);
    const rate = counts.different / counts.count;
    expect([rate > 0.035, rate < 0.065]).toEqual([true, true]);
    expect(shareBound(counts.different, counts.count)).toBeGreaterThan(DEFAULT_RULES.maxMismatchRate);
  });
});

describe('parity rules', () => {
  const rule: Rule = {
    route: 'GET /api/events',
    path: '$.a',
    kind: 'ignore',
    reason: 'nobody reads it',
    owner: 'somebody',
    expires: '9999-12-31',
    place: 'rules.yml:1',
  };
  const differing = (rules: readonly Rule[], copy = copyOf()): Promise<unknown> => {
    const legacy = (): Answer => json({ a: 1, b: 1 });
    return compare({ first: answered(legacy()), legacy, lambda: () => json({ a: 2, b: 1 }), rules, copy });
  };

  it('forgive live what they forgive in the suites', async () => {
    expect(await differing([])).toEqual(['body $.a']);
    for (const route of ['GET /api/events', 'list', '*']) expect(await differing([{ ...rule, route }])).toEqual([]);
    expect(await differing([{ ...rule, kind: 'accepted' }])).toEqual([]);
  });

  it('do not when they are of another route, of a day that has passed, or about somebody else', async () => {
    expect(await differing([{ ...rule, route: 'other' }])).toEqual(['body $.a']);
    expect(await differing([{ ...rule, expires: '2020-01-01' }])).toEqual(['body $.a']);
    expect(await differing([{ ...rule, when: { identity: 'member' } }])).toEqual(['body $.a']);
    expect(await differing([{ ...rule, when: { header: 'authorization' } }])).toEqual(['body $.a']);
  });

  it('see whether nobody asked, and what headers the request has', async () => {
    expect(await differing([{ ...rule, when: { identity: 'anonymous', header: 'host' } }])).toEqual([]);
    const copy = copyOf({ about: { identity: 'session', queryForm: '' } });
    expect(await differing([{ ...rule, when: { identity: 'anonymous' } }], copy)).toEqual(['body $.a']);
  });
});

it('gives others their turn while it compares large answers', async () => {
  const list = Array.from({ length: 30_000 }, (_, i) => ({ title: `event ${i}`, price: i * 1.5, tags: ['a', 'b'] }));
  const a = json(list);
  // The same with other white space: every value has to be looked at.
  const b: Answer = { ...a, body: `${String(a.body)} ` };
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  const first = answered(a);
  setImmediate(count);
  expect(await compare({ first, legacy: () => a, lambda: () => b })).toEqual([]);
  isOver = true;
  // Nothing else waits for the event loop here: the answers are there at once.
  expect(turns).toBeGreaterThan(1);
});
