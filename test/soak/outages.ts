import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { startEmbedded } from '../local/mongo';
import { exchangeRaw } from '../support/raw-client';
import { routes, SECRET, startBanyan } from './banyan';
import type { Check } from './check';
import { judge, runClients } from './clients';
import { countingUpstream } from './counting-upstream';
import { relay } from './relay';

const CONNECTIONS = 200;

/** Kills and brings back, three times in the time of the load. */
async function thrice(seconds: number, kill: () => Promise<void>, revive: () => Promise<void>): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    await delay((seconds * 1_000) / 7);
    await kill();
    await delay((seconds * 1_000) / 7);
    await revive();
  }
}

const lambdaOutage: Check = {
  name: 'lambda-outage',
  title: 'the Lambda side is killed and brought back',
  async run(options) {
    const executed = new Map<string, number>();
    const legacy = await countingUpstream('legacy', executed);
    const lambda = await countingUpstream('lambda', executed);
    const proxy = await startBanyan(options, legacy.url, routes('lambda'), { LAMBDA_URL: lambda.url });
    try {
      const load = { port: proxy.port, connections: CONNECTIONS, seconds: options.seconds };
      const [outcome] = await Promise.all([
        runClients({ ...load, safe: ['/api/events/1', '/unlisted'], unsafe: '/api/events' }),
        thrice(options.seconds, lambda.kill, lambda.revive),
      ]);
      if (lambda.answered() === 0) throw new Error('Lambda answered nothing');
      return judge(outcome, executed);
    } finally {
      await proxy.stop();
      await Promise.all([legacy.close(), lambda.close()]);
    }
  },
};

const mongoOutage: Check = {
  name: 'mongo-outage',
  title: 'MongoDB is killed and brought back, with a canary',
  async run(options) {
    const executed = new Map<string, number>();
    const legacy = await countingUpstream('legacy', executed);
    const lambda = await countingUpstream('lambda', executed);
    const mongo = await startEmbedded({});
    const between = await relay(() => mongo.port);
    const uri = (port: number): string => `mongodb://127.0.0.1:${port}/soak?directConnection=true`;
    const client = await MongoClient.connect(uri(mongo.port));
    await client
      .db()
      .collection<{ _id: string; expires: Date; session: string }>('sessions')
      .insertMany(Array.from({ length: CONNECTIONS }, (_, n) => sessionOf(n)));
    const proxy = await startBanyan(options, legacy.url, routes('canary, percent: 50'), {
      LAMBDA_URL: lambda.url,
      MONGODB_URI: uri(between.port),
    });
    const headers = (n: number): Record<string, string> => ({
      Cookie: `eventsapp.sid=${encodeURIComponent(sign(sessionOf(n)._id))}`,
    });
    try {
      // One after the other: 200 unknown users at once can take longer than a request waits to know its user.
      for (let n = 0; n < CONNECTIONS; n += 1)
        await exchangeRaw(
          proxy.port,
          `GET /api/events/1 HTTP/1.1\r\nHost: a\r\nCookie: ${headers(n)['Cookie'] ?? ''}\r\nConnection: close\r\n\r\n`,
        );
      const load = { port: proxy.port, connections: CONNECTIONS, seconds: options.seconds };
      const [outcome] = await Promise.all([
        runClients({
          ...load,
          safe: ['/api/events/1', '/unlisted'],
          unsafe: '/api/events',
          headers,
        }),
        thrice(options.seconds, between.cut, between.mend),
      ]);
      if (lambda.answered() === 0 || legacy.answered() === 0) throw new Error('one side answered nothing');
      return `${judge(outcome, executed)}; Lambda answered ${lambda.answered()} safe ones`;
    } finally {
      await proxy.stop();
      await client.close();
      await Promise.all([legacy.close(), lambda.close(), between.close()]);
      await mongo.stop();
    }
  },
};

/** As connect-mongo 6 stores a session of passport. */
function sessionOf(n: number): { _id: string; expires: Date; session: string } {
  const expires = new Date(Date.now() + 3_600_000);
  const user = { userId: String(n).padStart(24, '0'), customerAccountId: 'c'.repeat(24), fullName: 'A', roles: [] };
  const cookie = { originalMaxAge: 3_600_000, expires, httpOnly: true, path: '/' };
  return { _id: `soak-${n}`, expires, session: JSON.stringify({ cookie, passport: { user } }) };
}

function sign(id: string): string {
  return `s:${id}.${createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '')}`;
}

/** Something behind the proxy goes and comes back; whoever could be answered is, and nothing is done twice. */
export const outages: readonly Check[] = [lambdaOutage, mongoOutage];
