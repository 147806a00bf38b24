import type { Check } from './check';

/** Shows one check after the other. */
export interface SoakConsole {
  begin(check: Check): CheckLine;
  /** A line at the end of all. */
  end(text: string): void;
}

/** The line of the check that runs. */
export interface CheckLine {
  progress(text: string): void;
  ok(figures: string): void;
  failed(error: unknown): void;
}

/** Where nobody watches a line change, another one is printed this often (ms). */
const LOG_INTERVAL = 30_000;

/** On a terminal the line of the running check counts its seconds; elsewhere it is printed now and then. */
export function soakConsole(out: NodeJS.WriteStream): SoakConsole {
  return {
    begin({ name }) {
      const begun = performance.now();
      const took = (): string => `${((performance.now() - begun) / 1_000).toFixed(0)} s`;
      let doing = '';
      const running = (): string => `        ${name} (${took()})${doing === '' ? '' : `: ${doing}`}`;
      const show = (): void => void out.write(`\r\x1b[2K${running().slice(0, out.columns - 1)}`);
      const log = (): void => void out.write(`${running()}\n`);
      const timer = setInterval(out.isTTY ? show : log, out.isTTY ? 500 : LOG_INTERVAL);
      if (out.isTTY) show();
      const print = (word: string, text: string): void => {
        clearInterval(timer);
        out.write(`${out.isTTY ? '\r\x1b[2K' : ''}${word.padEnd(8)}${name} (${took()}): ${text}\n`);
      };
      return {
        progress: (text) => void (doing = text),
        ok: (figures) => print('ok', figures),
        failed: (error) => print('FAILED', error instanceof Error ? error.message : String(error)),
      };
    },
    end: (text) => void out.write(`${text}\n`),
  };
}
