import { openExecutions, type Executions } from './executions';
import { soakUpstream, type SoakUpstream } from './upstream';

/** Both sides, and where they record what they execute. */
export interface Sides {
  readonly executions: Executions;
  readonly legacy: SoakUpstream;
  readonly lambda: SoakUpstream;
  /** What is started later is closed before what it uses, also when the work fails. */
  readonly cleanUp: (close: () => unknown) => void;
}

/** Starts both sides, does the work, and closes everything. */
export async function withSides(work: (sides: Sides) => Promise<string>): Promise<string> {
  const closing: (() => unknown)[] = [];
  const cleanUp = (close: () => unknown): void => void closing.push(close);
  try {
    const executions = await openExecutions();
    cleanUp(() => executions.close());
    const legacy = await soakUpstream('legacy', executions);
    cleanUp(() => legacy.close());
    const lambda = await soakUpstream('lambda', executions);
    cleanUp(() => lambda.close());
    return await work({ executions, legacy, lambda, cleanUp });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}
