import { createNotifier } from '../../../../proxy/guard/notify';
import { startGuard, type RunningGuard } from '../../../../proxy/guard/run';
import { guardSettings } from '../../../../proxy/route-table/guard-settings';
import type { Baseline } from '../../../../proxy/statistics/baseline';
import type { Overrides } from '../../../../proxy/overrides/overrides';
import { clientOf } from '../../../support/client';
import { capturedLogger } from '../../../support/captured-logger';
import { recordingServer } from '../../../support/recording-server';
import { waitFor } from '../../../support/wait-for';
import { startProxies, type Proxies } from '../overrides/two-proxies';
import { onlyOnEmbedded } from '../../../support/test-mongo';

const { describe } = onlyOnEmbedded();

const LONG = 20_000;
const ROUTE = { id: 'list-events', isSafe: true, stage: 'canary', guard: guardSettings() } as const;
let proxies: Proxies;
const guards: RunningGuard[] = [];
beforeEach(async () => (proxies = await startProxies()));
afterEach(async () => {
  await Promise.all(guards.splice(0).map((guard) => guard.close()));
  await proxies.close();
});

function guardOf(overrides: Overrides, name: string, webhookUrl?: URL, baseline?: Baseline) {
  const logger = capturedLogger();
  const notifier = createNotifier({ webhookUrl, retryDelay: 1 }, logger);
  const ledger = { flush: () => Promise.resolve(true), baseline: () => Promise.resolve(baseline) };
  const guard = startGuard({ overrides, ledger, notifier, name, logger, baselineInterval: 20 });
  guards.push(guard);
  guard.seeRoutes({ routes: [ROUTE] });
  return Object.assign(guard, { logger });
}

function fail(guard: RunningGuard, times: number, routeId = 'list-events') {
  for (let index = 0; index < times; index += 1)
    guard.request(
      {
        ...{ routeId, method: 'GET', statusCode: 502, ms: 3, upstream: 'lambda', reason: 'cohort', at: Date.now() },
        lambda: { outcome: 'failed', statusCode: undefined, ms: 3, code: 'upstream_refused', coldStart: false },
      },
      clientOf(index),
    );
}

const isLowered = (overrides: Overrides) => overrides.current().lowered.has('list-events');

describe('guard', () => {
  it('returns a route to legacy with the request that shows the breach, on both proxies, and one tells the webhook', async () => {
    const server = await recordingServer();
    const [a, b] = await Promise.all([proxies.start('a'), proxies.start('b')]);
    const guardA = guardOf(a, 'proxy a', server.url);
    const guardB = guardOf(b, 'proxy b', server.url);
    fail(guardA, 19);
    expect(isLowered(a)).toBe(false);
    fail(guardA, 1);
    expect(isLowered(a)).toBe(true);
    fail(guardB, 20);
    const hasActed = ({ logger }: typeof guardA) => logger.lines.some(({ fields }) => 'first' in fields);
    await waitFor('both to have acted', () => hasActed(guardA) && hasActed(guardB), LONG);
    await waitFor('the webhook', () => server.requests.length > 0, LONG);
    await Promise.all(guards.splice(0).map((guard) => guard.close()));
    expect(server.requests).toHaveLength(1);
    const body: unknown = JSON.parse(String(server.requests[0]?.body));
    expect(body).toMatchObject({
      event: 'route-returned-to-legacy',
      routeId: 'list-events',
      text: 'Banyan rolled list-events back to legacy: 20 of 20 requests (100 %) failed on Lambda; allowed: 5 %',
      evidence: { lambdaErrors: 20 },
    });
    expect(b.current().lowered.get('list-events')).toMatchObject({ kind: 'guard', evidence: { lambdaErrors: 20 } });
    await server.close();
  });

  it('stays until a person resumes, and then starts with an empty window', async () => {
    const a = await proxies.start('a');
    const guard = guardOf(a, 'proxy a');
    fail(guard, 30);
    await waitFor('the write', () => a.current().lowered.size === 1, LONG);
    await a.resume('list-events', { by: 'ann', why: 'mended' });
    fail(guard, 19);
    expect(isLowered(a)).toBe(false);
    fail(guard, 1);
    expect(isLowered(a)).toBe(true);
  });

  it('acts without MongoDB', async () => {
    const a = await proxies.start('a');
    const guard = guardOf(a, 'proxy a');
    await proxies.faults.down();
    fail(guard, 20);
    expect(isLowered(a)).toBe(true);
  });

  it.each([
    ['unguarded', { ...ROUTE, guard: undefined }],
    ['on legacy', { ...ROUTE, stage: 'legacy' as const }],
    ['in the shadow', { ...ROUTE, stage: 'shadow' as const }],
    ['retired', { ...ROUTE, stage: 'retired' as const }],
  ])('leaves a route alone that is %s', async (_case, route) => {
    const a = await proxies.start('a');
    const guard = guardOf(a, 'proxy a');
    guard.seeRoutes({ routes: [route] });
    fail(guard, 50);
    expect(isLowered(a)).toBe(false);
  });

  it('takes its baseline from the ledger', async () => {
    const a = await proxies.start('a');
    const baseline = { requests: 100, errorRate: 0.9, p99: 10 };
    const guard = guardOf(a, 'proxy a', undefined, baseline);
    await waitFor('the baseline', () => guard.logger.lines.some(({ message }) => message.includes('baseline')), LONG);
    // Legacy failed nearly always.
    fail(guard, 20);
    expect(isLowered(a)).toBe(false);
  });
});
