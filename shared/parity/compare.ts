import { compareBodies } from './compare-bodies';
import { compareCookies } from './compare-cookies';
import { compareHeaders } from './compare-headers';
import { difference, type Difference, type ObservedResponse } from './exchange';

/** What may differ without a client noticing. */
export interface Tolerances {
  /** How far two times that both sides made up may be apart, in ms. */
  readonly time: number;
}

export const DEFAULT_TOLERANCES: Tolerances = { time: 5_000 };

/**
 * Compares two answers to the same request. Pure.
 *
 * @param control legacy's answer
 * @param candidate Lambda's
 * @returns every difference a client could see; empty when there is none
 */
export function compareResponses(
  control: ObservedResponse,
  candidate: ObservedResponse,
  tolerances: Tolerances = DEFAULT_TOLERANCES,
): readonly Difference[] {
  const status =
    control.statusCode === candidate.statusCode
      ? []
      : [difference('status', 'value', control.statusCode, candidate.statusCode)];
  return [
    ...status,
    ...compareHeaders(control.headers, candidate.headers),
    ...compareCookies(valuesOf(control, 'set-cookie'), valuesOf(candidate, 'set-cookie'), tolerances.time),
    ...compareBodies(control, candidate),
  ];
}

function valuesOf({ headers }: ObservedResponse, wanted: string): readonly string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}
