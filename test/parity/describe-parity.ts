import { MongoClient, type Db } from 'mongodb';
import { compareResponses } from '../../shared/parity/compare';
import type { Difference, ObservedResponse } from '../../shared/parity/exchange';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { demoRoutes, runSystem, type RunningSystem } from '../support/running-system';
import { logIn, type Credentials } from './identities';
import {
  answeredBy,
  expectedStatus,
  identitiesOf,
  itIsAskedAsEverybody,
  sendCase,
  withoutAddedByAws,
  type ParityCase,
} from './parity-case';

export type { ParityCase } from './parity-case';

/** Statuses of a private route that everybody of the account may read. */
export const READABLE = {
  anonymous: 401,
  'bad token': 401,
  member: 200,
  organiser: 200,
  'other account': 200,
  'API key': 200,
};
/** The same for something that belongs to the account of member, organiser and API key. */
export const OWN_ACCOUNT = { ...READABLE, 'other account': 404 };

/**
 * Runs every case as every identity against legacy (the control) and, as candidates, against the gateway and through the
 * proxy at each stage, and demands that no client could tell the answers apart.
 *
 * @param prepare writes what the demo data does not have
 */
export function describeParity(
  route: string,
  cases: readonly ParityCase[],
  prepare?: (db: Db) => Promise<unknown>,
): void {
  describe(`parity of ${route}`, () => {
    let system: RunningSystem;
    let onLegacy: RunningProxy;
    let credentials: ReadonlyMap<string, Credentials>;

    beforeAll(async () => {
      // Express prints malformed requests to the console; here they are sent on purpose.
      jest.spyOn(console, 'error').mockImplementation();
      system = await runSystem({ stage: 'lambda' });
      onLegacy = await runProxy({
        legacyUrl: new URL(system.legacy.url),
        lambdaUrl: new URL(system.gateway.url),
        routes: await demoRoutes('legacy'),
      });
      credentials = await logIn(system.legacy.url);
      if (prepare !== undefined) await withDatabase(system.mongo.uri, prepare);
    });

    afterAll(async () => {
      await onLegacy.close();
      await system.close();
      jest.restoreAllMocks();
    });

    itIsAskedAsEverybody(cases);

    describe.each(cases.map((parityCase) => [parityCase.name, parityCase] as const))('%s', (_name, parityCase) => {
      it.each(identitiesOf(parityCase))('as %s', async (identity) => {
        const ask = (baseUrl: string): Promise<ObservedResponse> =>
          sendCase(baseUrl, parityCase, credentials.get(identity) ?? {});
        const control = await ask(system.legacy.url);
        expect(control.statusCode).toBe(expectedStatus(parityCase, identity));

        const found: Record<string, readonly Difference[]> = {};
        if (parityCase.onlyThroughProxy === undefined) {
          found['gateway'] = withoutAddedByAws(compareResponses(control, await ask(system.gateway.url)), control);
        }
        found['proxy, route on legacy'] = compareResponses(control, await ask(onLegacy.url));
        found['proxy, route on lambda'] = compareResponses(control, await ask(system.proxy.url));
        expect(found).toEqual(Object.fromEntries(Object.keys(found).map((side) => [side, []])));

        expect(system.logger.lines.findLast(({ message }) => message === 'request')?.fields).toMatchObject({
          upstream: answeredBy(parityCase, identity),
        });
      });
    });
  });
}

async function withDatabase(uri: string, use: (db: Db) => Promise<unknown>): Promise<void> {
  const client = await MongoClient.connect(uri);
  try {
    await use(client.db());
  } finally {
    await client.close();
  }
}
