import { decideClimb, type ClimbFacts } from '../../../../proxy/climb/decide';
import { NO_OVERRIDES, type Step } from '../../../../proxy/overrides/state';
import { climbOf } from '../../../../proxy/route-table/canary-settings';
import { guardSettings } from '../../../../proxy/route-table/guard-settings';

const BEGUN = new Date('2026-11-25T10:00:00Z');
const HALF_AN_HOUR = 1_800_000;
const DUE = new Date(BEGUN.getTime() + HALF_AN_HOUR);
const ENTRY = { by: 'ann', why: 'errors', since: BEGUN };
const GOOD = { obstacles: [], answers: { answered: 120, failed: 0 } };

const routeWith = (canary: Parameters<typeof climbOf>[0] = {}, ceiling?: number): ClimbFacts['route'] => ({
  id: 'a',
  climb: climbOf(canary, ceiling),
  guard: guardSettings(),
});
const at = (percent: number, more: Partial<Step> = {}): ClimbFacts['state'] => ({
  ...NO_OVERRIDES,
  steps: new Map([
    ['a', { percent, changes: 1, since: BEGUN, before: { answered: 100, failed: 0 }, waits: undefined, ...more }],
  ]),
});
const decide = (facts: Partial<ClimbFacts> = {}) =>
  decideClimb({ route: routeWith(), state: at(5), disagreement: undefined, now: DUE, ...facts });

it('begins at its first step, without waiting and without new evidence', () => {
  expect(decide({ state: NO_OVERRIDES, now: BEGUN })).toEqual({ kind: 'step', to: 1, why: 'the first step' });
  expect(decide({ state: at(0), now: BEGUN })).toMatchObject({ kind: 'step', to: 1 });
});

it('lets a step last', () => {
  expect(decide({ now: new Date(DUE.getTime() - 1), evidence: GOOD })).toEqual({ kind: 'rest' });
  // The server's clock was set back.
  expect(decide({ now: new Date(0), evidence: GOOD })).toEqual({ kind: 'rest' });
});

it('then asks for the evidence, and goes on with it', () => {
  expect(decide()).toEqual({ kind: 'ask', what: 'evidence', to: 25 });
  expect(decide({ evidence: GOOD })).toMatchObject({ kind: 'step', to: 25 });
});

it('holds with everything that promote would refuse', () => {
  const obstacles = ['too few clients', 'no suite'].map((text) => ({ kind: 'clients', text, remedy: 'wait' }) as const);
  expect(decide({ evidence: { ...GOOD, obstacles } })).toEqual({
    kind: 'hold',
    why: 'too few clients; no suite',
  });
});

it('takes silence on a step for no evidence', () => {
  expect(decide({ evidence: { ...GOOD, answers: { answered: 119, failed: 0 } } })).toEqual({
    kind: 'hold',
    why: 'Lambda has answered 19 of the 20 requests required at 5 %',
  });
});

it('holds when Lambda fails too much on the step, whatever it did before', () => {
  const state = at(5, { before: { answered: 100_000, failed: 0 } });
  expect(decide({ state, evidence: { ...GOOD, answers: { answered: 100_050, failed: 3 } } })).toEqual({
    kind: 'hold',
    why: expect.stringContaining('at 5 % Lambda failed 3 of 53 requests, or legacy had to answer') as unknown,
  });
  expect(decide({ state, evidence: { ...GOOD, answers: { answered: 100_100, failed: 3 } } })).toMatchObject({
    kind: 'step',
  });
});

it('counts anew with new builds', () => {
  const state = at(5, { before: { answered: 500, failed: 9 } });
  expect(decide({ state, evidence: { ...GOOD, answers: { answered: 20, failed: 0 } } })).toMatchObject({
    kind: 'step',
  });
});

it('counts all answers of other builds, and their failures', () => {
  const state = at(5, { before: { answered: 400, failed: 18, builds: 'v1' } });
  const bad = { answered: 100, failed: 18, builds: 'v2' };
  expect(decide({ state, evidence: { ...GOOD, answers: bad } })).toMatchObject({
    kind: 'hold',
    why: expect.stringContaining('Lambda failed 18 of 118 requests') as unknown,
  });
  const good = { answered: 410, failed: 18, builds: 'v2' };
  expect(decide({ state, evidence: { ...GOOD, answers: good } })).toMatchObject({ kind: 'step' });
  expect(decide({ state, evidence: { ...GOOD, answers: { ...good, builds: 'v1' } } })).toMatchObject({ kind: 'hold' });
});

it('goes nowhere while it is rolled back, or all routes are', () => {
  const lowered = new Map([['a', { ...ENTRY, kind: 'guard' as const }]]);
  expect(decide({ state: { ...at(5), lowered }, evidence: GOOD })).toEqual({ kind: 'returned' });
  const killed = { ...at(5), killSwitch: ENTRY };
  expect(decide({ state: killed, now: BEGUN, evidence: GOOD })).toEqual({ kind: 'rest' });
  // The step is to last as long again once it is off.
  expect(decide({ state: killed, evidence: GOOD })).toEqual({ kind: 'again' });
  expect(decide({ state: { ...NO_OVERRIDES, killSwitch: ENTRY } })).toEqual({ kind: 'rest' });
});

it('has arrived at the ceiling of the file, and comes down with it', () => {
  expect(decide({ state: at(100) })).toEqual({ kind: 'rest' });
  expect(decide({ route: routeWith({}, 10), state: at(10) })).toEqual({ kind: 'rest' });
  expect(decide({ route: routeWith({}, 10), state: at(25), now: BEGUN })).toMatchObject({ kind: 'step', to: 10 });
});

it('goes on where it stands when the file has other steps', () => {
  expect(decide({ route: routeWith({ steps: [2, 6, 50] }), evidence: GOOD })).toMatchObject({ kind: 'step', to: 6 });
});

it('holds in a frozen window, also before its first step', () => {
  // A Wednesday.
  const route = routeWith({ freeze: 'Wed 09:00 - Wed 18:00', timeZone: 'UTC' });
  const frozen = { kind: 'hold', why: 'frozen: Wed 09:00 - Wed 18:00 (UTC)' };
  expect(decide({ route, evidence: GOOD })).toEqual(frozen);
  expect(decide({ route, state: NO_OVERRIDES })).toEqual(frozen);
});

it('holds while the proxies differ', () => {
  expect(decide({ disagreement: 'different tables', evidence: GOOD })).toEqual({
    kind: 'hold',
    why: 'different tables',
  });
});

it('asks its gate last, before the first step too', () => {
  const route = routeWith({ gate: 'https://change.example.com' });
  expect(decide({ route })).toMatchObject({ kind: 'ask', what: 'evidence' });
  expect(decide({ route, evidence: GOOD })).toEqual({ kind: 'ask', what: 'gate', to: 25 });
  expect(decide({ route, state: NO_OVERRIDES })).toEqual({ kind: 'ask', what: 'gate', to: 1 });
  const gate = { isOpen: false, why: 'not before Monday' } as const;
  expect(decide({ route, evidence: GOOD, gate })).toEqual({ kind: 'hold', why: 'not before Monday' });
  expect(decide({ route, evidence: GOOD, gate: { isOpen: true } })).toMatchObject({ kind: 'step', to: 25 });
});
