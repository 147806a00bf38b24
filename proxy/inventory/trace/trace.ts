import { z } from 'zod';
import { HAZARDS, type Inventory } from '../inventory';
import { addCounts } from './order';

const names = z.record(z.string().max(200), z.int().min(0));

/** What a process has seen of one route: names and counts, no values. */
const seenSchema = z.object({
  requests: z.int().min(0),
  statuses: names,
  /** By kind of hazard and what was seen: requests. */
  hazards: z.partialRecord(z.enum(HAZARDS), names),
});
export type Seen = z.infer<typeof seenSchema>;

/** A process's file. `routes` by their position in the inventory. */
export const traceSchema = z.object({
  routes: z.record(z.string().regex(/^\d{1,5}$/), seenSchema),
  /** Requests to an Express app that no route of the inventory answers. */
  unknown: z.int().min(0),
});
export type Trace = z.infer<typeof traceSchema>;

/** All processes together. Pure. */
export function mergeTraces(traces: readonly Trace[]): Trace {
  const routes: Record<string, Seen> = {};
  for (const trace of traces)
    for (const [position, seen] of Object.entries(trace.routes)) {
      const sum = (routes[position] ??= { requests: 0, statuses: {}, hazards: {} });
      sum.requests += seen.requests;
      addCounts(sum.statuses, seen.statuses);
      for (const kind of HAZARDS) addCounts((sum.hazards[kind] ??= {}), seen.hazards[kind] ?? {});
    }
  return { routes, unknown: traces.reduce((sum, { unknown }) => sum + unknown, 0) };
}

/** Adds what running has shown to what reading has: a hazard of a kind that was not read counts as one that was. Pure. */
export function withTrace(inventory: Inventory, trace: Trace): Inventory {
  const routes = inventory.routes.map((route, position) => {
    const seen = trace.routes[String(position)];
    if (seen === undefined) return route;
    // A POST may write: that is not a hazard.
    const kinds = HAZARDS.filter((kind) => kind !== 'write' || route.method === 'GET');
    const found = kinds.flatMap((kind) =>
      Object.entries(seen.hazards[kind] ?? {}).map(([text, count]) => ({
        ...{ kind, text },
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
