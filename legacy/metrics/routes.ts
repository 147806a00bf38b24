import { Router, type RequestHandler } from 'express';
import { asyncRoute } from '../async-route';
import { requireReader } from '../auth/access';
import { accountOf } from '../auth/identity';
import { toDay } from '../day';
import { sendEventNotFound } from '../events/routes';
import type { EventStore } from '../events/store';
import { parseObjectId } from '../object-id';
import { sendValidationErrors } from '../validation';
import { sum, type MetricsStore } from './store';
import { validateMetricsQuery } from './validate';

interface MetricsRoutesDeps {
  readonly metrics: MetricsStore;
  readonly events: EventStore;
  readonly acceptApiKey: RequestHandler;
  readonly clock: () => Date;
}

/** `/api/events/:eventId/metrics` and `/api/metrics/all`; mounted at `/api`. */
export function metricsRoutes({ metrics, events, acceptApiKey, clock }: MetricsRoutesDeps): Router {
  const router = Router();

  router.get(
    '/events/:eventId/metrics',
    acceptApiKey,
    requireReader,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      const event = id && (await events.find(accountOf(req), id));
      if (!event) return sendEventNotFound(res);
      const query = validateMetricsQuery(req.query, clock());
      if (!query.ok) return sendValidationErrors(res, query.fields);
      const { interval, range } = query.value;
      const buckets = await metrics.countByPeriod(event.customerAccountId, event._id, interval, range);
      return res.json({
        eventId: event._id.toHexString(),
        interval,
        from: toDay(range.from),
        to: toDay(range.to),
        buckets,
        totals: sum(buckets),
      });
    }),
  );

  router.get(
    '/metrics/all',
    acceptApiKey,
    requireReader,
    asyncRoute(async (req, res) => {
      const query = validateMetricsQuery(req.query, clock());
      if (!query.ok) return sendValidationErrors(res, query.fields);
      const { interval, range } = query.value;
      const counted = await metrics.countByEvent(accountOf(req), range);
      return res.json({
        interval,
        from: toDay(range.from),
        to: toDay(range.to),
        events: counted.map((entry) => ({ ...entry, eventId: entry.eventId.toHexString() })),
        totals: sum(counted),
      });
    }),
  );

  return router;
}
