import { LEAST_KILLED } from './tests-of';
import type { Measured } from './describe-score';

/** The measured table, in the repository. */
export const SCORES = 'test/mutation/scores.md';

const COLUMNS = [
  ...['file', 'mutants', 'killed', 'timed out', 'survivors', 'declared', 'killed in %', 'at least', 'seconds', 'on'],
];

/** A row of the table: its cells by column. */
export type Row = ReadonlyMap<string, string>;

/** The rows of {@link SCORES} by file. */
export function readScores(text: string): ReadonlyMap<string, Row> {
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells): Row => new Map(COLUMNS.map((column, i) => [column, (cells[i] ?? '').replaceAll('`', '').trim()])));
  return new Map(rows.map((row) => [row.get('file') ?? '', row]));
}

/** The table with what was measured now in place of what it says; in the order of `files`, and only these. */
export function updateScores(
  text: string,
  measured: readonly Measured[],
  files: readonly string[],
  day: string,
): string {
  const rows = new Map(readScores(text));
  for (const { file, class: fileClass, seconds, outcome } of measured) {
    if (typeof outcome === 'string' || outcome instanceof Error) continue;
    const { killed, timedOut, survivors, declared, percent } = outcome;
    const mutants = killed + timedOut + survivors.length + declared.length;
    const shown = (Math.floor(percent * 10) / 10).toFixed(1);
    const numbers = [mutants, killed, timedOut, survivors.length, declared.length, shown, LEAST_KILLED[fileClass]];
    const cells = [file, ...numbers, seconds.toFixed(0), day].map(String);
    rows.set(file, new Map(COLUMNS.map((column, i) => [column, cells[i] ?? ''])));
  }
  const lines = files.flatMap((file) => {
    const row = rows.get(file);
    return row === undefined ? [] : [`| ${[`\`${file}\``, ...[...row.values()].slice(1)].join(' | ')} |`];
  });
  const before = text.split('\n').filter((line) => !line.startsWith('|'));
  const table = [`| ${COLUMNS.join(' | ')} |`, `| ${COLUMNS.map(() => '---').join(' | ')} |`, ...lines];
  return `${before.join('\n').trimEnd()}\n\n${table.join('\n')}\n`;
}

/** How long these files take, in minutes, by what they took when they were last measured. */
export function estimatedMinutes(text: string, files: readonly string[]): number {
  const rows = readScores(text);
  return files.reduce((sum, file) => sum + Number(rows.get(file)?.get('seconds') ?? 0), 0) / 60;
}
