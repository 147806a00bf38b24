import type { Db, IndexDescription } from 'mongodb';
import { STAGES_COLLECTION } from '../history/stages';

/** Counts of comparisons by route, versions and source; each running proxy has documents of its own. */
export const COMPARISONS_COLLECTION = 'banyanComparisons';
/** Which statuses, identities and query forms were compared. */
export const COVERAGE_COLLECTION = 'banyanCoverage';
export const MISMATCHES_COLLECTION = 'banyanMismatches';
export const TRAFFIC_COLLECTION = 'banyanTraffic';
/** What clients were given of Lambda, by route, stage and versions; each running proxy has documents of its own. */
export const ANSWERS_COLLECTION = 'banyanAnswers';
/** Copies for shadow that were not compared, by route and versions; each running proxy has documents of its own. */
export const DROPS_COLLECTION = 'banyanDrops';
/** Whom a route was compared for, by versions; one document for all proxies. */
export const CLIENTS_COLLECTION = 'banyanClients';
export const SUITES_COLLECTION = 'banyanSuites';
/** The stage that proxies serve each route on, and the baseline that was frozen when it moved. */
export const ROUTES_COLLECTION = 'banyanRoutes';

/** Version of the ledger's documents. Newer ones only add fields, so every version may read and write what another has written. */
export const LEDGER_SCHEMA = 1;

const DAY = 86_400;

const expiring = (field: string, days: number): IndexDescription => ({
  key: { [field]: 1 },
  name: `expires_after_${days}_days`,
  expireAfterSeconds: days * DAY,
});
const byRoute: IndexDescription = { key: { routeId: 1 }, name: 'route' };

const INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  [STAGES_COLLECTION]: [{ key: { routeId: 1, at: -1 }, name: 'route_at' }],
  [COMPARISONS_COLLECTION]: [byRoute, expiring('lastAt', 90)],
  [COVERAGE_COLLECTION]: [byRoute, expiring('lastAt', 90)],
  [MISMATCHES_COLLECTION]: [{ key: { routeId: 1, lastAt: -1 }, name: 'route_last' }, expiring('lastAt', 14)],
  [TRAFFIC_COLLECTION]: [{ key: { routeId: 1, minute: 1 }, name: 'route_minute' }, expiring('minute', 2)],
  [ANSWERS_COLLECTION]: [byRoute, expiring('lastAt', 90)],
  [DROPS_COLLECTION]: [byRoute, expiring('lastAt', 90)],
  [CLIENTS_COLLECTION]: [{ key: { routeId: 1, lastAt: -1 }, name: 'route_last' }, expiring('lastAt', 90)],
  [SUITES_COLLECTION]: [{ key: { routeId: 1, at: -1 }, name: 'route_at' }, expiring('at', 180)],
};

/** Creates what is missing. Existing indexes of the same form are left alone. */
export async function createIndexes(db: Db): Promise<void> {
  await Promise.all(
    Object.entries(INDEXES).map(([collection, indexes]) => db.collection(collection).createIndexes([...indexes])),
  );
}

/** What stands behind a connection: evidence that was gathered on the embedded server says less. */
export type DatabaseKind = 'embedded' | 'mongodb';

/** Asks the server what it is. */
export async function databaseKind(db: Db): Promise<DatabaseKind> {
  const { gitVersion } = await db.command({ buildInfo: 1 });
  return gitVersion === 'banyan-embedded' ? 'embedded' : 'mongodb';
}
