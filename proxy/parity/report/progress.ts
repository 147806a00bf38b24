import { createColors } from './color';
import { printable } from '../../../shared/printable';
import type { Verdict } from '../../../shared/parity/result';

export interface ProgressOutput {
  readonly write: (text: string) => void;
  /** Whether a line can be written over; elsewhere, as in CI, nothing is shown until the report. */
  readonly isTerminal: boolean;
  readonly columns?: number | undefined;
  readonly color?: boolean;
  readonly now?: () => number;
}

/** Hears of cases as they are done. It takes one line, which is gone at the end. */
export interface Progress {
  caseDone(route: string, verdict: Verdict): void;
  finish(): void;
}

const REDRAW_EVERY = 100;
const ERASE_LINE = '\r\u001b[2K';

/** @param total how many cases there will be */
export function createProgress(output: ProgressOutput, total: number): Progress {
  const { write, isTerminal, columns = 80, color = false, now = () => performance.now() } = output;
  if (!isTerminal) return { caseDone: () => undefined, finish: () => undefined };
  const colors = createColors(color);
  let done = 0;
  let different = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    caseDone(route, verdict) {
      done += 1;
      if (verdict === 'different') different += 1;
      if (now() - drawnAt < REDRAW_EVERY) return;
      drawnAt = now();
      const found = different === 0 ? '' : `  ${different} different`;
      const text = `${done}/${total}${found}  ${printable(route)}`.slice(0, Math.max(10, columns - 1));
      write(`${ERASE_LINE}${different === 0 ? text : text.replace(found, colors.red(found))}`);
    },
    finish() {
      if (done > 0) write(ERASE_LINE);
    },
  };
}

/** Never with NO_COLOR (no-color.org), always with FORCE_COLOR, else on a terminal that is not dumb. */
export function wantsColor({
  env,
  isTerminal,
}: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  return isTerminal && env['TERM'] !== 'dumb';
}
