import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './score';

/**
 * Changes one source file in every way Stryker knows and runs these tests, and no others, against each change. The sandbox is a
 * temporary folder that is removed at the end, also after Ctrl-C.
 *
 * @param file relative to the working directory, the repository, as are the tests
 * @throws when a test fails without any change
 */
export async function mutateFile(
  file: string,
  tests: readonly string[],
  { concurrency }: { concurrency: number },
): Promise<readonly Mutant[]> {
  const { Stryker } = await import('@stryker-mutator/core');
  const temporary = mkdtempSync(join(tmpdir(), 'banyan-mutation-'));
  const remove = () => rmSync(temporary, { recursive: true, force: true });
  process.on('exit', remove);
  try {
    const results = await new Stryker({
      configFile: join(__dirname, 'stryker.json'),
      mutate: [file],
      concurrency,
      jest: {
        projectType: 'custom',
        enableFindRelatedTests: false,
        // Stryker brings an environment of its own, which cannot stand around one in TypeScript.
        config: { testMatch: tests.map((test) => `<rootDir>/${test}`), maxWorkers: 1, testEnvironment: 'node' },
      },
      reporters: [process.stdout.isTTY ? 'progress' : 'progress-append-only'],
      tempDirName: temporary,
    }).runMutationTest();
    const lines = readFileSync(file, 'utf8').split('\n');
    return results.map(({ location, status, replacement }) => {
      const { line } = location.start;
      const change = `${textAt(lines, location)} => ${replacement}`.replaceAll(/\s+/g, ' ');
      return { status, line, source: lines[line - 1]?.trim() ?? '', change };
    });
  } finally {
    process.off('exit', remove);
    remove();
  }
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** Lines and columns begin at 1; the end is not included. */
function textAt(lines: readonly string[], { start, end }: { start: Position; end: Position }): string {
  const within = lines.slice(start.line - 1, end.line);
  const last = within.pop() ?? '';
  return [...within, last.slice(0, end.column - 1)].join('\n').slice(start.column - 1);
}
