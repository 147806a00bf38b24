import { Router, type Response } from 'express';
import { ObjectId } from 'mongodb';
import { asyncRoute } from '../async-route';
import { requireRole, requireUser } from '../auth/access';
import { accountOf, userOf } from '../auth/identity';
import { sendValidationErrors } from '../validation';
import { onDemandJob } from './job';
import type { ReportQueue } from './queue';
import type { ReportDocument, ReportStore } from './store';
import { validateReportRequest } from './validate';

interface ReportRoutesDeps {
  readonly reports: ReportStore;
  /** Without one, reports can be read but not asked for. */
  readonly queue: Pick<ReportQueue, 'send'> | undefined;
  readonly clock: () => Date;
}

/** `/api/reports`: the account's reports, and asking for one. */
export function reportRoutes({ reports, queue, clock }: ReportRoutesDeps): Router {
  const router = Router();

  router.get(
    '/',
    requireUser,
    asyncRoute(async (req, res) => {
      const found = await reports.list(accountOf(req));
      return res.json({ reports: found.map(toReportJson) });
    }),
  );

  router.post(
    '/',
    requireRole('organiser'),
    asyncRoute(async (req, res) => {
      if (!queue) return res.status(503).json({ error: 'Reports are not available' });
      const input = validateReportRequest(req.body, clock());
      if (!input.ok) return sendValidationErrors(res, input.fields);
      const job = onDemandJob(accountOf(req), input.value.day);
      // Before its job is in the queue: whoever processes it must find it.
      const report = await reports.create(job, new ObjectId(userOf(req).userId), clock());
      try {
        await queue.send([job]);
      } catch (error) {
        await reports.fail(job, clock());
        throw error;
      }
      return res
        .status(202)
        .location(`/api/reports/${report._id}`)
        .json({ report: toReportJson(report) });
    }),
  );

  router.get(
    '/:reportId',
    requireUser,
    asyncRoute(async (req, res) => {
      const report = await reports.find(accountOf(req), String(req.params['reportId']));
      return report ? res.json({ report: toReportJson(report) }) : sendReportNotFound(res);
    }),
  );

  return router;
}

function sendReportNotFound(res: Response): Response {
  return res.status(404).json({ error: 'Report not found' });
}

function toReportJson(report: ReportDocument): object {
  const { _id, kind, day, status, requestedBy, result, createdAt, finishedAt } = report;
  return {
    id: _id,
    kind,
    day,
    status,
    requestedBy: requestedBy === null ? null : requestedBy.toHexString(),
    result,
    createdAt,
    finishedAt,
  };
}
