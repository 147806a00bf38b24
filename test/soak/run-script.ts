import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.join(__dirname, '../..');

/**
 * Runs a TypeScript program of this repository in a process of its own, so that nothing of other checks disturbs it.
 *
 * @param onLine gets each line that it writes to standard error
 * @returns its standard output
 * @throws Error with the end of what it said, when its exit code is not 0
 */
export async function runScript(
  file: string,
  args: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<string> {
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', file, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  let output = '';
  let last = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  createInterface({ input: child.stderr }).on('line', (line) => {
    last = line;
    onLine(line);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  process.off('exit', kill);
  if (code === 0) return output;
  const end = `${output}\n${last}`.trim().split('\n').slice(-6).join('\n');
  throw new Error(`${path.basename(file)} ended with ${String(signal ?? code)}: ${end}`);
}
