import { answerTo, judgeAnswer } from '../../soak/answer';
import type { Outcome } from '../../soak/clients';
import { judge } from '../../soak/judge';

const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  seconds: 1,
  safe: 200,
  failedSafe: new Map(),
  sentAgain: 0,
  unsafe: new Map([
    ['a', 'ok'],
    ['b', '502'],
    ['c', '504'],
  ]),
  latencies: [1, 2, 3],
  sides: [],
  ...changes,
});

describe('the soak’s judgement', () => {
  it('is content with one execution of each success, and one at most of each 502 and 504', () => {
    const figures = judge(
      outcome(),
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    );
    expect(figures).toMatch(
      /none failed; 1 unsafe executed once each, 1 got 502 \(1 executed\), 1 got 504 \(0 executed\)/,
    );
  });

  it.each([
    ['a success that was not executed', outcome(), []],
    ['a success that was executed twice', outcome(), [['a', 2]]],
    [
      'a 502 that was executed twice',
      outcome(),
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      'an execution that nobody asked for',
      outcome(),
      [
        ['a', 1],
        ['d', 1],
      ],
    ],
    ['another failure of an unsafe request', outcome({ unsafe: new Map([['a', 'ECONNRESET']]) }), []],
    ['a safe request that failed', outcome({ failedSafe: new Map([['half an answer', 1]]) }), [['a', 1]]],
    ['a connection of a client that was closed', outcome({ sentAgain: 1 }), [['a', 1]]],
    ['hardly any requests', outcome({ safe: 3 }), [['a', 1]]],
  ] as const)('is not content with %s', (_name, seen, executed) => {
    expect(() => judge(seen, new Map(executed))).toThrow();
  });
});

describe('the right answer', () => {
  const asked = { method: 'GET', path: '/api/events/1-2' };
  const { body } = answerTo('lambda', 'GET', asked.path);
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };

  it('tells who gave it', () => {
    expect(judgeAnswer(asked, { status: 200, headers, body })).toEqual({ by: 'lambda' });
  });

  it.each([
    ['part of the body', { status: 200, headers, body: body.slice(0, -1) }],
    [
      'the answer to another request',
      { status: 200, headers, body: answerTo('lambda', 'GET', '/api/events/1-6').body },
    ],
    ['another status', { status: 203, headers, body }],
    ['another length', { status: 200, headers: { ...headers, 'content-length': '5' }, body }],
    ['no length', { status: 200, headers: { 'content-type': 'application/json' }, body }],
    ['another type', { status: 200, headers: { ...headers, 'content-type': 'text/plain' }, body }],
    ['a failure', { status: 502, headers, body: '{}' }],
  ])('is not %s', (_name, answer) => {
    expect(judgeAnswer(asked, answer).fault).toEqual(expect.any(String));
  });
});
