import { compareValueSteps, MAX_DIFFERENCES, type ValueOptions } from '../../../../shared/parity/compare-values';
import type { Difference } from '../../../../shared/parity/exchange';
import { stableText } from '../../../../shared/parity/pair-elements';
import { runSteps } from '../../../../shared/parity/steps';
import { Unifier } from '../../../../shared/parity/unify';

const compare = (control: unknown, candidate: unknown, options?: ValueOptions): Difference[] =>
  runSteps(compareValueSteps('$', control, candidate, options));
const reported = (control: unknown, candidate: unknown, options?: ValueOptions): string[] =>
  compare(control, candidate, options).map(({ path, kind, control: a, candidate: b }) => {
    return `${path} ${kind}: ${a ?? '-'} | ${b ?? '-'}`;
  });
const count = (length: number) => Array.from({ length }, (_, i) => i);

const NOON = Date.UTC(2026, 10, 23, 12);
const LATER = NOON + 3_600_000;
const moments = { control: { from: NOON, to: NOON + 10 }, candidate: { from: LATER, to: LATER + 10 } };
const idAt = (time: number, n: number) => `${Math.floor(time / 1_000).toString(16)}${String(n).padStart(16, '0')}`;
/** Made up by legacy at noon, and by the candidate an hour later. */
const [a1, a2] = [idAt(NOON, 1), idAt(NOON, 2)];
const [c1, c2] = [idAt(LATER, 1), idAt(LATER, 2)];
const unified = (more: ValueOptions = {}): ValueOptions => ({ unifier: new Unifier({ moments }), ...more });

describe('values', () => {
  it.each([['a'], [1], [null], [true], [{ a: [1, { b: null }] }]])('%j is itself', (value) => {
    expect(reported(value, JSON.parse(JSON.stringify(value)))).toEqual([]);
  });

  it.each<[unknown, unknown, string]>([
    ['a', 'b', '$ value: a | b'],
    [1, 2, '$ value: 1 | 2'],
    [true, false, '$ value: true | false'],
    [1, '1', '$ type: 1 | 1'],
    ['1', 1, '$ type: 1 | 1'],
    [null, {}, '$ type: null | {}'],
    [{}, null, '$ type: {} | null'],
    [[], {}, '$ type: [] | {}'],
  ])('%j is not %j', (control, candidate, expected) => {
    expect(reported(control, candidate)).toEqual([expected]);
    expect(reported(control, candidate, unified())).toEqual([expected]);
  });

  it('are the same where each side made them up, or a rule masks them', () => {
    expect(reported({ id: a1, at: NOON + 5 }, { id: c1, at: LATER + 5 })).toHaveLength(2);
    expect(reported({ id: a1, at: NOON + 5 }, { id: c1, at: LATER + 5 }, unified())).toEqual([]);
    const asked: string[][] = [];
    const isSameMasked = (...given: [string, string, string]) => asked.push(given) > 0;
    expect(reported({ t: 'x-1' }, { t: 'x-2' }, { isSameMasked })).toEqual([]);
    expect(asked).toEqual([['$.t', 'x-1', 'x-2']]);
    expect(reported('a', 'b', { isSameMasked: () => false })).toHaveLength(1);
  });
});

describe('members', () => {
  it('are missing, unexpected, or there in any order', () => {
    expect(reported({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
    expect(reported({ a: 1, b: 2 }, { a: 1 })).toEqual(['$.b missing: 2 | -']);
    expect(reported({ a: 1 }, { a: 1, b: 2 })).toEqual(['$.b unexpected: - | 2']);
    expect(reported({ x: 1 }, { undefined: 1 })).toEqual(['$.x missing: 1 | -', '$.undefined unexpected: - | 1']);
    expect(reported({ 'a b': 1 }, { 'a b': 2 })).toEqual(['$["a b"] value: 1 | 2']);
  });

  it('are told in the order of the control, also under names that each side made up', () => {
    const [control, candidate] = [
      { id: a1, by: { [a1]: 1, z: 1 } },
      { id: c1, by: { z: 2, [c1]: 2 } },
    ];
    expect(reported(control, candidate, unified())).toEqual([`$.by["${a1}"] value: 1 | 2`, '$.by.z value: 1 | 2']);
    // Not bound before.
    expect(reported({ [a1]: 1, [a2]: 2 }, { [c1]: 1, [c2]: 2 }, unified())).toEqual([]);
    expect(reported({ id: a1, by: { [a1]: 1 } }, { id: c1, by: {} }, unified())).toEqual([
      `$.by["${a1}"] missing: 1 | -`,
    ]);
  });

  it('have an order where it counts, and where none is missing or unexpected', () => {
    const keyOrder = { keyOrder: true };
    expect(reported({ a: 1, aa: 2 }, { a: 1, aa: 2 }, keyOrder)).toEqual([]);
    expect(reported({ a: 1, aa: 2 }, { aa: 2, a: 1 }, keyOrder)).toEqual(['$ (order of fields) value: a, aa | aa, a']);
    expect(reported({ a: 1, b: 2 }, { b: 2 }, keyOrder)).toEqual(['$.a missing: 1 | -']);
    expect(reported({ a: 1, b: 2 }, { b: 2, c: 3, a: 1 }, keyOrder)).toEqual(['$.c unexpected: - | 3']);
    expect(reported({ [a1]: 1, b: 2 }, { [c1]: 1, b: 2 }, unified(keyOrder))).toEqual([]);
    expect(reported({ [a1]: 1, b: 2 }, { b: 2, [c1]: 1 }, unified(keyOrder))).toHaveLength(1);
  });
});

describe('lists', () => {
  it('are compared element by element when they are as long', () => {
    expect(reported([1, 2, 3], [1, 3, 2])).toEqual(['$[1] value: 2 | 3', '$[2] value: 3 | 2']);
    // In their order, so that the first use of an id says what it stands for.
    expect(reported([{ id: a1 }, { id: a1, v: 1 }], [{ id: c1 }, { id: c2, v: 2 }], unified())).toEqual([
      `$[1].id value: ${a1} | ${c2}`,
      '$[1].v value: 1 | 2',
    ]);
  });

  it('of other lengths are compared from both ends', () => {
    expect(reported([1, 1], [1])).toEqual(['$[1] missing: 1 | -']);
    expect(reported([0, 1, 2], [1, 2])).toEqual(['$[0] missing: 0 | -']);
    expect(reported([1, 2], [1, 2, 3])).toEqual(['$[2] unexpected: - | 3']);
    expect(reported([{ n: 1 }, { n: 2 }, { n: 3 }], [{ n: 1 }, { n: 3 }])).toEqual(['$[1] missing: {"n":2} | -']);
    expect(reported([1, 2, 3, 4], [1, 9, 4])).toEqual(['$[2] missing: 3 | -', '$[1] value: 2 | 9']);
    expect(reported([{ n: 1, m: 1 }, 2], [{ m: 1, n: 1 }])).toEqual(['$[1] missing: 2 | -']);
  });

  it.each([
    ['front', [{ id: a1 }, 1], [{ id: c1 }], '$.list[1] missing: 1 | -'],
    ['back', [1, { id: a1 }], [{ id: c1 }], '$.list[0] missing: 1 | -'],
  ])('bind ids at the %s that look the same', (_where, control, candidate, missing) => {
    expect(reported({ list: control, ref: a1 }, { list: candidate, ref: c1 }, unified())).toEqual([missing]);
    expect(reported({ list: control, ref: a1 }, { list: candidate, ref: c2 }, unified())).toEqual([
      missing,
      `$.ref value: ${a1} | ${c2}`,
    ]);
  });

  it('name the place of an id that stands for two things', () => {
    const twice = [{ id: c1 }, { id: c2 }];
    expect(reported([{ id: a1 }, { id: a1 }, 1], twice, unified())).toEqual([
      '$[2] missing: 1 | -',
      `$[1].id value: ${a1} | ${c2}`,
    ]);
    expect(reported([1, { id: a1 }, { id: a1 }], twice, unified())).toEqual([
      '$[0] missing: 1 | -',
      `$[2].id value: ${a1} | ${c2}`,
    ]);
  });
});

describe('sets', () => {
  const setAt = (path: string) => (path === '$' ? {} : undefined);
  const set = (control: unknown[], candidate: unknown[], options: ValueOptions = {}) =>
    reported(control, candidate, { setAt, ...options });

  it('have their elements in any order, each as often', () => {
    expect(set([1, 2], [2, 1])).toEqual([]);
    expect(set([1, 1, 2], [1, 2, 1])).toEqual([]);
    expect(set([1, 1], [1, 2])).toEqual(['$[1] value: 1 | 2']);
    expect(set([1], [1, 2])).toEqual(['$[1] unexpected: - | 2']);
    expect(set([2, 1], [1])).toEqual(['$[1] missing: 2 | -']);
    expect(set([null, 'a', { b: 1 }], [{ b: 1 }, null, 'a'])).toEqual([]);
    expect(reported({ list: [1, 2] }, { list: [2, 1] }, { setAt })).toHaveLength(2);
  });

  it('find elements by all that is in them, keys in any order', () => {
    expect(
      set(
        [
          { a: 1, b: 1 },
          { a: 2, b: 2 },
        ],
        [
          { b: 2, a: 2 },
          { b: 1, a: 1 },
        ],
      ),
    ).toEqual([]);
    expect(set([[1], [2]], [[2], [1]])).toEqual([]);
    expect(
      set(
        [
          [1, 12],
          [11, 2],
        ],
        [
          [11, 2],
          [1, 12],
        ],
      ),
    ).toEqual([]);
  });

  it('find elements whatever each side made up in them, and bind it', () => {
    const control = [
      { id: a1, n: 1 },
      { id: a2, n: 2 },
    ];
    const candidate = [
      { id: c2, n: 2 },
      { id: c1, n: 1 },
    ];
    expect(set(control, candidate, unified())).toEqual([]);
    // As elements of one number.
    expect(set(control, candidate)).toHaveLength(2);
  });

  it('meet elements of one key where something else in them differs', () => {
    const control = ['a', 'b', 'c'].map((id, i) => ({ kind: 'x', id, n: i }));
    const candidate = [...control].reverse().map((one) => ({ ...one, n: one.n + 5 }));
    expect(set(control, candidate)).toEqual(['$[0].n value: 0 | 5', '$[1].n value: 1 | 6', '$[2].n value: 2 | 7']);
    expect(set(control, [{ kind: 'x', id: 'c', n: 9 }, 'other', { kind: 'x', id: 'a', n: 7 }])).toEqual([
      '$[0].n value: 0 | 7',
      '$[1].n value: 2 | 9',
      '$[2] type: {"kind":"x","id":"b","n":1} | other',
    ]);
  });

  it('look for elements to a depth of twenty; what is below is compared all the same', () => {
    const at = (depth: number, leaf: number): unknown => (depth === 0 ? { leaf } : [at(depth - 1, leaf)]);
    expect(set([at(18, 1), at(18, 2)], [at(18, 2), at(18, 1)])).toEqual([]);
    expect(set([at(19, 1), at(19, 2)], [at(19, 2), at(19, 1)])).toEqual([]);
    expect(set([at(20, 1), at(20, 2)], [at(20, 2), at(20, 1)])).toHaveLength(2);
    expect(set([at(20, 1)], [at(20, 1)])).toEqual([]);
    const within = (depth: number, leaf: number): unknown => (depth === 0 ? leaf : { of: within(depth - 1, leaf) });
    expect(set([within(20, 1), within(20, 2)], [within(20, 2), within(20, 1)])).toEqual([]);
    expect(set([within(21, 1), within(21, 2)], [within(21, 2), within(21, 1)])).toHaveLength(2);
  });
});

describe('bounds', () => {
  it('at most so many differences are told', () => {
    const members = (from: number) => Object.fromEntries(count(700).map((n) => [`m${n}`, n + from]));
    expect(compare(members(0), members(1))).toHaveLength(MAX_DIFFERENCES);
    expect(compare(members(0), {})).toHaveLength(MAX_DIFFERENCES);
    expect(compare(count(700), [])).toHaveLength(MAX_DIFFERENCES);
    expect(compare(count(MAX_DIFFERENCES), count(MAX_DIFFERENCES).map(String))).toHaveLength(MAX_DIFFERENCES);
  });

  const steps = (control: unknown, candidate: unknown, options?: ValueOptions): number => {
    const run = compareValueSteps('$', control, candidate, options);
    let turns = 0;
    while (run.next().done !== true) turns += 1;
    return turns;
  };

  it('others get a turn every 2,000 values', () => {
    const objects = (length: number) => count(length).map(() => ({}));
    expect(steps(objects(1_000), objects(1_000))).toBe(1);
    expect(steps(objects(4_000), objects(4_000))).toBe(3);
    const lists = (length: number) => count(length).map(() => count(3).map(() => ({})));
    // 1 + 500, then 500 times 4, each with 3 in it.
    expect(steps(lists(500), lists(500))).toBe(1);
  });

  it('what is equal costs no turn', () => {
    expect(steps(count(9_000), count(9_000))).toBe(0);
    const members = Object.fromEntries(count(9_000).map((n) => [`m${n}`, n]));
    expect(steps(members, { ...members })).toBe(0);
  });

  it('members that each side has named anew are met in little time, in turns', () => {
    const moment = { from: Date.UTC(2026, 10, 23, 12), to: Date.UTC(2026, 10, 23, 12) + 50 };
    const unifier = new Unifier({ moments: { control: moment, candidate: moment }, mayCreate: true });
    const second = Math.floor(moment.from / 1_000).toString(16);
    const named = (side: number) =>
      Object.fromEntries(count(5_000).map((n) => [`${second}${side}${n.toString(16).padStart(15, '0')}`, n]));
    const begun = process.cpuUsage();
    expect(steps(named(1), named(2), { unifier })).toBeGreaterThan(80);
    expect(compare(named(1), named(2), { unifier })).toEqual([]);
    expect(compare(named(1), named(3), { unifier }).length).toBeGreaterThan(400);
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(10);
  });

  it('others get a turn while it is looked for what a list is sorted by', () => {
    const sorted = (last: number) => [...count(1_000).map((n) => ({ n })), { n: last }];
    const options = { setAt: () => ({ by: 'n' }) };
    expect(steps(sorted(1), sorted(1), options)).toBeGreaterThan(30);
    expect(compare(sorted(1), sorted(2), options).map(({ path }) => path)).toContain('$ (order by n)');
  });

  it('what is put into words to meet another is no longer than is needed', () => {
    const large = (name: string) => ({ name, all: count(30_000) });
    const begun = process.cpuUsage();
    expect(compare([large('a'), large('b')], [large('b'), large('a')], { setAt: () => ({}) })).toEqual([]);
    expect(stableText(large('a')).length).toBeLessThan(100_000);
    expect(stableText({ text: 'x'.repeat(1e6) }).length).toBeLessThan(11_000);
    expect(stableText(Object.fromEntries(count(20_000).map((n) => [n, n])))).toBe('{20000}');
    expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(5);
  });

  it('others get a turn every 100 elements while lists are put in order', () => {
    expect(steps(count(1_000), count(1_001))).toBe(10);
    expect(steps(count(1_000), [-1, ...count(1_000)])).toBe(10);
    expect(steps(count(1_000), count(1_000).reverse(), { setAt: () => ({}) })).toBe(20);
  });
});
