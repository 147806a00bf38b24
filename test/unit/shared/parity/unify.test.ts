import fc from 'fast-check';
import { compareExchange } from '../../../../shared/parity/compare';
import { compareChanges, type Change } from '../../../../shared/parity/database-effects';
import type { Difference, ObservedResponse } from '../../../../shared/parity/exchange';
import { Renaming } from '../../../../shared/parity/renaming';
import { Unifier, type UnificationOptions } from '../../../../shared/parity/unify';
import { weakETag } from '../../../../shared/weak-etag';

const NOW = Date.UTC(2026, 10, 23, 12);
/** The candidate is asked when the control has answered. */
const MOMENTS = { control: { from: NOW, to: NOW + 40 }, candidate: { from: NOW + 41, to: NOW + 70 } };
const KNOWN = '5eede0e00000000000000001';
const made = (number: number): string => `${Math.floor(NOW / 1_000).toString(16)}${String(number).padStart(16, '0')}`;
const iso = (time: number): string => new Date(time).toISOString();

function created(body: object, { location = '', etag }: { location?: string; etag?: string } = {}): ObservedResponse {
  const text = JSON.stringify(body);
  const headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['ETag', etag ?? weakETag(text)],
    ['Content-Length', String(Buffer.byteLength(text))],
    ['Location', location],
  ];
  return { statusCode: 201, headers, body: Buffer.from(text) };
}

const compare = (a: ObservedResponse, b: ObservedResponse, options: UnificationOptions = {}): readonly Difference[] =>
  compareExchange(a, b, { method: 'POST', moments: MOMENTS, isKnown: (id) => id === KNOWN, ...options }).differences;

describe('what each side makes up', () => {
  it('is the same where one new id stands for one, in body and headers', () => {
    const a = created({ id: made(1), by: KNOWN, at: iso(NOW + 5) }, { location: `/events/${made(1)}` });
    const b = created({ id: made(2), by: KNOWN, at: iso(NOW + 60) }, { location: `/events/${made(2)}` });
    expect(compare(a, b)).toEqual([]);
  });

  it.each<[string, object, object]>([
    ['another known id', { id: KNOWN }, { id: '5eede0e00000000000000002' }],
    ['a new id for a known one', { id: KNOWN }, { id: made(1) }],
    ['one id for two', { a: made(1), b: made(2) }, { a: made(3), b: made(3) }],
    ['two ids for one', { a: made(1), b: made(1) }, { a: made(3), b: made(4) }],
    ['an id in another form', { id: made(1) }, { id: made(2).toUpperCase() }],
    ['a time that is not now', { at: iso(NOW) }, { at: iso(NOW - 60_000) }],
    ['a time in another form', { at: iso(NOW) }, { at: iso(NOW).replace('.000Z', 'Z') }],
    ['a time as a number', { at: iso(NOW) }, { at: NOW }],
    ['a stored time cut to seconds', { at: '2026-01-01T10:00:00.500Z' }, { at: '2026-01-01T10:00:00.000Z' }],
    ['a number that is no time', { n: 1 }, { n: 2 }],
  ])('is not: %s', (_name, a, b) => {
    expect(compare(created(a), created(b))).not.toEqual([]);
  });

  it('is told when an id is renamed at one place and not at another', () => {
    const [a, b] = [created({ id: made(1) }, { location: made(1) }), created({ id: made(2) }, { location: made(1) })];
    expect(compare(a, b).map(({ path }) => path)).toContain(`id ${made(1)}`);
  });

  it('may be as far from now as the other side is: a cookie that lives fourteen days', () => {
    const days = 14 * 86_400_000;
    const expires = (time: number): ObservedResponse => ({
      ...created({}),
      headers: [['Set-Cookie', `sid=1; Expires=${new Date(time).toUTCString()}`]],
    });
    expect(compare(expires(NOW + days), expires(NOW + days + 1_000))).toEqual([]);
    expect(compare(expires(NOW + days), expires(NOW + days + 60_000))).toHaveLength(1);
  });

  it('is a time of an earlier request of the sequence, near each other on both sides', () => {
    const later = {
      control: { from: NOW + 60_000, to: NOW + 60_010 },
      candidate: { from: NOW + 60_011, to: NOW + 60_020 },
    };
    const at = (a: number, b: number, renaming: Renaming) =>
      compare(created({ at: iso(NOW + a) }), created({ at: iso(NOW + b) }), { renaming, moments: later });
    const renaming = new Renaming();
    expect(compare(created({}), created({}), { renaming })).toEqual([]);
    expect(at(5, 900, renaming)).toEqual([]);
    expect(at(5, 30_000, renaming)).not.toEqual([]);
    expect(at(-60_000, -59_100, renaming)).not.toEqual([]);
    expect(at(5, 900, new Renaming())).not.toEqual([]);
  });

  it('is a time up to the tolerance, and one not even a millisecond beyond it', () => {
    const same = (a: number, b: number, options: UnificationOptions) => new Unifier(options).isSameText(iso(a), iso(b));
    // Without moments the two are compared with one another; a time is as exact as it is spelt.
    expect(same(NOW, NOW + 2_001, {})).toBe(true);
    expect(same(NOW + 2_001, NOW, {})).toBe(true);
    expect(same(NOW, NOW + 2_002, {})).toBe(false);
    expect(same(NOW, NOW + 101, { timeTolerance: 100 })).toBe(true);
    expect(same(NOW, NOW + 102, { timeTolerance: 100 })).toBe(false);
    // With moments each is compared with its own request.
    const near = { moments: MOMENTS, mayBeOffset: false };
    const { control, candidate } = MOMENTS;
    for (const [a, b, expected] of [
      [control.from - 2_001, candidate.from - 2_001, true],
      [control.from - 2_002, candidate.from, false],
      [control.from, candidate.from - 2_002, false],
      [control.to + 2_000, candidate.to + 2_000, true],
      [control.to + 2_001, candidate.to, false],
      [control.to, candidate.to + 2_001, false],
    ] as const)
      expect([a - NOW, b - NOW, same(a, b, near)]).toEqual([a - NOW, b - NOW, expected]);
    // At the same distance: apart by as much as the requests were.
    const day = 86_400_000;
    for (const [apart, expected] of [
      [candidate.from - control.to - 1, true],
      [candidate.from - control.to - 2, false],
      [candidate.to - control.from + 1, true],
      [candidate.to - control.from + 2, false],
    ] as const)
      expect([apart, same(NOW + day, NOW + day + apart, { moments: MOMENTS })]).toEqual([apart, expected]);
  });

  it('keeps its names across a sequence, also for requests', () => {
    const renaming = new Renaming();
    expect(compare(created({ id: made(1) }), created({ id: made(2) }), { renaming })).toEqual([]);
    expect(renaming.forCandidate(`/events/${made(1)}`)).toBe(`/events/${made(2)}`);
    expect(compare(created({ of: made(1) }), created({ of: made(2) }), { renaming })).toEqual([]);
    expect(compare(created({ of: made(1) }), created({ of: made(9) }), { renaming })).toHaveLength(1);
  });

  it('takes a session for a session, encoded or not, when the request may have begun one', () => {
    const token = (letter: string): string => `s:${letter.repeat(32)}.${letter.repeat(42)}+`;
    const login = (letter: string): ObservedResponse => ({
      ...created({ token: token(letter) }),
      headers: [
        ['Content-Type', 'application/json'],
        ['Set-Cookie', `sid=${encodeURIComponent(token(letter))}; Path=/`],
      ],
    });
    expect(compare(login('a'), login('b'), { mayCreate: true })).toEqual([]);
    expect(compare(login('a'), login('b'), { mayCreate: false })).not.toEqual([]);
    const renaming = new Renaming();
    compare(login('a'), login('b'), { mayCreate: true, renaming });
    expect(renaming.forCandidate(`sid=${encodeURIComponent(token('a'))}`)).toBe(
      `sid=${encodeURIComponent(token('b'))}`,
    );
  });

  it('is the same in documents: ids, references, times, and texts that hold them', () => {
    const change = (id: string, time: number): Change => ({
      collection: 'notifications',
      kind: 'inserted',
      id,
      before: undefined,
      after: {
        _id: { $oid: id },
        payload: JSON.stringify({ eventId: id }),
        at: { $date: { $numberLong: String(time) } },
      },
    });
    const unifier = () => new Unifier({ moments: MOMENTS });
    const [one, two] = [change(made(1), NOW + 1), change(made(2), NOW + 50)];
    expect(compareChanges([one], [two], unifier())).toEqual([]);
    expect(compareChanges([one], [change(made(2), NOW - 60_000)], unifier())).toHaveLength(1);
    expect(compareChanges([one, change(made(3), NOW)], [change(made(4), NOW), two], unifier())).toEqual([]);
  });

  it('never lets two different texts pass that hold neither ids nor times', () => {
    const unifier = new Unifier({ moments: MOMENTS, mayCreate: true });
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (a, b) => {
        expect(unifier.isSameText(a, b)).toBe(a === b);
      }),
    );
  });
});
