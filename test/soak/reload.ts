import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { routes, startBanyan } from './banyan';
import type { Check } from './check';
import { judge, runClients } from './clients';
import { countingUpstream } from './counting-upstream';

const RELOADS = 50;

/** The route table changes under load, good and bad texts in turns, and no client notices. */
export const reload: Check = {
  name: 'reload',
  title: `${RELOADS} changes of the route table under 200 connections`,
  async run(options) {
    const executed = new Map<string, number>();
    const legacy = await countingUpstream('legacy', executed);
    const lambda = await countingUpstream('lambda', executed);
    const proxy = await startBanyan(options, legacy.url, routes('lambda'), { LAMBDA_URL: lambda.url });
    try {
      const change = async (): Promise<void> => {
        for (let i = 0; i < RELOADS; i += 1) {
          await delay((options.seconds * 1_000) / (RELOADS + 1));
          await writeFile(
            proxy.routesFile,
            i % 5 === 4 ? 'routes: nonsense' : routes(i % 2 === 0 ? 'legacy' : 'lambda'),
          );
        }
      };
      const [outcome] = await Promise.all([
        runClients({
          port: proxy.port,
          connections: 200,
          seconds: options.seconds,
          safe: ['/api/events/1', '/unlisted'],
          unsafe: '/api/events',
        }),
        change(),
      ]);
      if (lambda.answered() === 0 || legacy.answered() === 0) throw new Error('one side answered nothing');
      return `${judge(outcome, executed)}; legacy answered ${legacy.answered()}, Lambda ${lambda.answered()}`;
    } finally {
      await proxy.stop();
      await Promise.all([legacy.close(), lambda.close()]);
    }
  },
};
