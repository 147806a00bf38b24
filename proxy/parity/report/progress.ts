import { countVerdicts, VERDICTS, type CaseResult, type Verdict } from '../../../shared/parity/result';
import { createColors } from './color';
import { printable } from '../../../shared/printable';

export interface ProgressOutput {
  readonly write: (text: string) => void;
  /** Whether a line can be written over; without, as in CI, there is one line for each route. */
  readonly isTerminal: boolean;
  readonly columns?: number | undefined;
  readonly color?: boolean;
  readonly now?: () => number;
}

/** Hears of cases as they are done. Of a terminal it takes one line, which is gone at the end. */
export interface Progress {
  caseDone(route: string, result: Pick<CaseResult, 'verdict'>): void;
  /** No more cases of this route. */
  routeDone(route: string): void;
  finish(): void;
}

const REDRAW_EVERY = 100;
const ERASE_LINE = '\r\u001b[2K';

/** @param total how many cases there will be, when it is known */
export function createProgress(output: ProgressOutput, total?: number): Progress {
  const { write, isTerminal, columns = 80, color = false, now = () => performance.now() } = output;
  const colors = createColors(color);
  const byRoute = new Map<string, { verdict: Verdict }[]>();
  let done = 0;
  let different = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;

  const listOf = (route: string): { verdict: Verdict }[] => {
    const list = byRoute.get(route) ?? [];
    byRoute.set(route, list);
    return list;
  };

  const draw = (route: string): void => {
    if (now() - drawnAt < REDRAW_EVERY) return;
    drawnAt = now();
    const count = total === undefined ? String(done) : `${done}/${total}`;
    const found = different === 0 ? '' : `  ${different} different`;
    const text = `${count}${found}  ${printable(route)}`.slice(0, Math.max(10, columns - 1));
    write(`${ERASE_LINE}${different === 0 ? text : text.replace(found, colors.red(found))}`);
  };

  return {
    caseDone(route, { verdict }) {
      done += 1;
      if (verdict === 'different') different += 1;
      if (isTerminal) draw(route);
      else listOf(route).push({ verdict });
    },
    routeDone(route) {
      const results = byRoute.get(route);
      if (results === undefined) return;
      byRoute.delete(route);
      const counts = countVerdicts(results);
      const parts = VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => `${counts[verdict]} ${verdict}`);
      write(`${printable(route)}: ${counts.cases} ${counts.cases === 1 ? 'case' : 'cases'}, ${parts.join(', ')}\n`);
    },
    finish() {
      for (const route of [...byRoute.keys()]) this.routeDone(route);
      if (isTerminal && done > 0) write(ERASE_LINE);
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
