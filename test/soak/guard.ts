import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { readState, routeOverrideId } from '../../proxy/overrides/store';
import type { StoredEntry } from '../../proxy/overrides/stored-entry';
import { startEmbedded } from '../../shared/local/mongo';
import { routes, startBanyan } from './banyan';
import type { Check, SoakOptions } from './check';
import { runClients, type Outcome } from './clients';
import { judge, type Allowed } from './judge';
import { cookieOf, storeSessions } from './sessions';
import { withSides } from './sides';
import { soakUpstream, type Failure } from './upstream';

const CONNECTIONS = 200;
/** From the breach to the last request that any proxy sends to Lambda for the route. */
const ALLOWED_MS = 2_000;

const FALLBACK_STATUSES = [502, 503, 504];

/** What API Gateway says when functions break or do not come to an end: in turns, and of the unsafe ones half were executed. */
const errors: Failure = ({ method, path }) => {
  const number = Number(/\d+$/.exec(path)?.[0] ?? 0);
  if (method === 'GET') return { status: FALLBACK_STATUSES[number % 3] ?? 502, isExecuted: false };
  return number % 2 === 0 ? { status: 502, isExecuted: true } : { status: 504, isExecuted: false };
};

/** What an authorizer says that has lost its mind: nobody is let in, and nothing is executed. */
const refusals: Failure = () => ({ status: 401, isExecuted: false });

/** Lambda begins to fail in the middle of the load; each of two proxies has half of the clients and a Lambda side that is counted alone. */
const trips = (
  options: SoakOptions,
  {
    stage,
    failure,
    lowered,
    allowed,
  }: {
    readonly stage: string;
    readonly failure: Failure;
    /** The routes that must be back on legacy. */
    readonly lowered: readonly string[];
    readonly allowed: (outcome: Outcome) => Allowed;
  },
): Promise<string> =>
  withSides(async ({ executions, legacy, lambda, cleanUp }) => {
    const other = await soakUpstream('lambda', executions);
    cleanUp(() => other.close());
    const mongo = await startEmbedded({});
    cleanUp(() => mongo.stop());
    const uri = `mongodb://127.0.0.1:${mongo.port}/soak?directConnection=true`;
    const client = await MongoClient.connect(uri);
    cleanUp(() => client.close());
    await storeSessions(client.db(), CONNECTIONS);
    const lambdas = [lambda, other];
    const proxies = await Promise.all(
      lambdas.map(({ url }, n) =>
        startBanyan(options, legacy.url, routes(stage, 'guard: {}'), {
          LAMBDA_URL: url,
          MONGODB_URI: uri,
          INSTANCE_NAME: `soak-${n + 1}`,
        }),
      ),
    );
    cleanUp(() => Promise.all(proxies.map((proxy) => proxy.stop())));

    const { seconds, progress } = options;
    let begun = 0;
    const fail = async (): Promise<void> => {
      await delay((seconds * 1_000) / 2);
      begun = Date.now();
      for (const side of lambdas) side.failWith(failure);
    };
    const ports = proxies.map(({ port }) => port);
    const [outcome] = await Promise.all([
      runClients({ ports, connections: CONNECTIONS, seconds, headers: cookieOf, progress }),
      fail(),
    ]);

    const { entries: overrides } = await readState(client.db());
    const entries = lowered.map((id) => ({ id, entry: overrides.get(routeOverrideId(id)) }));
    const reported = entries.map(({ id, entry }) => describe(id, entry, begun)).join(', ');
    const figures = judge(outcome, await executions.counts(), allowed(outcome));
    const [read] = entries;
    const since = read?.entry?.since.getTime() ?? Number.NaN;
    const back = lambdas.map((side) => Math.max(0, (side.lastAsked() ?? Number.NaN) - since));
    const times = `Lambda asked for the last time ${back.map((ms) => `${ms} ms`).join(' and ')} after the breach (allowed ${ALLOWED_MS} ms)`;
    if (!back.every((ms) => ms <= ALLOWED_MS)) throw new Error(`${times}; ${reported} [${figures}]`);
    return `${reported}; ${times}; ${figures}`;
  });

function describe(id: string, entry: StoredEntry | undefined, begun: number): string {
  if (entry === undefined) throw new Error(`the guard did not return ${id} to legacy`);
  return `${id} returned ${entry.since.getTime() - begun} ms after the first failure (${entry.why})`;
}

const guardErrors: Check = {
  name: 'guard-errors',
  title: 'the guard trips on two proxies under 200 connections: Lambda begins to answer 502, 503 and 504',
  run: (options) =>
    trips(options, { stage: 'lambda', failure: errors, lowered: ['read', 'write'], allowed: () => ({}) }),
};

const guardRefusals: Check = {
  name: 'guard-refusals',
  title:
    'the guard trips on two proxies under 200 connections of users on a canary: Lambda begins to answer 401, legacy does not',
  run: (options) =>
    trips(options, {
      stage: 'canary, percent: 50',
      failure: refusals,
      lowered: ['read', 'write'],
      // Legacy decides on what is safe. What is not cannot be asked twice.
      allowed: () => ({ unsafe: ['401'] }),
    }),
};

/** Lambda begins to fail under load, and the route returns to legacy by itself. */
export const guardTrips: readonly Check[] = [guardErrors, guardRefusals];
