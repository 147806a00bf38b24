import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { exchangeRaw } from '../support/raw-client';
import { waitFor } from '../support/wait-for';
import { routes, startBanyan, type Banyan } from './banyan';
import type { Check } from './check';
import { runClients } from './clients';
import { judge } from './judge';
import { relay } from '../support/relay';
import { withSides } from './sides';

const READY = 'GET /.banyan/readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
/** As a load balancer asks; it must be well under DRAIN_DELAY. */
const HEALTH_INTERVAL = 100;

/** A deploy: one of two proxies behind a load balancer is told to stop, and no client notices. */
export const stopped: Check = {
  name: 'sigterm',
  title: 'one of two proxies behind a balancer is stopped by SIGTERM under 200 connections',
  run: (options) =>
    withSides(async ({ executions, legacy, lambda, cleanUp }) => {
      const env = { LAMBDA_URL: lambda.url, DRAIN_DELAY: '2' };
      const proxies = await Promise.all([1, 2].map(() => startBanyan(options, legacy.url, routes('lambda'), env)));
      cleanUp(() => Promise.all(proxies.map((proxy) => proxy.stop())));
      const healthy = new Set(proxies);
      let turn = 0;
      const balancer = await relay(() => {
        const [...list] = healthy;
        return list[(turn += 1) % list.length]?.port ?? 0;
      });
      cleanUp(() => balancer.close());
      const health = setInterval(() => proxies.forEach((proxy) => void look(proxy, healthy)), HEALTH_INTERVAL);
      cleanUp(() => {
        clearInterval(health);
      });
      const stop = async (): Promise<void> => {
        const [first] = proxies;
        if (first === undefined) return;
        await delay((options.seconds * 1_000) / 3);
        const exited = once(first.process, 'exit');
        first.process.kill('SIGTERM');
        await exited;
      };
      const { seconds, progress } = options;
      const [outcome] = await Promise.all([
        runClients({ ports: [balancer.port], connections: 200, seconds, progress }),
        stop(),
      ]);
      await waitFor('the balancer to know', () => healthy.size === 1);
      // A connection that is idle when its proxy ends is closed; that is what clients have to expect of any server.
      return judge(outcome, await executions.counts(), { unsafe: [], closedConnections: true });
    }),
};

async function look(proxy: Banyan, healthy: Set<Banyan>): Promise<void> {
  try {
    if (/^HTTP\/1\.1 200 /.test(await exchangeRaw(proxy.port, READY))) healthy.add(proxy);
    else healthy.delete(proxy);
  } catch {
    healthy.delete(proxy);
  }
}
