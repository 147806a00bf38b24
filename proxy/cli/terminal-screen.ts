import type { WriteStream } from 'node:tty';
import { forTerminal } from '../../shared/printable';
import type { Screen } from './cli-io';

/** Draws in place, in the ordinary buffer: what was shown last stays when the command ends, and nothing has to be restored. */
export function terminalScreen(terminal: Pick<WriteStream, 'columns' | 'rows' | 'write'>): Screen {
  let isDrawn = false;
  return {
    size: () => ({ columns: terminal.columns, rows: terminal.rows }),
    draw(lines) {
      // What the terminal showed before goes up, not away.
      if (!isDrawn) terminal.write('\n'.repeat(terminal.rows));
      isDrawn = true;
      const text = lines.map((line) => `${forTerminal(line)}\u001b[K\n`).join('');
      terminal.write(`\u001b[H${text}\u001b[J`);
    },
  };
}
