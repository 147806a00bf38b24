/** Read by strict-environment.ts. */
const OPEN = Symbol.for('banyan.test.open');

const known: unknown = Reflect.get(globalThis, OPEN);
const open: Set<unknown> = known instanceof Set ? known : new Set();
Reflect.set(globalThis, OPEN, open);

/**
 * Has something closed when its test file ends, unless the test itself did so: one that fails in the middle does not come to that.
 *
 * @returns to be called when it is closed
 */
export function closeIfLeftOpen(close: () => Promise<unknown>): () => void {
  open.add(close);
  return () => void open.delete(close);
}
