import { writeFile } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:http';
import { MongoClient } from 'mongodb';
import { bucketOf } from '../../proxy/cohort/bucket';
import { startEmbedded } from '../../shared/local/mongo';
import { listen } from '../support/listen';
import { waitFor } from '../support/wait-for';
import type { Side } from './answer';
import { routes, startBanyan, type Banyan } from './banyan';
import type { Check } from './check';
import { cookieOf, storeSessions, userIdOf } from './sessions';

const USERS = 100_000;
const STEPS = [1, 5, 25, 50, 100];
/** Few enough for every lookup to be answered in its time. */
const CONNECTIONS = 24;
/** Share of the users whose lookup may take longer than a request waits, on a busy machine. */
const MAX_LATE = 0.01;
/** Sessions stored at once. */
const BATCH = 5_000;

/** Shares grow, and no user who was moved comes back, whichever proxy is asked. */
export const stickiness: Check = {
  name: 'stickiness',
  title: `${USERS.toLocaleString('en')} users on a canary of ${STEPS.join(', ')} %: shares within a point, and no one moves back`,
  grace: 1_500,
  async run(options) {
    const closing: (() => unknown)[] = [];
    try {
      // Each costs five lookups in a MongoDB of one thread: where the soak is shortened, they are fewer by the square.
      const users = Math.round(USERS * options.scale ** 2);
      const mongo = await startEmbedded({});
      closing.push(() => mongo.stop());
      const uri = `mongodb://127.0.0.1:${mongo.port}/soak?directConnection=true`;
      const client = await MongoClient.connect(uri);
      closing.push(() => client.close());
      for (let from = 0; from < users; from += BATCH)
        await storeSessions(client.db(), Math.min(BATCH, users - from), from);
      const [legacy, lambda] = await Promise.all([side('legacy'), side('lambda')]);
      closing.push(legacy.close, lambda.close);
      const env = { LAMBDA_URL: lambda.url, MONGODB_URI: uri };
      const table = (percent: number): string => routes(`canary, percent: ${percent}`);
      const proxies = await Promise.all([1, 2].map(() => startBanyan(options, legacy.url, table(STEPS[0] ?? 1), env)));
      closing.push(() => Promise.all(proxies.map((proxy) => proxy.stop())));

      const moved = new Uint8Array(users);
      const shares: string[] = [];
      let lateLookups = 0;
      for (const [step, percent] of STEPS.entries()) {
        const [{ routesFile } = { routesFile: '' }] = proxies;
        // Both read the same one.
        await writeFile(routesFile, table(percent));
        await waitFor(`both proxies at ${percent} %`, () => areAt(proxies, percent), 10_000);
        const progress = (done: number): void => options.progress(`${percent} %: ${done} of ${users} users`);
        const { count, late } = await askAll(proxies, step, moved, progress);
        lateLookups += late;
        if (lateLookups > users * MAX_LATE) throw new Error(`${lateLookups} lookups came late`);
        const share = (count / users) * 100;
        // Of few users the share is not known to a point: three standard deviations.
        const allowed = Math.max(1, (300 * Math.sqrt((percent / 100) * (1 - percent / 100))) / Math.sqrt(users));
        if (Math.abs(share - percent) > allowed) throw new Error(`${share.toFixed(2)} % of the users at ${percent} %`);
        shares.push(`${percent} %: ${share.toFixed(2)}`);
      }
      const left = await client.db().collection('sessions').countDocuments();
      if (left !== users) throw new Error(`${left} of ${users} sessions are left`);
      return `${users} users, each asked at every share on one of two proxies in turns, none moved back, ${lateLookups} lookups late; ${shares.join(', ')}`;
    } finally {
      for (const close of closing.reverse()) await close();
    }
  },
};

/** A side that says who it is, to those whose cookie has come whole. */
async function side(by: Side): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const user = Number((request.url ?? '').split('/').at(-1));
    response.writeHead(request.headers.cookie === cookieOf(user).Cookie ? 200 : 401, { 'Content-Length': by.length });
    response.end(by);
  });
  const port = await listen(server);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, close };
}

/** Asks for every user, holds the side against the one before, and returns how many are on Lambda and how many lookups came late. */
async function askAll(
  proxies: readonly Banyan[],
  step: number,
  moved: Uint8Array,
  progress: (done: number) => void,
): Promise<{ readonly count: number; readonly late: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let next = 0;
  let count = 0;
  let late = 0;
  const one = async (): Promise<void> => {
    while (next < moved.length) {
      const user = next++;
      const proxy = proxies[(user + step) % proxies.length];
      const by = await sideOf(proxy, user, agent);
      if (by === 'lambda') {
        moved[user] = 1;
        count += 1;
      } else if (moved[user] === 1) {
        // The promise holds while the lookup works: one that was not answered within 150 ms leads to legacy, and the next one back.
        late += 1;
        count += 1;
        if ((await sideOf(proxy, user, agent)) !== 'lambda')
          throw new Error(`user ${user} moved back at ${STEPS[step] ?? 0} %`);
      }
      if (user % 1_000 === 0) progress(user);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
  } finally {
    agent.destroy();
  }
  return { count, late };
}

function sideOf(proxy: Banyan | undefined, user: number, agent?: Agent): Promise<Side> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: proxy?.port,
      path: `/api/events/${user}`,
      headers: cookieOf(user),
      agent,
    };
    get(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode === 200 && (text === 'legacy' || text === 'lambda')) resolve(text);
        else reject(new Error(`user ${user} got ${response.statusCode ?? 0} ${text}`));
      });
    }).on('error', reject);
  });
}

/** Whether the share is in force: seen by a user whose place is just below it. */
async function areAt(proxies: readonly Banyan[], percent: number): Promise<boolean> {
  let user = 0;
  while (!(bucketOf(userIdOf(user)) < percent && bucketOf(userIdOf(user)) >= percent * 0.6)) user += 1;
  const sides = await Promise.all(proxies.map((proxy) => sideOf(proxy, user)));
  return sides.every((by) => by === 'lambda');
}
