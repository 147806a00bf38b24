import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { routes, startBanyan } from './banyan';
import type { Check } from './check';
import { runClients } from './clients';
import { judge } from './judge';
import { withSides } from './sides';

const RELOADS = 50;

/** The route table changes under load, good and bad texts in turns, and no client notices. */
export const reload: Check = {
  name: 'reload',
  title: `${RELOADS} changes of the route table under 200 connections, every fifth a bad one`,
  run: (options) =>
    withSides(async ({ executions, legacy, lambda, cleanUp }) => {
      const proxy = await startBanyan(options, legacy.url, routes('lambda'), { LAMBDA_URL: lambda.url });
      cleanUp(() => proxy.stop());
      const change = async (): Promise<void> => {
        for (let i = 0; i < RELOADS; i += 1) {
          await delay((options.seconds * 1_000) / (RELOADS + 1));
          await writeFile(
            proxy.routesFile,
            i % 5 === 4 ? 'routes: nonsense' : routes(i % 2 === 0 ? 'legacy' : 'lambda'),
          );
        }
      };
      const { seconds, progress } = options;
      const [outcome] = await Promise.all([
        runClients({ ports: [proxy.port], connections: 200, seconds, progress }),
        change(),
      ]);
      const sides = `legacy answered ${legacy.answered()} safe ones, Lambda ${lambda.answered()}`;
      if (lambda.answered() === 0 || legacy.answered() === 0) throw new Error(sides);
      return `${judge(outcome, await executions.counts(), { unsafe: [] })}; ${sides}`;
    }),
};
