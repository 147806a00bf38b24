import { Router, type RequestHandler, type Response } from 'express';
import { ObjectId } from 'mongodb';
import { asyncRoute } from '../async-route';
import { requireReader, requireRole, requireUser } from '../auth/access';
import { accountOf, userOf } from '../auth/identity';
import type { NotificationStore } from '../notifications/store';
import { parseObjectId } from '../object-id';
import { sendValidationErrors } from '../validation';
import { toEventJson } from './event-json';
import type { EventDocument, EventStore } from './store';
import { validateActivity, validateEvent } from './validate-body';
import { validateEventList } from './validate-list';

interface EventRoutesDeps {
  readonly events: EventStore;
  readonly notifications: NotificationStore;
  readonly acceptApiKey: RequestHandler;
  readonly clock: () => Date;
}

/** `/api/events`: list, read, create, replace, delete, and count activity. */
export function eventRoutes({ events, notifications, acceptApiKey, clock }: EventRoutesDeps): Router {
  const router = Router();
  const organiser = requireRole('organiser');

  const notify = async (type: string, event: EventDocument) => {
    await notifications.add({
      customerAccountId: event.customerAccountId,
      type,
      payload: { eventId: event._id.toHexString(), title: event.title, status: event.status },
      createdAt: clock(),
    });
  };

  router.get(
    '/',
    acceptApiKey,
    requireReader,
    asyncRoute(async (req, res) => {
      const query = validateEventList(req.query);
      if (!query.ok) return sendValidationErrors(res, query.fields);
      const { page, limit } = query.value;
      const found = await events.list(accountOf(req), query.value);
      return res.json({ events: found.events.map(toEventJson), page, limit, total: found.total });
    }),
  );

  router.post(
    '/',
    organiser,
    asyncRoute(async (req, res) => {
      const input = validateEvent(req.body);
      if (!input.ok) return sendValidationErrors(res, input.fields);
      const now = clock();
      const event = await events.create({
        customerAccountId: accountOf(req),
        ...input.value,
        createdBy: new ObjectId(userOf(req).userId),
        createdAt: now,
        updatedAt: now,
      });
      await notify('event.created', event);
      return res
        .status(201)
        .location(`/api/events/${event._id.toHexString()}`)
        .json({ event: toEventJson(event) });
    }),
  );

  router.get(
    '/:eventId',
    acceptApiKey,
    requireReader,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      const event = id && (await events.find(accountOf(req), id));
      if (!event) return sendEventNotFound(res);
      return res.json({ event: toEventJson(event) });
    }),
  );

  router.put(
    '/:eventId',
    organiser,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      if (!id) return sendEventNotFound(res);
      const input = validateEvent(req.body);
      if (!input.ok) return sendValidationErrors(res, input.fields);
      const event = await events.replace(accountOf(req), id, input.value, clock());
      if (!event) return sendEventNotFound(res);
      await notify('event.updated', event);
      return res.json({ event: toEventJson(event) });
    }),
  );

  router.delete(
    '/:eventId',
    organiser,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      const event = id && (await events.remove(accountOf(req), id));
      if (!event) return sendEventNotFound(res);
      await notify('event.deleted', event);
      return res.status(204).end();
    }),
  );

  router.post(
    '/:eventId/activity',
    requireUser,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      const event = id && (await events.find(accountOf(req), id));
      if (!event) return sendEventNotFound(res);
      const activity = validateActivity(req.body);
      if (!activity.ok) return sendValidationErrors(res, activity.fields);
      const { _id: eventId, customerAccountId } = event;
      await events.addActivity({ eventId, customerAccountId, type: activity.value.type, at: clock() });
      return res.status(202).json({ counted: true });
    }),
  );

  return router;
}

/** The same answer for an id that is malformed, unknown or of another account: which ids exist stays secret. */
export function sendEventNotFound(res: Response): Response {
  return res.status(404).json({ error: 'Event not found' });
}
