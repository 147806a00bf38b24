import { bodyOf, judgeAnswer } from './answer';
import type { PlannedRequest } from './clients';

/** In turns a safe request to the listed route, one to a path that is not listed, and an unsafe one, all with paths of their own. */
export function planForSides(client: number, i: number): PlannedRequest {
  const isListed = i % 3 !== 1;
  const isUnsafe = i % 3 === 2;
  const path = `/${isListed ? 'api/events' : 'unlisted'}/${client}-${i}`;
  const method = isUnsafe ? 'POST' : 'GET';
  return {
    method,
    path,
    ...(isUnsafe && { body: bodyOf(path), unsafeId: path }),
    isByCohort: isListed,
    judge: (answer) => judgeAnswer({ method, path }, answer),
  };
}
