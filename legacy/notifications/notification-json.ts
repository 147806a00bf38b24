import type { NotificationDocument } from './store';

/** A notification as clients see it, in both transports. */
export function toNotificationJson({ _id, type, payload, createdAt }: NotificationDocument): object {
  return { id: _id.toHexString(), type, payload, createdAt: createdAt.toISOString() };
}

/** A client that has fallen this far behind is cut off; it comes back and resumes. */
export const MAX_BUFFERED_BYTES = 1_000_000;
