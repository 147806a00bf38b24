// What the traced processes load as well: no package stands behind it.

/** The variable that names the folder of a trace: `order.json` is read there, a file for each process is written. */
export const TRACE_VARIABLE = 'BANYAN_TRACE';

/** What the traced processes have to know. */
export interface TraceOrder {
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Collections of the session store, whose reads and writes are the session's own. */
  readonly ownCollections: readonly string[];
}

/** How many different names of a kind are kept of a route. */
const MAX_NAMES = 20;

/** Adds counts by name; names beyond the first twenty are not kept. */
export function addCounts(sum: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts))
    if (Object.hasOwn(sum, name)) sum[name] = (sum[name] ?? 0) + count;
    else if (Object.keys(sum).length < MAX_NAMES) sum[name] = count;
}
