import { LEAST_KILLED, type FileClass } from './tests-of';
import type { Score } from './score';

/** A file as measured, or why it was not. */
export interface Measured {
  readonly file: string;
  readonly class: FileClass;
  readonly seconds: number;
  readonly outcome: Score | 'not run' | Error;
}

/** Whether the tests of a file hold as much of it as its class asks, and no declaration has become untrue. */
export function holds({ outcome, class: fileClass }: Measured): boolean {
  if (typeof outcome === 'string' || outcome instanceof Error) return false;
  return outcome.percent >= LEAST_KILLED[fileClass] && outcome.stale.length === 0;
}

/** Survivors of a file, a line each, then those declared. */
export function describeSurvivors({ file, outcome }: Measured): string[] {
  if (typeof outcome === 'string') return [];
  if (outcome instanceof Error) return [`${file}: ${outcome.message}`];
  return [
    ...outcome.survivors.map(({ line, status, change }) => {
      return `${file}:${line}  ${change}${status === 'NoCoverage' ? '  (no test gets here)' : ''}`;
    }),
    ...outcome.declared.map(({ line, change, reason }) => `${file}:${line}  ${change}  declared: ${reason}`),
    ...outcome.stale.map(
      ({ change }) => `${file}  ${change}  declared, but killed or gone: remove it from declared.ts`,
    ),
  ];
}

/** The table by file. */
export function describeTable(all: readonly Measured[]): string[] {
  const width = Math.max(...all.map(({ file }) => file.length));
  const head = `${'file'.padEnd(width)}  killed  with timeouts  at least  survivors  declared  timed out  left out  seconds`;
  return [head, ...all.map((measured) => describeRow(measured, width))];
}

function describeRow(measured: Measured, width: number): string {
  const { file, outcome, seconds } = measured;
  const name = file.padEnd(width);
  if (outcome === 'not run') return `${name}  not run: the time was over`;
  if (outcome instanceof Error) return `${name}  failed`;
  const cells = [
    percent(outcome.percent).padStart(6),
    percent(outcome.percentWithTimeouts).padStart(13),
    percent(LEAST_KILLED[measured.class]).padStart(8),
    String(outcome.survivors.length).padStart(9),
    String(outcome.declared.length).padStart(8),
    String(outcome.timedOut).padStart(9),
    String(outcome.leftOut).padStart(8),
    seconds.toFixed(0).padStart(7),
  ];
  return `${name}  ${cells.join('  ')}${holds(measured) ? '' : '  too few'}`;
}

/** Cut, not rounded: 89.96 % is not 90. */
function percent(value: number): string {
  return (Math.floor(value * 10) / 10).toFixed(1);
}
