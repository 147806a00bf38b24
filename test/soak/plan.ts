import { bodyOf, judgeAnswer, type Judgement, type ReceivedAnswer } from './answer';

/** A request, and how its answer is judged. */
export interface PlannedRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  /** Of an unsafe request: what its execution is known by. */
  readonly unsafeId?: string;
  /** Whether a user's side shows in it. */
  readonly isByCohort?: boolean;
  /** Who gave this answer, if that can be seen; or what is wrong with it. */
  judge(answer: ReceivedAnswer): Judgement;
}

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
