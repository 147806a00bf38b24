import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { MongoClient, type Db } from 'mongodb';
import { DEMO_IDS, DEMO_PASSWORD } from '../seed';
import { runSystem, TEST_SECRET } from '../support/running-system';
import { startBanyan } from '../../soak/banyan';
import type { Check } from '../../soak/check';
import { runClients } from '../../soak/clients';
import { judge } from '../../soak/judge';
import { thrice } from '../../soak/outages';
import type { PlannedRequest } from '../../soak/plan';
import { relay } from '../../support/relay';

const CONNECTIONS = 200;
const EVENTS = 5;
/** One session may spend half of the retry budget, and two hundred clients of a slow Lambda side need more. */
const SESSIONS = 10;

const ROUTES = `routes:
  - {id: get-event, match: 'GET /api/events/:eventId', stage: lambda, guard: false}
  - {id: create-event, match: 'POST /api/events', stage: lambda, guard: false}
`;

/** The monolith and the functions themselves: what was executed is what they have written to their own collections. */
export const demo: Check = {
  name: 'demo',
  title:
    'the demo monolith and its Lambdas under 200 connections; the Lambda side is killed and brought back three times',
  async run(options) {
    const closing: (() => unknown)[] = [];
    try {
      // It sets out on its own proxy, which is not asked: the one that is checked is a process, compiled.
      const { legacy, gateway, mongo, ...system } = await runSystem();
      closing.push(() => system.close());
      const gatewayUrl = new URL(gateway.url);
      const between = await relay(() => Number(gatewayUrl.port));
      closing.push(() => between.close());
      const log = path.join(options.folder, 'demo.log');
      const proxy = await startBanyan(options, legacy.url, ROUTES, {
        LAMBDA_URL: `http://127.0.0.1:${between.port}${gatewayUrl.pathname}`,
        SESSION_SECRET: TEST_SECRET,
        COOKIE_NAME: 'eventsapp.sid',
        LOG_FILE: log,
      });
      closing.push(() => proxy.stop());
      const client = await MongoClient.connect(mongo.uri);
      closing.push(() => client.close());

      const cookies: string[] = [];
      for (let n = 0; n < SESSIONS; n += 1) cookies.push(await logIn(legacy.url));
      const plan = await planOf(legacy.url, cookies[0] ?? '');
      const { seconds, progress } = options;
      const [outcome] = await Promise.all([
        runClients({
          ports: [proxy.port],
          connections: CONNECTIONS,
          seconds,
          plan,
          headers: (n) => ({ Cookie: cookies[n % SESSIONS] ?? '' }),
          progress,
        }),
        thrice(seconds, between.cut, between.restore),
      ]);
      // Functions go on when their caller has gone; the last cut is long enough ago for them to have come to an end.
      const events = await countByTitle(client.db(), 'events', '$title');
      const notifications = await countByTitle(client.db(), 'notifications', '$payload.title');
      const figures = judge(outcome, events);
      for (const [title, times] of notifications)
        if (times !== events.get(title))
          throw new Error(`${title}: ${times} notifications of ${events.get(title) ?? 0} events [${figures}]`);
      const written = (await readFile(log, 'utf8')).match(/"route":"create-event".*"upstream":"lambda"/g)?.length ?? 0;
      if (written === 0) throw new Error(`no POST went to Lambda [${figures}]`);
      return `${figures}; ${written} POSTs went to Lambda; ${events.size} events and ${notifications.size} notifications in MongoDB`;
    } finally {
      for (const close of closing.reverse()) await close();
    }
  },
};

async function logIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: 'organiser@example.com', password: DEMO_PASSWORD }),
  });
  const [cookie] = answer.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`the monolith answered the login with ${answer.status}`);
  return cookie.split(';', 1)[0] ?? '';
}

/** In turns an event, the page, which is not listed, and a new event whose title is made up. Right is what the monolith itself answers. */
async function planOf(url: string, cookie: string): Promise<(client: number, i: number) => PlannedRequest> {
  const answerTo = async (path: string): Promise<PlannedRequest> => {
    const right = await fetch(url + path, { headers: { Cookie: cookie } });
    const rightBody = await right.text();
    const names = ['content-type', 'content-length', 'etag'] as const;
    return {
      method: 'GET',
      path,
      judge({ status, headers, body }) {
        if (status !== right.status) return { fault: String(status) };
        const different = names.find((name) => headers[name] !== (right.headers.get(name) ?? undefined));
        if (different !== undefined) return { fault: `another ${different}` };
        return body === rightBody ? {} : { fault: `status ${status} with another body` };
      },
    };
  };
  const numbers = Array.from({ length: EVENTS }, (_, n) => n + 1);
  const events = await Promise.all(numbers.map((n) => answerTo(`/api/events/${DEMO_IDS.event(n).toHexString()}`)));
  const page = await answerTo('/');
  return (client, i) => {
    if (i % 3 === 0) return events[i % EVENTS] ?? page;
    return i % 3 === 1 ? page : newEvent(`soak ${client}-${i}`);
  };
}

function newEvent(title: string): PlannedRequest {
  return {
    method: 'POST',
    path: '/api/events',
    body: JSON.stringify({ title, status: 'draft', startsAt: '2027-01-01T10:00:00.000Z' }),
    unsafeId: title,
    judge: ({ status, headers, body }) => {
      if (status !== 201) return { fault: String(status) };
      const { event } = JSON.parse(body) as { event: { id: string; title: string } };
      const isRight = event.title === title && headers.location === `/api/events/${event.id}`;
      return isRight ? {} : { fault: '201 with another body' };
    },
  };
}

async function countByTitle(db: Db, collection: string, title: string): Promise<ReadonlyMap<string, number>> {
  const counted = await db
    .collection(collection)
    .aggregate<{ _id: string; times: number }>([
      { $group: { _id: title, times: { $sum: 1 } } },
      { $match: { _id: { $regex: '^soak ' } } },
    ])
    .toArray();
  return new Map(counted.map(({ _id, times }) => [_id, times]));
}
