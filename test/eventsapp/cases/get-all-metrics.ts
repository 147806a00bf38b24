import type { CaseSuite } from 'banyan-strangler/parity';
import { metrics } from './contracts';
import { metricsQueries } from './metrics-cases';
import { get } from './requests';
import { READABLE } from './who';

export const getMetricsAll: CaseSuite = {
  route: 'GET /api/metrics/all',
  contract: metrics,
  cases: [get('plain', '/api/metrics/all', { status: READABLE }), ...metricsQueries('/api/metrics/all')],
};
