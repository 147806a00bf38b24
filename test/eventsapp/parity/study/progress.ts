/** Tells how far a long run is: one line that is written anew on a terminal, a line now and then elsewhere. */
export interface StudyProgress {
  show(what: string, done: number, total: number): void;
  end(): void;
}

const EVERY = { terminal: 500, log: 30_000 };

export function createStudyProgress(
  stream: { write(text: string): unknown; readonly isTTY?: boolean },
  now: () => number = () => performance.now(),
): StudyProgress {
  const isTerminal = stream.isTTY === true;
  let current = '';
  let begun = 0;
  let shown = -Infinity;
  return {
    show(what, done, total) {
      const at = now();
      if (what !== current) {
        current = what;
        begun = at;
        shown = -Infinity;
      }
      if (done < total && at - shown < (isTerminal ? EVERY.terminal : EVERY.log)) return;
      shown = at;
      const left = ((at - begun) / Math.max(1, done)) * (total - done);
      const line = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${what}${done < total && at > begun ? `, about ${minutes(left)} left` : ''}`;
      stream.write(isTerminal ? `\r\u001B[K${line}` : `${line}\n`);
    },
    end() {
      if (isTerminal) stream.write('\r\u001B[K');
    },
  };
}

function minutes(ms: number): string {
  return ms < 90_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`;
}
