import { createInterface } from 'node:readline/promises';
import { BanyanError } from '../../shared/errors';

/** Asks on standard error and reads a line. Rejects with BanyanError `interrupted` on Ctrl-C and Ctrl-D. */
export async function askAtTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve, reject) => {
      const interrupt = (): void => {
        reject(new BanyanError('interrupted; nothing was changed', { code: 'interrupted' }));
      };
      lines.on('SIGINT', interrupt);
      lines.on('close', interrupt);
      lines.question(question).then(resolve, reject);
    });
  } finally {
    lines.close();
  }
}
