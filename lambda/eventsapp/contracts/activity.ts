import { fieldsOf, FieldFaults } from 'banyan-strangler/lambda';

const ACTIVITY_TYPES = ['view', 'registration', 'share'] as const;

export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** `POST /api/events/:eventId/activity` */
export interface CountActivityResponse {
  readonly counted: true;
}

/**
 * Reads `{ type }`.
 *
 * @param body as Express's parsers give it
 * @throws ValidationError
 */
export function parseActivity(body: unknown): ActivityType {
  const given = fieldsOf(body)['type'];
  const faults = new FieldFaults();
  const type = ACTIVITY_TYPES.find((known) => known === given);
  if (type === undefined) faults.add('type', `must be one of ${ACTIVITY_TYPES.join(', ')}`, undefined);
  faults.throwIfAny();
  return type ?? 'view';
}
