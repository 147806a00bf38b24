import { Router, type RequestHandler, type Response } from 'express';
import { ObjectId } from 'mongodb';
import { asyncRoute } from '../async-route';
import { requireReader, requireRole } from '../auth/access';
import { accountOf, userOf } from '../auth/identity';
import { sendEventNotFound } from '../events/routes';
import type { EventStore } from '../events/store';
import { parseObjectId } from '../object-id';
import { sendValidationErrors } from '../validation';
import type { PhotoInfo, PhotoStore } from './store';
import { readUpload } from './upload';
import { validatePhoto } from './validate';

interface PhotoRoutesDeps {
  readonly photos: PhotoStore;
  readonly events: EventStore;
  readonly acceptApiKey: RequestHandler;
  readonly clock: () => Date;
}

/** `/api/events/:eventId/photos` and `/api/photos/:photoId`; mounted at `/api`. */
export function photoRoutes({ photos, events, acceptApiKey, clock }: PhotoRoutesDeps): Router {
  const router = Router();

  router.get(
    '/events/:eventId/photos',
    acceptApiKey,
    requireReader,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      const event = id && (await events.find(accountOf(req), id));
      if (!event) return sendEventNotFound(res);
      const found = await photos.list(event.customerAccountId, event._id);
      return res.json({ photos: found.map(toPhotoJson) });
    }),
  );

  router.post(
    '/events/:eventId/photos',
    requireRole('organiser'),
    // In front of the look-up: a client that is still sending would not hear a 404.
    readUpload('photo'),
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['eventId']);
      const event = id && (await events.find(accountOf(req), id));
      if (!event) return sendEventNotFound(res);
      const input = validatePhoto(req.file);
      if (!input.ok) return sendValidationErrors(res, input.fields);
      const photo = await photos.add({
        eventId: event._id,
        customerAccountId: event.customerAccountId,
        ...input.value,
        createdBy: new ObjectId(userOf(req).userId),
        createdAt: clock(),
      });
      return res
        .status(201)
        .location(`/api/photos/${photo._id.toHexString()}`)
        .json({ photo: toPhotoJson(photo) });
    }),
  );

  router.get(
    '/photos/:photoId',
    acceptApiKey,
    requireReader,
    asyncRoute(async (req, res) => {
      const id = parseObjectId(req.params['photoId']);
      const photo = id && (await photos.find(accountOf(req), id));
      if (!photo) return sendPhotoNotFound(res);
      return (
        res
          .type(photo.contentType)
          .set('Content-Disposition', `inline; filename*=UTF-8''${encodeExtended(photo.fileName)}`)
          // The type is what the uploader said: no browser shall find a script in it.
          .set('X-Content-Type-Options', 'nosniff')
          .send(photo.data)
      );
    }),
  );

  return router;
}

function sendPhotoNotFound(res: Response): Response {
  return res.status(404).json({ error: 'Photo not found' });
}

function toPhotoJson({ _id, fileName, contentType, size, createdAt }: PhotoInfo): object {
  return { id: _id.toHexString(), fileName, contentType, size, createdAt };
}

/** A value of an extended parameter by RFC 8187. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
