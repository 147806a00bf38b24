import { quantile } from '../bench/load';
import type { Outcome } from './clients';

export interface Allowed {
  /** Answers that an unsafe request may get beside success. They must be such that it was executed once at most. */
  readonly unsafe?: readonly string[];
  /** Whether connections may be closed while they are idle. */
  readonly closedConnections?: boolean;
  /** Failed safe requests that the check explains by itself. */
  readonly safe?: (result: string) => boolean;
}

const GATEWAY_FAULTS = ['502', '504'];
const SHOWN = 8;

/**
 * Holds what clients saw against what was executed: every safe request has its one right answer; every unsafe one that was answered with
 * success was executed exactly once, every other one, which must have a 502 or 504, at most once; nothing was executed that nobody sent.
 *
 * @returns the figures
 * @throws Error naming what did not hold
 */
export function judge(
  outcome: Outcome,
  executed: ReadonlyMap<string, number>,
  { unsafe: allowed = GATEWAY_FAULTS, closedConnections = false, safe: isExplained = () => false }: Allowed = {},
): string {
  const { seconds, safe, failedSafe, sentAgain, unsafe, latencies } = outcome;
  const faults: string[] = [];
  if (safe < 100) faults.push(`only ${safe} safe requests in all`);
  for (const [result, count] of failedSafe)
    if (!isExplained(result)) faults.push(`${count} of ${safe} safe requests failed: ${result}`);
  if (sentAgain > 0 && !closedConnections) faults.push(`${sentAgain} idle connections of clients were closed`);
  let succeeded = 0;
  const failures = new Map<string, { count: number; executed: number }>();
  for (const [id, result] of unsafe) {
    const times = executed.get(id) ?? 0;
    if (result === 'ok') {
      succeeded += 1;
      if (times !== 1) faults.push(`POST ${id} was answered with success and executed ${times} times`);
      continue;
    }
    const before = failures.get(result) ?? { count: 0, executed: 0 };
    failures.set(result, { count: before.count + 1, executed: before.executed + times });
    if (times > 1) faults.push(`POST ${id} (${result}) was executed ${times} times`);
  }
  for (const [result, { count }] of failures)
    if (!allowed.includes(result)) faults.push(`${count} of ${unsafe.size} unsafe requests got ${result}`);
  for (const id of executed.keys()) if (!unsafe.has(id)) faults.push(`${id} was executed and never sent`);
  const shown = [...faults.slice(0, SHOWN), ...(faults.length > SHOWN ? [`and ${faults.length - SHOWN} more`] : [])];
  const failed = [...failures].map(([result, { count, executed }]) => `${count} got ${result} (${executed} executed)`);
  const figures = [
    `${safe} safe requests, ${failedSafe.size === 0 ? 'none failed' : `${sum(failedSafe.values())} failed`}`,
    ...(sentAgain > 0 ? [`${sentAgain} sent again`] : []),
    `${succeeded} unsafe executed once each${failed.length > 0 ? `, ${failed.join(', ')}, none twice` : ', none failed'}`,
    `${Math.round(latencies.length / seconds)} requests/s, p99 ${quantile(latencies, 0.99).toFixed(0)} ms, worst ${latencies.at(-1)?.toFixed(0) ?? '?'} ms`,
  ].join('; ');
  if (faults.length > 0) throw new Error(`${shown.join('; ')} [${figures}]`);
  return figures;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
