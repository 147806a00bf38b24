import { describeTables, tablesInForce } from '../../../../../proxy/cli/status/describe-proxies';
import { EXPECTED } from '../../../../../proxy/fleet/acknowledge';
import type { SeenProxy } from '../../../../../proxy/fleet/heartbeat';

const proxy = (name: string, routes: string, age = 1_000): SeenProxy => ({
  _id: name,
  name,
  host: 'host',
  port: 8080,
  version: '0.1.0',
  uptime: 1,
  revision: 1,
  routes,
  builds: { legacy: 'l', lambda: 'm' },
  age,
});

describe('the route tables of the proxies', () => {
  const say = (...proxies: SeenProxy[]) => describeTables(tablesInForce(proxies), 'aaaa', 'banyan/routes.yml');

  it('are not mentioned while all have that of the file, or none is there', () => {
    expect(say()).toBe('');
    expect(say(proxy('one', 'aaaa'), proxy('two', 'aaaa'))).toBe('');
    expect(tablesInForce([proxy('one', 'aaaa'), proxy('two', 'aaaa')]).agree).toBe(true);
  });

  it('are compared with the file', () => {
    expect(say(proxy('one', 'bbbb'), proxy('two', 'bbbb'))).toBe(
      'Route table: banyan/routes.yml is aaaa, the proxies have bbbb.\n',
    );
  });

  it('are listed with their proxies when they differ', () => {
    const proxies = [proxy('one', 'bbbb'), ...['2', '3', '4', '5', '6', '7'].map((name) => proxy(name, 'aaaa'))];
    expect(tablesInForce(proxies).agree).toBe(false);
    expect(say(...proxies)).toBe(
      'ROUTE TABLES DIFFER between proxies; banyan/routes.yml is aaaa:\n  aaaa: 2, 3, 4, 5, 6, and 1 more\n  bbbb: one\n',
    );
  });

  it('do not count of a proxy that has gone', () => {
    expect(tablesInForce([proxy('one', 'aaaa'), proxy('gone', 'bbbb', EXPECTED + 1)])).toEqual({
      byDigest: [{ digest: 'aaaa', proxies: ['one'] }],
      agree: true,
    });
  });
});
