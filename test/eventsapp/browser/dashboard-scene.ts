import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { startAdmin, type AdminServer } from '../../../proxy/admin/server';
import { parseAdminTokens } from '../../../proxy/admin/tokens';
import { createHeart } from '../../../proxy/fleet/beat';
import { connectMongo } from '../../../shared/mongo';
import { startTestMongo } from '../../support/test-mongo';
import { clientEvidence } from '../../support/client-evidence';
import type { RouteEvidence } from '../../../proxy/ledger/evidence';
import type { Ledger } from '../../../proxy/ledger/ledger';
import type { StageDocument } from '../../../proxy/history/stages';
import { LiveStats, SPAN, SPANS } from '../../../proxy/metrics/live-stats';
import { createMetrics } from '../../../proxy/metrics/prometheus';
import type { RequestObservation } from '../../../proxy/observation';
import type { Overrides } from '../../../proxy/overrides/overrides';
import type { OverrideState } from '../../../proxy/overrides/state';
import { parseRouteTable, type RouteTable } from '../../../proxy/route-table/load';
import { capturedLogger } from '../../support/captured-logger';

export const SCENE_TOKEN = 'a-token-for-the-scene';
const VERSIONS = { legacy: '2026.11.20', lambda: '2026.11.23' };
const DIGEST = '5f0c27b1';
const MINUTE = 60_000;

/** How the demo's routes stand in the scene; the others are on legacy. */
const STAGES: Readonly<Record<string, string>> = {
  private: 'retired',
  'event-metrics': 'lambda',
  'all-metrics': 'lambda',
  'list-events': 'canary\n    percent: 25',
  'get-event': 'shadow',
  'list-attendees': 'canary\n    percent: 10',
  account: 'lambda',
  'count-activity': 'canary\n    percent: 5',
};

/** What legacy and Lambda are asked within ten seconds, and how long they take. */
const TRAFFIC: Readonly<Record<string, { legacy: number; lambda: number; ms: readonly [number, number] }>> = {
  private: { legacy: 0, lambda: 1, ms: [0, 18] },
  'event-metrics': { legacy: 0, lambda: 6, ms: [0, 40] },
  'all-metrics': { legacy: 0, lambda: 3, ms: [0, 70] },
  'list-events': { legacy: 9, lambda: 3, ms: [28, 35] },
  'get-event': { legacy: 12, lambda: 0, ms: [9, 0] },
  'list-attendees': { legacy: 5, lambda: 0, ms: [22, 30] },
  account: { legacy: 0, lambda: 4, ms: [0, 16] },
  'count-activity': { legacy: 14, lambda: 1, ms: [6, 14] },
  'create-event': { legacy: 1, lambda: 0, ms: [31, 0] },
  'event-photos': { legacy: 2, lambda: 0, ms: [12, 0] },
};

/** The admin port of a proxy in the middle of a migration, in which the guard has just acted; of two proxies only the hearts beat. */
export interface Scene {
  readonly admin: AdminServer;
  /** The digest of the route table in force at the second proxy; takes effect with its next heartbeat. */
  otherDigest: string;
  readonly state: { overrides: OverrideState; table: RouteTable };
  readonly stats: LiveStats;
  close(): Promise<void>;
}

/** @param routes another route table; default: the demo's, some of its routes moved */
export async function startScene(routes?: string): Promise<Scene> {
  const now = Date.now();
  const table = parseRouteTable(routes ?? (await movedDemoRoutes()), { file: 'routes.yml', lambdaAvailable: true });
  const evidence = {
    windowSeconds: 30,
    lambdaRequests: 52,
    lambdaErrors: 11,
    sharedErrors: 0,
    coldStarts: 2,
    legacyRequests: 431,
    legacyErrors: 0,
    limit: 0.05,
  };
  const lowering = {
    by: 'guard of proxy web-1',
    why: '11 of 52 requests (21.15 %) failed on Lambda; allowed: 5 %',
    since: new Date(now - 4 * MINUTE),
    kind: 'guard' as const,
    evidence,
  };
  const state: Scene['state'] = {
    table,
    overrides: {
      known: true,
      killSwitch: undefined,
      steps: new Map(),
      lowered: new Map(routes === undefined ? [['list-attendees', lowering]] : []),
    },
  };
  const stats = new LiveStats();
  for (const { id } of table.routes) feed(stats, id, now);
  const overrides: Overrides = {
    current: () => state.overrides,
    lower: () => Promise.resolve({ shared: true, first: true }),
    resume: () => Promise.resolve({ shared: true, first: true }),
    setKillSwitch: () => Promise.resolve({ shared: true, first: true }),
    onChange: () => () => undefined,
    lastSeen: () => new Date(now),
    close: () => Promise.resolve(),
  };
  const mongo = await startTestMongo();
  const connection = connectMongo(mongo.uri);
  const db = () => connection.db();
  const hearts = [1, 2].map((number) => {
    const digest = () => (number === 1 ? DIGEST : scene.otherDigest);
    const heart = { db, name: `web-${number}`, builds: VERSIONS, routes: digest, interval: 500 };
    return createHeart(heart, capturedLogger());
  });
  const admin = await startAdmin({
    host: '127.0.0.1',
    port: 0,
    tokens: parseAdminTokens(`ann=${SCENE_TOKEN}`, []),
    table: () => state.table,
    overrides,
    stats,
    metrics: createMetrics(
      () => state.table,
      () => state.overrides,
    ),
    ledger: ledgerOf(now),
    versions: VERSIONS,
    db,
    startedAt: new Date(now - 26 * 60 * MINUTE),
    logger: capturedLogger(),
  });
  const scene: Scene = {
    ...{ admin, state, stats, otherDigest: DIGEST },
    async close() {
      await admin.close();
      await Promise.all(hearts.map((heart) => heart.close()));
      await connection.close();
      await mongo.stop();
    },
  };
  hearts.forEach((heart, i) => {
    heart.follow(0);
    heart.start(8080 + i);
  });
  return scene;
}

async function movedDemoRoutes(): Promise<string> {
  const text = await readFile(path.join(__dirname, '../../../proxy/routes.yml'), 'utf8');
  return Object.entries(STAGES).reduce(
    (result, [id, stage]) => result.replace(new RegExp(`(id: ${id}\\n(?: {4}.*\\n)*? {4}stage: )\\w+`), `$1${stage}`),
    text,
  );
}

/** Ten minutes of traffic; list-attendees failed on Lambda until the guard acted, get-event differs now and then. */
function feed(stats: LiveStats, routeId: string, now: number): void {
  const traffic = TRAFFIC[routeId];
  if (traffic === undefined) return;
  for (let span = SPANS - 1; span >= 0; span -= 1) {
    const at = now - span * SPAN;
    const [legacyMs, lambdaMs] = traffic.ms.map((ms) => ms * (1 + 0.25 * Math.sin(span / 9 + ms)));
    const request = (upstream: RequestObservation['upstream'], ms: number, lambda: RequestObservation['lambda']) => {
      const statusCode = 200;
      const reason = routeId === 'list-attendees' && span <= 24 ? 'rolled-back' : 'stage';
      stats.request({ routeId, method: 'GET', statusCode, ms, upstream, reason, lambda, at });
    };
    const isSlow = span % 7 === 0 ? 3 : 1;
    for (let i = 0; i < traffic.legacy; i += 1) request('legacy', (legacyMs ?? 0) * (i === 0 ? isSlow : 1), undefined);
    const isBefore = routeId === 'list-attendees' && span > 24 && span < 78;
    for (let i = 0; i < traffic.lambda + (isBefore ? 1 : 0); i += 1) {
      const ms = (lambdaMs ?? 0) * (i === 0 ? isSlow + 0.5 : 1);
      const isBad = isBefore && span < 36;
      const attempt = {
        outcome: 'answered',
        statusCode: isBad ? 502 : 200,
        ms,
        code: undefined,
        coldStart: false,
      } as const;
      request(isBad ? 'legacy' : 'lambda', ms, attempt);
    }
    if (routeId !== 'get-event') continue;
    const difference = { path: 'body $.event.capacity', kind: 'type', controlType: 'number', candidateType: 'string' };
    const etag = { path: 'header etag', kind: 'value', controlType: 'string', candidateType: 'string' };
    for (let i = 0; i < traffic.legacy; i += 1) {
      const equal = span % 30 !== 3 || i > 0;
      const common = { statusCode: 200, identity: 'session', queryForm: '', source: 'shadow', at } as const;
      stats.comparison({ routeId, equal, differences: equal ? [] : [difference, etag], ...common });
    }
  }
  for (let i = 0; i < 137; i += 1) stats.unlisted();
}

function ledgerOf(now: number): Ledger {
  const entry = (
    minutesAgo: number,
    rest: Omit<StageDocument, '_id' | 'routeId' | 'at' | 'versions'>,
  ): StageDocument => ({
    _id: String(minutesAgo),
    routeId: 'list-attendees',
    at: new Date(now - minutesAgo * MINUTE),
    versions: VERSIONS,
    ...rest,
  });
  const history = [
    entry(4, {
      action: 'lowered',
      by: 'guard of proxy web-1',
      why: '11 of 52 requests (21.15 %) failed on Lambda; allowed: 5 %',
    }),
    entry(13, {
      action: 'promoted',
      from: 'shadow',
      to: 'canary',
      percent: 10,
      by: 'ann',
      why: 'the evidence suffices',
    }),
    entry(1_600, { action: 'promoted', from: 'legacy', to: 'shadow', by: 'ann', why: 'the evidence suffices' }),
  ];
  const tally = <T extends string | number>(value: T, equal: number, different = 0) => ({ value, equal, different });
  const evidence = (routeId: string): RouteEvidence => {
    const differs = routeId === 'get-event';
    const shared = { routeId, versions: VERSIONS, database: 'mongodb', lastAt: new Date(now - MINUTE) } as const;
    return {
      routeId,
      versions: VERSIONS,
      comparisons: [{ source: 'shadow', database: 'mongodb', count: 1_080, different: differs ? 3 : 0 }],
      coverage: {
        statuses: [tally(200, 1_031, differs ? 3 : 0), tally(304, 31), tally(404, 15)],
        identities: [tally('anonymous', 12), tally('session', 1_065, differs ? 3 : 0)],
        queryForms: [tally('', 1_077, differs ? 3 : 0)],
      },
      equalStatuses: [],
      answers: [
        { stage: 'canary', database: 'mongodb', answered: 1_240, failed: 3 },
        { stage: 'lambda', database: 'mongodb', answered: 412, failed: 1 },
      ],
      mismatches: differs
        ? [
            {
              _id: 'a',
              ...shared,
              source: 'shadow',
              statusCode: 200,
              identity: 'session',
              queryForm: '',
              firstAt: new Date(now - 30 * MINUTE),
              count: 3,
              differences: [
                { path: 'body $.event.capacity', kind: 'type', controlType: 'number', candidateType: 'string' },
                { path: 'header etag', kind: 'value', controlType: 'string', candidateType: 'string' },
              ],
            },
          ]
        : [],
      suite: {
        _id: 's',
        routeId,
        versions: VERSIONS,
        database: 'mongodb',
        at: new Date(now - 300 * MINUTE),
        ...{ cases: 27, equal: 27, different: 0, skipped: 0 },
        statuses: [200, 304, 401, 404],
        identities: ['anonymous', 'member', 'organiser'],
        wanted: { statuses: [200, 304, 401, 404], identities: ['anonymous', 'member', 'organiser'] },
      },
      clients: clientEvidence({
        counted: differs ? 1_200 : 512,
        ...(differs && { mismatching: 2, blocking: [{ place: 'body $.event.capacity', clients: 2 }] }),
      }),
      replayed: 0,
      otherVersions: [],
      unreadable: [],
      drops: [],
      noise: [],
    };
  };
  const nothing = () => undefined;
  return {
    recordStage: nothing,
    recordComparison: nothing,
    recordTraffic: nothing,
    recordDrop: nothing,
    seeRoutes: nothing,
    baseline: () => Promise.resolve(undefined),
    routeEvidence: ({ id }) => Promise.resolve(evidence(id)),
    history: (routeId) => Promise.resolve(routeId === 'list-attendees' ? history : []),
    flush: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
}
