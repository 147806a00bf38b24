import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Stryker is ESM, which Jest cannot load: as the command does, in a process of its own. */
import { execFileSync } from 'node:child_process';

const PROGRAM = `
const { instrumentWith } = require(${JSON.stringify(path.join(__dirname, '../../../../../proxy/parity/mutate/instrument'))});
const [, , places, ...files] = process.argv;
instrumentWith(JSON.parse(places), (mutants) => console.log(JSON.stringify(mutants)))(files)
  .then((texts) => console.log(JSON.stringify([...texts.keys()])));
`;

/** What is only logged, and a condition that does something; what an observer is given, and what is done for it. */
const LOGS = `export async function remove(loud: boolean): Promise<void> {
  const logger = createLogger({ level: 'debug' }).child({ part: 'one' });
  if (loud === true) logger.info('loud');
  if (loud) {
    new Logger({ level: 'warn' }).warn('twice');
    console.error('twice');
  }
  await one().catch((error) => console.error(error));
  await two().catch((error) => {
    context.logger.warn({ error }, 'late');
  });
  if (await three()) logger.info('removed');
}
export function seen(observe: undefined | ((what: unknown) => void), session: unknown): void {
  observe?.({ step: 'session', found: session !== null });
  observe?.(save('it'));
}
`;

describe('instrumentWith', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'instrument-'));
    await writeFile(path.join(folder, 'program.cjs'), PROGRAM);
    await writeFile(
      path.join(folder, 'one.ts'),
      "export function small(n: number): boolean {\n  context.logger.info({ n }, 'asked');\n  return n <\n    3;\n}\n",
    );
    await writeFile(path.join(folder, 'two.ts'), 'export const two = true;\n');
    await writeFile(path.join(folder, 'logs.ts'), LOGS);
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What the program prints: the mutants, and the files that have some. */
  const run = (places: readonly string[], files: readonly string[]): readonly unknown[] =>
    execFileSync(
      process.execPath,
      ['--import', 'tsx', path.join(folder, 'program.cjs'), JSON.stringify(places), ...files],
      { encoding: 'utf8' },
    )
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('makes mutants with their places and texts, none of log lines, of the files asked for', () => {
    const [one, two] = [path.join(folder, 'one.ts'), path.join(folder, 'two.ts')];
    const [mutants, files] = run([one], [one, two]);
    expect(files).toEqual([one]);
    const file = path.relative('', one);
    expect(mutants).toContainEqual({
      id: expect.any(String) as string,
      file,
      line: 3,
      source: 'return n <',
      change: 'n < 3 => n <= 3',
      operator: 'EqualityOperator',
    });
    expect(JSON.stringify(mutants)).not.toContain('asked =>');
    expect(
      (mutants as { change: string }[]).filter(
        ({ change }) => change.includes('"asked"') || change.startsWith('{ n }'),
      ),
    ).toEqual([]);
  });

  it('makes none of what only logs or informs: loggers, observers, conditions, blocks and functions', () => {
    const [mutants] = run([], [path.join(folder, 'logs.ts')]);
    const changes = (mutants as { change: string }[]).map(({ change }) => change);
    expect(changes).toEqual([
      expect.stringMatching(/^\{ const logger .* => \{\}$/),
      'await three() => true',
      'await three() => false',
      expect.stringMatching(/^\{ observe.* => \{\}$/),
      "observe?.(save('it')) => observe(save('it'))",
      '\'it\' => ""',
    ]);
  });
});
