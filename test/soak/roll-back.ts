import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { clear, routeOverrideId } from '../../proxy/overrides/store';
import { startMongo } from '../../shared/local/mongo';
import { listen } from '../support/listen';
import { waitFor } from '../support/wait-for';
import { startBanyan, type Banyan } from './banyan';
import type { Check, SoakOptions } from './check';

const ROUNDS = 20;
/** However short the soak is made. */
const FEWEST_ROUNDS = 5;
/** As many as see a breach before the guard acts, and one more. */
const CLIENTS = 4;
const ROUTE_ID = 'read';
const TABLE = `routes:\n  - {id: ${ROUTE_ID}, match: 'GET /api/events/:eventId', stage: lambda, auth: none}\n`;
/** Lambda fails for it, legacy does not. Only the first proxy is asked for it, so the second learns of the breach from the first. */
const BAD = 'bad';
const GOOD = 'good';

/** A breach on one proxy takes effect on both. */
const rollBack: Check = {
  name: 'roll-back',
  title: 'roll back by the guard: breach to first legacy answer on two proxies',
  run: (options) =>
    withTwoProxies(options, async ({ proxies: [first, second], client }) => {
      const times: Record<'first' | 'second', number[]> = { first: [], second: [] };
      for (let round = 0; round < roundsOf(options); round += 1) {
        options.progress(`round ${round + 1} of ${roundsOf(options)}`);
        await bothFollow(first, second, 'lambda');
        let breach = performance.now();
        // The last answer of Lambda is the one that shows the breach.
        while ((await ask(first, BAD)) === 'lambda') breach = performance.now();
        times.first.push(performance.now() - breach);
        await waitFor('the other proxy', async () => (await ask(second, GOOD)) === 'legacy', 10_000);
        times.second.push(performance.now() - breach);
        await clear(client.db(), routeOverrideId(ROUTE_ID), { by: 'soak', why: 'next round' }, new Date());
      }
      return [
        `on the proxy that sees it ${describe(times.first, 2_000)}`,
        `on the other ${describe(times.second, 2_000)}`,
      ].join('; ');
    }),
};

/** The kill switch does not need MongoDB. */
const killSwitch: Check = {
  name: 'kill-switch',
  title: 'kill switch by a file while MongoDB is away',
  run: (options) =>
    withTwoProxies(options, async ({ proxies: [first], down, killSwitchFile }) => {
      await waitFor('the first proxy', async () => (await ask(first, GOOD)) === 'lambda', 20_000);
      await down();
      const times: number[] = [];
      for (let round = 0; round < roundsOf(options); round += 1) {
        // At another moment of the poll each time.
        await waitFor('a moment', () => Math.random() < 0.1);
        const begun = performance.now();
        await writeFile(killSwitchFile, 'soak');
        await waitFor('legacy', async () => (await ask(first, GOOD)) === 'legacy', 10_000);
        times.push(performance.now() - begun);
        await rm(killSwitchFile);
        await waitFor('Lambda again', async () => (await ask(first, GOOD)) === 'lambda', 10_000);
      }
      return describe(times, 1_000);
    }),
};

const roundsOf = ({ scale }: SoakOptions): number => Math.max(FEWEST_ROUNDS, Math.round(ROUNDS * scale));

/** Roll back and kill switch, measured from outside. */
export const rollBacks: readonly Check[] = [rollBack, killSwitch];

interface TwoProxies {
  readonly proxies: readonly [Banyan, Banyan];
  readonly client: MongoClient;
  readonly down: () => Promise<void>;
  /** Of the first. */
  readonly killSwitchFile: string;
}

async function withTwoProxies(options: SoakOptions, work: (parts: TwoProxies) => Promise<string>): Promise<string> {
  // Always the embedded one: it is taken away.
  const mongo = await startMongo({ env: {} });
  const upstreams = await Promise.all([side('legacy'), side('lambda')]);
  const [legacy, lambda] = upstreams;
  const client = await MongoClient.connect(mongo.uri);
  const killSwitchFile = path.join(options.folder, 'kill-switch');
  const proxies: Banyan[] = [];
  try {
    const start = async (name: string, env: Readonly<Record<string, string>>): Promise<Banyan> => {
      const files = { OVERRIDES_FILE: path.join(options.folder, `${name}.json`) };
      const more = { LAMBDA_URL: lambda.url, MONGODB_URI: mongo.uri, ...files, ...env };
      const proxy = await startBanyan(options, legacy.url, TABLE, { LEGACY_URL: legacy.url, ...more });
      proxies.push(proxy);
      return proxy;
    };
    const first = await start('first', { KILL_SWITCH_FILE: killSwitchFile });
    const second = await start('second', {});
    const down = () => mongo.faults?.down() ?? Promise.resolve();
    return await work({ proxies: [first, second], client, down, killSwitchFile });
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    await client.close();
    await mongo.stop();
  }
}

/** An upstream that says who it is; Lambda fails for {@link BAD}. */
async function side(name: 'legacy' | 'lambda') {
  const server = createServer((request, response) => {
    const isBad = name === 'lambda' && (request.url ?? '').endsWith(BAD);
    response.writeHead(isBad ? 500 : 200, { 'Content-Type': 'text/plain' }).end(name);
  });
  const port = await listen(server);
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

let asked = 0;

/** Who answers one of several clients, which ask in turns. */
async function ask(proxy: Banyan, id: string): Promise<string> {
  const headers = { 'X-Forwarded-For': `192.0.2.${(asked += 1) % CLIENTS}` };
  return (await fetch(`http://127.0.0.1:${proxy.port}/api/events/${id}`, { headers })).text();
}

async function bothFollow(first: Banyan, second: Banyan, wanted: string): Promise<void> {
  for (const proxy of [first, second])
    await waitFor(`both on ${wanted}`, async () => (await ask(proxy, GOOD)) === wanted, 20_000);
}

/** @throws Error when the worst is over the limit, in ms */
function describe(times: readonly number[], limit: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  const [median = Number.NaN, worst = Number.NaN] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const text = `median ${median.toFixed(0)} ms, worst of ${times.length} ${worst.toFixed(0)} ms (allowed ${limit} ms)`;
  if (!(worst <= limit)) throw new Error(text);
  return text;
}
