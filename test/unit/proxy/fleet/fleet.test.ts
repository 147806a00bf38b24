import { describeProxies, describeTables } from '../../../../proxy/cli/status/describe-proxies';
import { EXPECTED } from '../../../../proxy/fleet/acknowledge';
import { describeFleet, judgeFleet, SILENT, watchFleet } from '../../../../proxy/fleet/fleet';
import type { SeenProxy } from '../../../../proxy/fleet/heartbeat';

const proxy = (name: string, other: Partial<SeenProxy> = {}): SeenProxy => ({
  ...{ _id: name, name, host: 'host', port: 8080, version: '1.0.0', uptime: 1, revision: 7, age: 1_000 },
  ...{ routes: 'aaaa', builds: { legacy: 'l', lambda: 'm' } },
  ...other,
});
const differing = (...proxies: readonly SeenProxy[]) =>
  judgeFleet(proxies, 7).proxies.map(({ name, differs }) => [name, ...differs].join(' '));

describe('a fleet', () => {
  it('agrees while all have the same', () => {
    const fleet = judgeFleet([proxy('web-1'), proxy('web-2', { revision: 8 })], 7);
    expect(fleet).toMatchObject({ running: 2, expected: 2, agree: true });
    expect(describeFleet(fleet)).toEqual(['2 of 2 proxies running, and they agree']);
  });

  it('shows in what one differs from the others', () => {
    const others = [proxy('web-1'), proxy('web-2')];
    for (const [difference, what] of [
      [{ version: '1.0.1' }, 'version (1.0.1)'],
      [{ builds: { legacy: 'k', lambda: 'm' } }, 'legacy build (k)'],
      [{ builds: { legacy: 'l', lambda: 'n' } }, 'Lambda build (n)'],
      [{ routes: 'bbbb' }, 'route table (bbbb)'],
      [{ revision: 6 }, 'overrides (revision 6 of 7)'],
      [{ revision: null }, 'overrides (unknown there)'],
    ] as const) {
      const fleet = judgeFleet([...others, proxy('web-3', difference)], 7);
      expect([fleet.agree, ...describeFleet(fleet)]).toEqual([
        false,
        '3 of 3 proxies running, AND THEY DISAGREE',
        `web-3 (host:8080): differs in ${what}`,
      ]);
    }
  });

  it('of two that differ takes neither for the right one', () => {
    expect(differing(proxy('web-1'), proxy('web-2', { routes: 'bbbb' }))).toEqual([
      'web-1 route table',
      'web-2 route table',
    ]);
  });

  it('names one without heartbeats, which does not decide what the others should have', () => {
    const fleet = judgeFleet([proxy('web-1'), proxy('web-2', { age: SILENT + 5_000, version: '0.9.0' })], 7);
    expect([fleet.agree, ...describeFleet(fleet)]).toEqual([
      true,
      '1 of 2 proxies running',
      'web-2 (host:8080): no heartbeat for 12 s; differs in version (0.9.0)',
    ]);
    expect(describeProxies(fleet)).toMatch(/web-2 .* SILENT DIFFERS\n$/);
  });

  it('does not count one that has gone', () => {
    const fleet = judgeFleet([proxy('web-1'), proxy('gone', { age: EXPECTED + 1, routes: 'bbbb' })], 7);
    expect(fleet).toMatchObject({ running: 1, expected: 1, agree: true });
    expect(describeFleet(fleet)).toEqual(['1 of 1 proxy running']);
    expect(describeTables(fleet, 'aaaa', 'routes.yml')).toBe('');
    expect(describeFleet(judgeFleet([], 7))).toEqual(['no proxy seen in this database']);
  });

  it('has route tables other than that of the file', () => {
    const fleet = judgeFleet([proxy('web-1'), proxy('web-2', { routes: 'bbbb' }), proxy('web-3')], 7);
    expect(describeTables(fleet, 'cccc', 'routes.yml')).toBe(
      'Route table: routes.yml is cccc; in force: aaaa (2 proxies), bbbb (1 proxy).\n',
    );
  });
});

describe('a page that shows the fleet', () => {
  it('is shown nothing while MongoDB does not answer, and asks it once for all that look', async () => {
    let asked = 0;
    const read = watchFleet(() => {
      asked += 1;
      return new Promise(() => undefined);
    });
    expect(await Promise.all([read(), read(), read()])).toEqual([null, null, null]);
    // More than a second later the first question is still open: no second is asked.
    expect(await read()).toBeNull();
    expect(asked).toBe(1);
  });
});
