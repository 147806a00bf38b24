import { describeParity, READABLE } from './describe-parity';
import { get, metricsQueries } from './metrics-cases';

describeParity('GET /api/metrics/all', [
  get('plain', '/api/metrics/all', { status: READABLE }),
  ...metricsQueries('/api/metrics/all'),
]);
