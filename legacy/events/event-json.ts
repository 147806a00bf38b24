import type { EventDocument, EventStatus } from './store';

/** An event as clients see it. */
export interface EventJson {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly status: EventStatus;
  readonly tags: readonly string[];
  readonly venue: string | null;
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly capacity: number | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function toEventJson(event: EventDocument): EventJson {
  return {
    id: event._id.toHexString(),
    title: event.title,
    description: event.description,
    status: event.status,
    tags: event.tags,
    venue: event.venue,
    startsAt: event.startsAt.toISOString(),
    endsAt: event.endsAt === null ? null : event.endsAt.toISOString(),
    capacity: event.capacity,
    createdBy: event.createdBy.toHexString(),
    createdAt: event.createdAt.toISOString(),
    updatedAt: event.updatedAt.toISOString(),
  };
}
