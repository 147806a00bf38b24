import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { startEmbedded } from '../../shared/local/mongo';
import { exchangeRaw } from '../support/raw-client';
import { routes, startBanyan } from './banyan';
import type { Check } from './check';
import { runClients } from './clients';
import { judge } from './judge';
import { relay } from '../support/relay';
import { cookieOf, storeSessions } from './sessions';
import { withSides } from './sides';

const CONNECTIONS = 200;

/** Kills and brings back, three times in the time of the load. */
export async function thrice(seconds: number, kill: () => Promise<void>, revive: () => Promise<void>): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    await delay((seconds * 1_000) / 7);
    await kill();
    await delay((seconds * 1_000) / 7);
    await revive();
  }
}

const lambdaOutage: Check = {
  name: 'lambda-outage',
  title: 'the Lambda side is killed and brought back three times under 200 connections',
  run: (options) =>
    withSides(async ({ executions, legacy, lambda, cleanUp }) => {
      const proxy = await startBanyan(options, legacy.url, routes('lambda'), { LAMBDA_URL: lambda.url });
      cleanUp(() => proxy.stop());
      const { seconds, progress } = options;
      const [outcome] = await Promise.all([
        runClients({ ports: [proxy.port], connections: CONNECTIONS, seconds, progress }),
        thrice(seconds, lambda.kill, lambda.revive),
      ]);
      if (lambda.answered() === 0) throw new Error('Lambda answered nothing');
      return `${judge(outcome, await executions.counts())}; Lambda answered ${lambda.answered()} safe ones`;
    }),
};

const mongoOutage: Check = {
  name: 'mongo-outage',
  title: 'MongoDB is killed and brought back three times under 200 connections of users on a canary',
  run: (options) =>
    withSides(async ({ executions, legacy, lambda, cleanUp }) => {
      const mongo = await startEmbedded({});
      cleanUp(() => mongo.stop());
      const between = await relay(() => mongo.port);
      cleanUp(() => between.close());
      const uri = (port: number): string => `mongodb://127.0.0.1:${port}/soak?directConnection=true`;
      const client = await MongoClient.connect(uri(mongo.port));
      cleanUp(() => client.close());
      await storeSessions(client.db(), CONNECTIONS);
      const proxy = await startBanyan(options, legacy.url, routes('canary, percent: 50'), {
        LAMBDA_URL: lambda.url,
        MONGODB_URI: uri(between.port),
      });
      cleanUp(() => proxy.stop());
      // One after the other: 200 unknown users at once can take longer than a request waits to know its user.
      for (let n = 0; n < CONNECTIONS; n += 1)
        await exchangeRaw(
          proxy.port,
          `GET /api/events/1 HTTP/1.1\r\nHost: a\r\nCookie: ${cookieOf(n).Cookie}\r\nConnection: close\r\n\r\n`,
        );
      const { seconds, progress } = options;
      const [outcome] = await Promise.all([
        runClients({ ports: [proxy.port], connections: CONNECTIONS, seconds, headers: cookieOf, progress }),
        thrice(seconds, between.cut, between.restore),
      ]);
      const figures = judge(outcome, await executions.counts(), { unsafe: [] });
      const moved = outcome.sides.filter((sides) => sides.has('lambda')).length;
      const both = outcome.sides.filter((sides) => sides.size > 1).length;
      if (both > 0) throw new Error(`${both} users changed sides [${figures}]`);
      if (moved === 0 || moved === CONNECTIONS) throw new Error(`${moved} of ${CONNECTIONS} users on Lambda`);
      return `${figures}; ${moved} of ${CONNECTIONS} users on Lambda, none changed sides`;
    }),
};

/** Something behind the proxy goes and comes back; whoever could be answered is, and nothing is done twice. */
export const outages: readonly Check[] = [lambdaOutage, mongoOutage];
