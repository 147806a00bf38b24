import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { exchangeRaw } from '../support/raw-client';
import { waitFor } from '../support/wait-for';
import { routes, startBanyan, type Banyan } from './banyan';
import type { Check } from './check';
import { judge, runClients } from './clients';
import { countingUpstream } from './counting-upstream';
import { relay } from './relay';

const READY = 'GET /.banyan/readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
/** As a load balancer asks; it must be well under DRAIN_DELAY. */
const HEALTH_INTERVAL = 100;

/** A deploy: one of two proxies behind a load balancer is told to stop, and no client notices. */
export const stopped: Check = {
  name: 'sigterm',
  title: 'one of two proxies behind a balancer is stopped by SIGTERM',
  async run(options) {
    const executed = new Map<string, number>();
    const legacy = await countingUpstream('legacy', executed);
    const proxies = await Promise.all(
      [1, 2].map(() => startBanyan(options, legacy.url, routes('legacy'), { DRAIN_DELAY: '2' })),
    );
    const healthy = new Set(proxies);
    let turn = 0;
    const balancer = await relay(() => {
      const [...list] = healthy;
      return list[(turn += 1) % list.length]?.port ?? 0;
    });
    const health = setInterval(() => proxies.forEach((proxy) => void look(proxy, healthy)), HEALTH_INTERVAL);
    try {
      const stop = async (): Promise<void> => {
        const [first] = proxies;
        if (first === undefined) return;
        await delay((options.seconds * 1_000) / 3);
        const exited = once(first.process, 'exit');
        first.process.kill('SIGTERM');
        await exited;
      };
      const [outcome] = await Promise.all([
        runClients({
          port: balancer.port,
          connections: 200,
          seconds: options.seconds,
          safe: ['/api/events/1', '/unlisted'],
          unsafe: '/api/events',
        }),
        stop(),
      ]);
      await waitFor('the balancer to know', () => healthy.size === 1);
      const failed = [...outcome.unsafe.values()].filter((result) => !result.startsWith('2'));
      if (failed.length > 0)
        throw new Error(`${failed.length} unsafe requests failed: ${[...new Set(failed)].join(', ')}`);
      return judge(outcome, executed);
    } finally {
      clearInterval(health);
      await balancer.close();
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      await legacy.close();
    }
  },
};

async function look(proxy: Banyan, healthy: Set<Banyan>): Promise<void> {
  try {
    if (/^HTTP\/1\.1 200 /.test(await exchangeRaw(proxy.port, READY))) healthy.add(proxy);
    else healthy.delete(proxy);
  } catch {
    healthy.delete(proxy);
  }
}
