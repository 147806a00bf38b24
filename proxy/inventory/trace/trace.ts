import { z } from 'zod';
import type { HazardKind, Inventory } from '../inventory';

/** How many different names of a kind are kept of a route. */
export const MAX_NAMES = 20;

const names = z.record(z.string().max(200), z.int().min(0));

/** What a process has seen of one route: names and counts, no values. */
const seenSchema = z.object({
  requests: z.int().min(0),
  statuses: names,
  /** By kind of hazard and what was seen: requests. */
  hazards: z.record(z.string(), names),
});
export type Seen = z.infer<typeof seenSchema>;

/** A process's file. `routes` by their position in the inventory. */
export const traceSchema = z.object({
  routes: z.record(z.string().regex(/^\d{1,5}$/), seenSchema),
  /** Requests to an Express app that no route of the inventory answers. */
  unknown: z.int().min(0),
});
export type Trace = z.infer<typeof traceSchema>;

/** What the traced processes have to know. */
export interface TraceOrder {
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Collections of the session store, whose reads and writes are the session's own. */
  readonly ownCollections: readonly string[];
}

/** The variable that names the folder of a trace: `order.json` is read there, a file for each process is written. */
export const TRACE_VARIABLE = 'BANYAN_TRACE';

/** All processes together. Pure. */
export function mergeTraces(traces: readonly Trace[]): Trace {
  const routes: Record<string, Seen> = {};
  for (const trace of traces)
    for (const [position, seen] of Object.entries(trace.routes)) {
      const sum = (routes[position] ??= { requests: 0, statuses: {}, hazards: {} });
      sum.requests += seen.requests;
      addCounts(sum.statuses, seen.statuses);
      for (const [kind, found] of Object.entries(seen.hazards)) addCounts((sum.hazards[kind] ??= {}), found);
    }
  return { routes, unknown: traces.reduce((sum, { unknown }) => sum + unknown, 0) };
}

function addCounts(sum: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Object.hasOwn(sum, name) && Object.keys(sum).length >= MAX_NAMES) continue;
    sum[name] = (Object.hasOwn(sum, name) ? (sum[name] ?? 0) : 0) + count;
  }
}

/** Adds what running has shown to what reading has: a hazard of a kind that was not read counts as one that was. Pure. */
export function withTrace(inventory: Inventory, trace: Trace): Inventory {
  const routes = inventory.routes.map((route, position) => {
    const seen = trace.routes[String(position)];
    if (seen === undefined) return route;
    const found = Object.entries(seen.hazards)
      .filter(([kind]) => kind !== 'write' || route.method === 'GET')
      .flatMap(([kind, texts]) =>
        Object.entries(texts).map(([text, count]) => ({
          kind: kind as HazardKind,
          text,
          place: `seen in ${count} of ${seen.requests} requests`,
        })),
      );
    return {
      ...route,
      hazards: [...route.hazards, ...found],
      seen: { requests: seen.requests, statuses: seen.statuses },
    };
  });
  return { ...inventory, routes };
}
