import { fieldsOf } from 'banyan-strangler/lambda';

/** Who asks, as routes need it. */
export interface Caller {
  readonly userId: string;
  readonly team: string;
}

export function parseCaller(user: unknown): Caller | undefined {
  const { userId, _id = userId, team } = fieldsOf(user);
  return typeof team === 'string' ? { userId: String(_id), team } : undefined;
}
