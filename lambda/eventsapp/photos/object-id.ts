import { createJobId } from '../reports/job-id';

/** The id that a client sent, in lower case, or undefined if it cannot be one. Without the driver, which functions outside the VPC do not hold. */
export function objectIdOf(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{24}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** A fresh id, as the driver would make it. */
export const newObjectId = createJobId;
