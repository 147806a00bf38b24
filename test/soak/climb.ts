import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { bucketOf, isInShare } from '../../proxy/cohort/bucket';
import { PROXIES_COLLECTION } from '../../proxy/fleet/heartbeat';
import { readHistory } from '../../proxy/history/stages';
import { recordSuite } from '../../proxy/ledger/suites';
import type { RequestObservation } from '../../proxy/observation';
import { overrideOf, shareInForce } from '../../proxy/overrides/state';
import { parseRouteTable, type RouteTable } from '../../proxy/route-table/load';
import type { Route } from '../../proxy/route-table/route';
import { startMongo } from '../../shared/local/mongo';
import { clientAt } from '../support/client';
import { CLIMB_VERSIONS, startClimbingProxy, type ClimbingProxy } from '../support/climbing-proxy';
import { waitFor } from '../support/wait-for';
import type { Check } from './check';

const PROXIES = 20;
const ROUTES = 30;
const STEPS = [5, 25, 50, 100];
/** The least that a step lasts, in seconds: twice as long as counts are late. In production they are 1 s late, and a step lasts 30 minutes. */
const EVERY = 8;
/** Its function fails for users who come with the third step, half of their requests. */
const FAULTY = 'route-7';
const FAULTY_AT = 50;
/** ms between two requests of each route on each proxy. */
const BEAT = 250;
const USERS = 2_000;
/** ms until every proxy must follow a step: a poll, and the time of a machine on which one process is all of them. */
const LIMIT = 2_000;
const TABLE = { file: 'routes.yml', lambdaAvailable: true };

/** Twenty proxies let thirty routes climb; the way of a request is the only part of a proxy that is not there. */
export const climb: Check = {
  name: 'climb',
  title: `${PROXIES} proxies on one MongoDB let ${ROUTES} routes climb; one is faulty`,
  async run({ progress }) {
    const mongo = await startMongo({ env: {} });
    const client = await MongoClient.connect(mongo.uri);
    const proxies: ClimbingProxy[] = [];
    try {
      const wanted = tableOfMany();
      let table = parseRouteTable('routes: []', TABLE);
      for (const { id } of wanted.routes) await recordSuiteOf(client, id);
      for (let index = 0; index < PROXIES; index += 1)
        proxies.push(
          await startClimbingProxy({
            ...{ uri: mongo.uri, name: `web-${index}`, port: 8_000 + index, table: () => table },
            // As in production, but for how often it looks, and how often what clients saw is written: all share one process with MongoDB.
            ...{ climbInterval: 2_000, pollInterval: 500, heartbeat: 2_000, flushInterval: 4_000 },
          }),
        );
      let heartbeats = 0;
      mongo.embedded?.onCommand(({ command, collection }) => {
        if (command === 'update' && collection === PROXIES_COLLECTION) heartbeats += 1;
      });
      const followed = proxies.map(follow);
      table = wanted;
      for (const proxy of proxies) proxy.seeRoutes();
      const begun = performance.now();
      let isEnded = false;
      const traffic = proxies.map((proxy, index) => ask(proxy, table, index, () => isEnded));
      const isDone = ({ overrides }: ClimbingProxy): boolean => {
        const { lowered, steps } = overrides.current();
        return lowered.has(FAULTY) && [...steps].filter(([, { percent }]) => percent === 100).length === ROUTES - 1;
      };
      try {
        await waitFor(
          'every proxy at the end of the climb',
          () => {
            const { steps, lowered } = proxies[0]?.overrides.current() ?? {};
            const shares = [...(steps?.values() ?? [])].map(({ percent }) => percent);
            progress(
              `${STEPS.map((step) => `${shares.filter((share) => share === step).length} at ${step} %`).join(', ')}, ${lowered?.size ?? 0} returned`,
            );
            return proxies.every(isDone);
          },
          180_000,
        );
        // Whoever was returned stays so.
        await delay(EVERY * 1_000);
      } finally {
        isEnded = true;
        await Promise.all(traffic);
      }
      const seconds = (performance.now() - begun) / 1_000;
      const perSecond = heartbeats / PROXIES / seconds;
      if (!proxies.every(isDone)) throw new Error('a route moved on after the end');
      if (perSecond >= 1) throw new Error(`${perSecond.toFixed(2)} heartbeats per proxy and second (allowed: under 1)`);
      for (const { id } of table.routes) checkSteps(id, followed);
      await Promise.all(proxies.map((proxy) => proxy.ledger.flush()));
      await checkHistory(client, table);
      const times = followed.flatMap(({ delays }) => delays).sort((a, b) => a - b);
      const [median = NaN, worst = NaN] = [times[Math.floor(times.length / 2)], times.at(-1)];
      if (!(worst <= LIMIT)) throw new Error(`a proxy followed a step after ${worst} ms (allowed ${LIMIT} ms)`);
      return [
        `in ${seconds.toFixed(0)} s ${ROUTES - 1} arrived at 100 %, ${FAULTY} returned from ${FAULTY_AT} %`,
        `a step in force on a proxy: median ${median} ms, worst of ${times.length} ${worst} ms (allowed ${LIMIT} ms)`,
        `${perSecond.toFixed(2)} heartbeats per proxy and second`,
      ].join('; ');
    } finally {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await client.close();
      await mongo.stop();
    }
  },
};

function tableOfMany(): RouteTable {
  const canary = `canary: {steps: [${STEPS.join(', ')}], every: ${EVERY}s}`;
  const routes = Array.from(
    { length: ROUTES },
    (_, index) => `  - {id: route-${index}, match: 'POST /api/${index}', stage: canary, ${canary}}\n`,
  );
  return parseRouteTable(`routes:\n${routes.join('')}`, TABLE);
}

async function recordSuiteOf(client: MongoClient, routeId: string): Promise<void> {
  const covered = { statuses: [200], identities: ['member'] };
  const suite = { routeId, cases: 4, equal: 4, different: 0, skipped: 0, ...covered, wanted: covered };
  await recordSuite(client.db(), suite, { versions: CLIMB_VERSIONS, database: 'mongodb', at: new Date() });
}

interface Followed {
  /** Shares of each route in the order in which they came into force here. */
  readonly shares: Map<string, number[]>;
  /** ms from a step being stored to its being in force here; both by the clock of this machine. */
  readonly delays: number[];
}

function follow({ overrides }: ClimbingProxy): Followed {
  const followed: Followed = { shares: new Map(), delays: [] };
  overrides.onChange(({ steps }) => {
    for (const [id, { percent, since }] of steps) {
      const shares = followed.shares.get(id) ?? [];
      // 0: it waited for the new table to be everywhere.
      if (percent === 0 || shares.at(-1) === percent) continue;
      followed.shares.set(id, [...shares, percent]);
      followed.delays.push(Date.now() - since.getTime());
    }
  });
  return followed;
}

const users = Array.from({ length: USERS }, (_, index) => {
  const id = `user-${index}`;
  return { client: clientAt(`192.0.2.${index % 250}`), bucket: bucketOf(id) };
});

/** What `handle-request.ts` would report of requests of every route. */
async function ask(proxy: ClimbingProxy, { routes }: RouteTable, first: number, isEnded: () => boolean): Promise<void> {
  let asked = first * 97;
  while (!isEnded()) {
    await delay(BEAT);
    for (const route of routes) {
      const user = users[(asked += 1) % USERS];
      if (user === undefined) continue;
      const observation = observe(proxy, route, user.bucket, asked);
      proxy.ledger.recordTraffic(observation);
      proxy.guard.request(observation, user.client);
    }
  }
}

function observe({ overrides }: ClimbingProxy, route: Route, bucket: number, asked: number): RequestObservation {
  const state = overrides.current();
  const isBack = overrideOf(state, route.id, route.stage) !== undefined;
  const isOnLambda = !isBack && isInShare(bucket, shareInForce(state, route));
  const common = { routeId: route.id, method: route.method, ms: 9, reason: 'cohort', at: Date.now() } as const;
  if (!isOnLambda) return { ...common, statusCode: 200, upstream: 'legacy', lambda: undefined };
  const isFailed = route.id === FAULTY && bucket >= 25 && asked % 2 === 0;
  const statusCode = isFailed ? 500 : 200;
  const lambda = { outcome: 'answered', statusCode, ms: 9, code: undefined, coldStart: false } as const;
  return { ...common, statusCode, upstream: 'lambda', lambda };
}

/** A proxy on a busy machine may miss a step that was short; none goes back, or where no step was. */
function checkSteps(id: string, followed: readonly Followed[]): void {
  const wanted = id === FAULTY ? STEPS.slice(0, STEPS.indexOf(FAULTY_AT) + 1) : STEPS;
  for (const { shares } of followed) {
    const seen = shares.get(id) ?? [];
    const places = seen.map((share) => wanted.indexOf(share));
    const isRising = places.every((place, index) => place > (places[index - 1] ?? -1));
    if (!isRising || seen.at(-1) !== wanted.at(-1))
      throw new Error(`${id} went over ${seen.join(', ')} % on a proxy, not ${wanted.join(', ')} %`);
  }
}

/** Each step was made once, whoever else decided the same. */
async function checkHistory(client: MongoClient, { routes }: RouteTable): Promise<void> {
  for (const { id } of routes) {
    const climbed = (await readHistory(client.db(), id)).filter(({ action }) => action === 'climbed');
    const wanted = id === FAULTY ? STEPS.indexOf(FAULTY_AT) + 1 : STEPS.length;
    if (climbed.length !== wanted) throw new Error(`${id} has ${climbed.length} steps in its history, not ${wanted}`);
  }
}
