import fc from 'fast-check';
import { frozenBy, parseWindow } from '../../../../proxy/route-table/freeze';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { ConfigError } from '../../../../shared/errors';

const OPTIONS = { file: 'routes.yml', lambdaAvailable: true };
const fileWith = (route: string, common = ''): string =>
  `${common}\nroutes: [{ id: a, match: GET /a, stage: canary, ${route} }]`;
const routeOf = (...text: Parameters<typeof fileWith>) => parseRouteTable(fileWith(...text), OPTIONS).routes[0];

function faultsOf(...text: Parameters<typeof fileWith>): readonly string[] {
  try {
    parseRouteTable(fileWith(...text), OPTIONS);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('canary of a route', () => {
  it('climbs to 100 % in four steps of half an hour, unless it says otherwise', () => {
    expect(routeOf('canary: {}')).toMatchObject({
      percent: 100,
      climb: { steps: [1, 5, 25, 100], every: 1_800_000, freeze: [], timeZone: 'UTC', gate: undefined },
    });
    expect(routeOf('canary: { steps: [2, 50], every: 90s }')).toMatchObject({
      percent: 50,
      climb: { steps: [2, 50], every: 90_000 },
    });
  });

  it('goes no further than `percent`, the ceiling', () => {
    expect(routeOf('percent: 10, canary: {}')).toMatchObject({ percent: 10, climb: { steps: [1, 5, 10] } });
    expect(routeOf('percent: 50, canary: { steps: [5, 20] }')).toMatchObject({ percent: 20 });
  });

  it("adds to the file's, which alone lets no route climb", () => {
    const common = "canary: { every: 1h, freeze: ['Fri 16:00 - Mon 08:00'], timeZone: Europe/Berlin }";
    expect(routeOf('canary: { steps: [10] }', common)?.climb).toMatchObject({
      steps: [10],
      every: 3_600_000,
      freeze: [{ text: 'Fri 16:00 - Mon 08:00' }],
      timeZone: 'Europe/Berlin',
    });
    expect(routeOf('percent: 5', common)).toMatchObject({ percent: 5, climb: undefined });
  });

  it.each(['http://127.0.0.2:9/x', 'http://localhost', 'http://[::1]:9'])('may be asked for at %s', (gate) =>
    expect(routeOf(`canary: { gate: '${gate}' }`)?.climb?.gate).toBe(gate),
  );

  it.each([
    ['canary: { steps: [5, 1] }', /canary.steps: .*expected rising shares/],
    ['canary: { steps: [0] }', /canary.steps\[0\]: found 0; expected a share in percent/],
    ['canary: { every: 30 minutes }', /canary.every: found "30 minutes"; expected a time such as/],
    ['canary: { freeze: Fri - Mon }', /canary.freeze: found "Fri - Mon"; expected days and times such as/],
    ["canary: { freeze: 'Fri 16:00 - Fri 16:00' }", /expected days and times/],
    ['canary: { timeZone: Europe/Nowhere }', /canary.timeZone: .*expected a time zone such as/],
    ["canary: { gate: 'http://change.example.com' }", /canary.gate: .*expected an https URL/],
    ["canary: { gate: 'http://[::2]/' }", /expected an https URL/],
    ["canary: { gate: 'https://ann:secret@change.example.com' }", /expected an https URL/],
    ['canary: {}, guard: false', /`canary` needs the guard/],
  ])('refuses %s', (text, fault) => {
    expect(faultsOf(text)).toEqual([expect.stringMatching(fault)]);
  });
});

describe('a frozen window', () => {
  const weekend = parseWindow('Fri 16:00 - Mon 08:00');
  const isFrozen = (at: string, timeZone = 'UTC'): boolean =>
    frozenBy(weekend === undefined ? [] : [weekend], timeZone, new Date(at)) !== undefined;

  // 2026-11-27 is a Friday.
  it.each([
    ['2026-11-27T15:59:59Z', false],
    ['2026-11-27T16:00:00Z', true],
    ['2026-11-29T00:00:00Z', true],
    ['2026-11-30T07:59:00Z', true],
    ['2026-11-30T08:00:00Z', false],
  ])('is over the end of the week: %s %s', (at, frozen) => {
    expect(isFrozen(at)).toBe(frozen);
  });

  it('goes by the clocks of its time zone, summer time included', () => {
    expect(isFrozen('2026-11-27T15:00:00Z', 'Europe/Berlin')).toBe(true);
    expect(isFrozen('2026-07-31T14:00:00Z', 'Europe/Berlin')).toBe(true);
    expect(isFrozen('2026-07-31T13:59:00Z', 'Europe/Berlin')).toBe(false);
  });

  it('and its reverse are each week, and never both', () => {
    const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
    const time = fc
      .record({ day: fc.constantFrom(...days), hour: fc.nat(23), minute: fc.nat(59) })
      .map(({ day, hour, minute }) => `${day} ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(time, time, moment, (from, to, at) => {
        fc.pre(from !== to);
        const found = [`${from} - ${to}`, `${to} - ${from}`].flatMap((text) => parseWindow(text) ?? []);
        expect(found.filter((window) => frozenBy([window], 'UTC', at) !== undefined)).toHaveLength(1);
      }),
    );
  });
});
