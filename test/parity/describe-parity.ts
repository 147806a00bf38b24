import { compareResponses } from '../../shared/parity/compare';
import type { Difference, ObservedResponse } from '../../shared/parity/exchange';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { demoRoutes, runSystem, type RunningSystem } from '../support/running-system';
import { logIn, type Credentials } from './identities';
import { send, sendRaw, type CaseRequest } from './send';

/** Statuses that legacy must give, so that a case cannot pass by failing alike on both sides. */
type ExpectedStatus = number | Readonly<Record<string, number>>;

/** One request, sent as each identity to both sides. */
export interface ParityCase {
  readonly name: string;
  readonly request: Partial<CaseRequest> & Pick<CaseRequest, 'path'>;
  /** Sent byte by byte instead: request line and header lines; the identity's headers are added. */
  readonly raw?: readonly string[];
  readonly status: ExpectedStatus;
  /** Default: all of `banyan.config.ts`, where `status` is by identity: those named there. */
  readonly identities?: readonly string[];
  /** Why the case is not sent to the gateway itself: what the proxy absorbs or keeps on legacy. */
  readonly onlyThroughProxy?: string;
  /** Which side must answer through the proxy when the route is on Lambda; default lambda. */
  readonly answeredBy?: 'legacy' | 'lambda';
}

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
 */
export function describeParity(route: string, cases: readonly ParityCase[]): void {
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
    });

    afterAll(async () => {
      await onLegacy.close();
      await system.close();
      jest.restoreAllMocks();
    });

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

        const { answeredBy = 'lambda' } = parityCase;
        expect(system.logger.lines.findLast(({ message }) => message === 'request')?.fields).toMatchObject({
          upstream: answeredBy,
        });
      });
    });
  });
}

function identitiesOf({ identities, status }: ParityCase): readonly string[] {
  return identities ?? (typeof status === 'number' ? ['member'] : Object.keys(status));
}

function expectedStatus({ status }: ParityCase, identity: string): number | undefined {
  return typeof status === 'number' ? status : status[identity];
}

function sendCase(baseUrl: string, { request, raw }: ParityCase, credentials: Credentials): Promise<ObservedResponse> {
  if (raw === undefined) {
    const headers = { ...credentials, ...request.headers };
    return send(baseUrl, { method: 'GET', ...request, headers });
  }
  const lines = Object.entries(credentials).map(([name, value]) => `${name}: ${value}`);
  return sendRaw(baseUrl, [...raw, ...lines], request.body);
}

/** Straight from the gateway, before the proxy has taken off what AWS adds: its ids, and a type for answers without a body. */
function withoutAddedByAws(
  differences: readonly Difference[],
  { statusCode }: ObservedResponse,
): readonly Difference[] {
  const added = statusCode === 304 ? /^header (x-amzn-|x-amz-|content-type)/ : /^header (x-amzn-|x-amz-)/;
  return differences.filter(({ path, kind }) => !(kind === 'unexpected' && added.test(path)));
}
