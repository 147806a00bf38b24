import { parseSegments } from '../route-table/route';
import type { AppRoute, HazardKind } from './inventory';

/** `lift`: run the monolith's own code; `rewrite`: a new function is small; `stay`: on legacy; `look`: reading does not settle it. */
export type Verdict = 'lift' | 'rewrite' | 'stay' | 'look';

export interface Judged {
  readonly verdict: Verdict;
  /** Why, the strongest first. */
  readonly reasons: readonly string[];
}

/** What Lambda behind API Gateway cannot do, or does in one of many processes. */
const STAYS: Partial<Record<HazardKind, string>> = {
  stream: 'API Gateway does not stream',
  multipart: 'uploads are cut at the limits of API Gateway',
  memory: 'keeps data in its process; Lambda runs many',
  emitter: 'reaches only its own process',
};
const LOOKS: Partial<Record<HazardKind, string>> = {
  timer: 'a timer may not run on Lambda once it has answered',
  file: 'uses files, which on Lambda only one instance sees',
  write: 'a GET that writes: safe: false in routes.yml',
  outgoing: 'calls another host, which a function in the VPC cannot reach without a NAT gateway',
};
const LIFTS: Partial<Record<HazardKind, string>> = {
  session: 'writes the session, which only the app itself may',
  csrf: "needs the app's own CSRF token",
};

/** Judges a route by what was read of it. Pure. */
export function judgeRoute(route: AppRoute): Judged {
  const { hazards, path, method, renders, isReadable, shadowedBy } = route;
  const because = (reasons: Partial<Record<HazardKind, string>>): string[] =>
    hazards.flatMap(({ kind, text, place }) =>
      reasons[kind] === undefined ? [] : [`${reasons[kind]} (${text}, ${place})`],
    );
  const stays = because(STAYS);
  if (parseSegments(path) === undefined) stays.unshift('API Gateway supports only static segments and :params');
  if (stays.length > 0) return { verdict: 'stay', reasons: stays };
  const looks = because(LOOKS);
  if (shadowedBy !== undefined) looks.unshift(`never reached: ${shadowedBy} takes its requests`);
  if (!isReadable) looks.unshift('its handler comes from a package or is built at run time, and was not read');
  if (method === 'ALL') looks.unshift('answers every method');
  if (looks.length > 0) return { verdict: 'look', reasons: looks };
  const lifts = because(LIFTS);
  if (renders) lifts.unshift("renders the app's own views");
  if (lifts.length > 0) return { verdict: 'lift', reasons: lifts };
  return {
    verdict: 'rewrite',
    reasons: ['no view, no session write, nothing kept in the process; lifting works as well'],
  };
}
