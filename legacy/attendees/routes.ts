import { Router, type RequestHandler, type Response } from 'express';
import { ObjectId } from 'mongodb';
import { asyncRoute } from '../async-route';
import { requireReader, requireRole } from '../auth/access';
import { accountOf, userOf } from '../auth/identity';
import { sendEventNotFound } from '../events/routes';
import type { EventStore } from '../events/store';
import type { NotificationStore } from '../notifications/store';
import { parseObjectId } from '../object-id';
import { sendValidationErrors } from '../validation';
import type { AttendeeDocument, AttendeeStore } from './store';
import { validateAttendee, validateAttendeeList } from './validate';

interface AttendeeRoutesDeps {
  readonly attendees: AttendeeStore;
  readonly events: EventStore;
  readonly notifications: NotificationStore;
  readonly acceptApiKey: RequestHandler;
  readonly clock: () => Date;
}

/** `/api/events/:eventId/attendees`: who comes; mounted at `/api/events`. */
export function attendeeRoutes({ attendees, events, notifications, acceptApiKey, clock }: AttendeeRoutesDeps): Router {
  const router = Router();
  const organiser = requireRole('organiser');

  const notify = async (type: string, attendee: AttendeeDocument) => {
    const { _id, eventId, customerAccountId, name } = attendee;
    await notifications.add({
      customerAccountId,
      type,
      payload: { eventId: eventId.toHexString(), attendeeId: _id.toHexString(), name },
      createdAt: clock(),
    });
  };

  router.get(
    '/:eventId/attendees',
    acceptApiKey,
    requireReader,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      const event = id && (await events.find(accountOf(req), id));
      if (!event) return sendEventNotFound(res);
      const query = validateAttendeeList(req.query);
      if (!query.ok) return sendValidationErrors(res, query.fields);
      const { page, limit } = query.value;
      const found = await attendees.list(event.customerAccountId, event._id, query.value);
      return res.json({ attendees: found.attendees.map(toAttendeeJson), page, limit, total: found.total });
    }),
  );

  router.post(
    '/:eventId/attendees',
    organiser,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      const event = id && (await events.find(accountOf(req), id));
      if (!event) return sendEventNotFound(res);
      const input = validateAttendee(req.body);
      if (!input.ok) return sendValidationErrors(res, input.fields);
      const attendee = await attendees.add({
        eventId: event._id,
        customerAccountId: event.customerAccountId,
        ...input.value,
        status: 'registered',
        createdBy: new ObjectId(userOf(req).userId),
        createdAt: clock(),
      });
      if (!attendee) return res.status(409).json({ error: 'This email is already registered' });
      await notify('attendee.added', attendee);
      return res
        .status(201)
        .location(`/api/events/${event._id.toHexString()}/attendees/${attendee._id.toHexString()}`)
        .json({ attendee: toAttendeeJson(attendee) });
    }),
  );

  router.delete(
    '/:eventId/attendees/:attendeeId',
    organiser,
    asyncRoute(async (req, res) => {
      const eventId = parseObjectId(req.params['eventId']);
      const id = parseObjectId(req.params['attendeeId']);
      const attendee = eventId && id && (await attendees.remove(accountOf(req), eventId, id));
      if (!attendee) return sendAttendeeNotFound(res);
      await notify('attendee.removed', attendee);
      return res.status(204).end();
    }),
  );

  return router;
}

/** Also when it is the event that is unknown or of another account. */
function sendAttendeeNotFound(res: Response): Response {
  return res.status(404).json({ error: 'Attendee not found' });
}

function toAttendeeJson({ _id, name, email, status, createdAt }: AttendeeDocument): object {
  return { id: _id.toHexString(), name, email, status, createdAt };
}
