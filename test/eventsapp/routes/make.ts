import { randomBytes } from 'node:crypto';
import type { Routes } from './describe-routes';

/** A title that no other event has, so that a test finds its own among whatever is there. */
export function uniqueTitle(): string {
  return `Route test ${randomBytes(6).toString('hex')}`;
}

/** Makes an event of the demo account and returns its id. */
export async function makeEvent(routes: Routes, fields: object = {}): Promise<string> {
  const body = { title: uniqueTitle(), startsAt: '2031-05-01T18:00:00Z', ...fields };
  const answer = await routes.ask('POST /api/events', { body });
  expect(answer.statusCode).toBe(201);
  return (answer.json() as { event: { id: string } }).event.id;
}

/** An id that nothing has. */
export const UNKNOWN_ID = 'ffffffffffffffffffffffff';
