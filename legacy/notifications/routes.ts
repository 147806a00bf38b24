import { Router, type Response } from 'express';
import type { ObjectId } from 'mongodb';
import { asyncRoute } from '../async-route';
import { requireUser } from '../auth/access';
import { accountOf } from '../auth/identity';
import { parseObjectId } from '../object-id';
import { byTime, type NotificationFeed } from './feed';
import { MAX_BUFFERED_BYTES, toNotificationJson } from './notification-json';
import type { NotificationDocument, NotificationStore } from './store';

interface NotificationRoutesDeps {
  readonly notifications: NotificationStore;
  readonly feed: NotificationFeed;
  readonly heartbeatMs: number;
}

/** `/api/notifications/stream`: Server-Sent Events (HTML Living Standard, section 9.2) of the user's account. */
export function notificationRoutes({ notifications, feed, heartbeatMs }: NotificationRoutesDeps): Router {
  const router = Router();

  router.get(
    '/stream',
    requireUser,
    asyncRoute(async (req, res) => {
      res.set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-cache, no-transform',
        'X-Accel-Buffering': 'no',
      });
      // Express sends HEAD here too, and it must not wait for an end that never comes.
      if (req.method === 'HEAD') {
        res.end();
        return;
      }

      const account = accountOf(req);
      const subscription = await feed.subscribe(account);
      if (res.destroyed) {
        subscription.cancel();
        return;
      }
      // Between its end and its close a response must not be written to: that would be an uncaught error.
      const write = (text: string) => {
        if (res.writableLength > MAX_BUFFERED_BYTES) res.destroy();
        else if (!res.writableEnded && !res.destroyed) res.write(text);
      };
      const heartbeat = setInterval(write, heartbeatMs, ':\n\n');
      res.once('close', () => {
        clearInterval(heartbeat);
        subscription.cancel();
      });
      write('retry: 2000\n\n');

      const lastId = parseObjectId(req.get('last-event-id'));
      const replayed = lastId && (await replay(res, notifications, account, lastId));
      subscription.start(
        (notification) => {
          if (!replayed?.has(notification._id.toHexString())) write(toMessage(notification));
        },
        () => res.end(),
      );
    }),
  );

  return router;
}

/**
 * Writes what came after the client's last notification, in the order of (createdAt, id); an id that is unknown or of another
 * account counts by the time it was made. Returns the ids written, which the feed may bring once more.
 */
async function replay(
  res: Response,
  notifications: NotificationStore,
  account: ObjectId,
  lastId: ObjectId,
): Promise<ReadonlySet<string>> {
  const lastAt = (await notifications.createdAt(account, lastId)) ?? lastId.getTimestamp();
  const last = { _id: lastId, createdAt: lastAt };
  const written = new Set<string>();
  for await (const notification of notifications.listOfAccountSince(account, lastAt)) {
    if (byTime(notification, last) <= 0) continue;
    if (res.destroyed) break;
    if (!res.write(toMessage(notification))) await drainOrClose(res);
    written.add(notification._id.toHexString());
  }
  return written;
}

function drainOrClose(res: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
}

function toMessage(notification: NotificationDocument): string {
  const type = notification.type.replace(/[\r\n]/g, ' ');
  const data = JSON.stringify(toNotificationJson(notification));
  return `id: ${notification._id.toHexString()}\nevent: ${type}\ndata: ${data}\n\n`;
}
