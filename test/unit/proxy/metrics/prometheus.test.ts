import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { createMetrics, type MetricSources } from '../../../../proxy/metrics/prometheus';
import type { RequestObservation } from '../../../../proxy/observation';
import { NO_OVERRIDES } from '../../../../proxy/overrides/state';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { clientOf } from '../../../support/client';

const table = parseRouteTable('routes: []', { file: 'routes.yml', lambdaAvailable: true });
const metrics = (sources: MetricSources = {}) =>
  createMetrics(
    () => table,
    () => NO_OVERRIDES,
    sources,
  );

const OBSERVED: RequestObservation = {
  routeId: 'list',
  method: 'GET',
  statusCode: 200,
  ms: 3,
  upstream: 'lambda',
  reason: 'stage',
  lambda: { outcome: 'answered', statusCode: 200, ms: 3, code: undefined, coldStart: false },
  at: 0,
};

const linesOf = (text: string, name: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .sort();

describe('metrics of requests', () => {
  it('counts by route, side, reason and class of status, and the attempts of Lambda', async () => {
    const counted = metrics();
    counted.request(OBSERVED, clientOf(0));
    counted.request(OBSERVED, clientOf(0));
    const failed = { outcome: 'failed', statusCode: undefined, ms: 1, code: 'x', coldStart: false } as const;
    counted.request(
      { ...OBSERVED, upstream: 'legacy', reason: 'fallback', statusCode: 404, lambda: failed },
      clientOf(0),
    );
    counted.unlisted(503, 12);
    const text = await counted.render();
    expect(linesOf(text, 'banyan_requests_total')).toEqual([
      'banyan_requests_total{route="(unlisted)",upstream="legacy",reason="unlisted",status="5xx"} 1',
      'banyan_requests_total{route="list",upstream="lambda",reason="stage",status="2xx"} 2',
      'banyan_requests_total{route="list",upstream="legacy",reason="fallback",status="4xx"} 1',
    ]);
    expect(linesOf(text, 'banyan_lambda_attempts_total')).toEqual([
      'banyan_lambda_attempts_total{route="list",outcome="2xx",cold_start="false"} 2',
      'banyan_lambda_attempts_total{route="list",outcome="failed",cold_start="false"} 1',
    ]);
    // Reading counts nothing twice.
    expect(linesOf(await counted.render(), 'banyan_requests_total')).toEqual(linesOf(text, 'banyan_requests_total'));
  });

  it('has the histogram that prom-client makes of the same durations', async () => {
    await fc.assert(
      fc.asyncProperty(
        // In microseconds, and now and then on a bound.
        fc.array(
          fc.oneof(
            fc.integer({ min: 0, max: 60_000_000 }).map((us) => us / 1000),
            fc.integer({ min: 0, max: 15 }).map((power) => 2 ** power),
          ),
          { minLength: 1 },
        ),
        async (durations) => {
          const registry = new Registry();
          const oracle = new Histogram({
            name: 'banyan_request_duration_seconds',
            help: 'From the request head to the end of the answer, as seen by the client',
            labelNames: ['route', 'upstream'],
            buckets: Array.from({ length: 15 }, (_, power) => 2 ** power / 1000),
            registers: [registry],
          });
          const counted = metrics();
          for (const ms of durations) {
            counted.request({ ...OBSERVED, ms }, clientOf(0));
            oracle.observe({ route: 'list', upstream: 'lambda' }, ms / 1000);
          }
          const name = 'banyan_request_duration_seconds';
          const sortedLabels = (line: string): string =>
            line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').sort().join(',')}}`);
          expect(linesOf(await counted.render(), name).map(sortedLabels)).toEqual(
            linesOf(await registry.metrics(), name).map(sortedLabels),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('tells what was recorded and what was not', async () => {
    const dropped = { incomplete: 1, memory: 2, full: 0, disk: 0, unredactable: 3 };
    const counted = metrics({ recorder: { stats: () => ({ recorded: 7, recordedBytes: 700, waiting: 0, dropped }) } });
    const text = await counted.render();
    expect(text).toContain('\nbanyan_recorded_exchanges_total 7\n');
    expect(text).toContain('\nbanyan_recorded_bytes_total 700\n');
    expect(text).toContain('\nbanyan_recording_dropped_total{reason="unredactable"} 3\n');
    expect(await metrics().render()).not.toContain('banyan_recorded');
  });
});
