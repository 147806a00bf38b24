import { setImmediate as nextTurn } from 'node:timers/promises';

/** A computation in small steps: it yields often enough that whoever runs it can do something else in between. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** How long the event loop may be held before others get a turn, in ms. */
const LONGEST_TURN = 12;

/** Runs all steps at once. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Runs the steps a few milliseconds at a time, so that a server that does this next to its work does not stall. */
export async function runStepsInTurns<T>(steps: Steps<T>): Promise<T> {
  let begun = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - begun < LONGEST_TURN) continue;
    await nextTurn();
    begun = performance.now();
  }
}
