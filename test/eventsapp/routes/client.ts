/** A request as a route test writes it. */
export interface RouteRequest {
  readonly method: string;
  /** Path and query, without the stage. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer, whichever way it came. */
export interface RouteAnswer {
  readonly statusCode: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/** Sends a request to the functions: in this process, or by HTTP. */
export type RouteClient = (request: RouteRequest) => Promise<RouteAnswer>;

/** Lower-case names, and every value of each. */
export function groupHeaders(
  pairs: Iterable<readonly [name: string, value: string]>,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}
