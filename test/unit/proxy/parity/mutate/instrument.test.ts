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
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('makes mutants with their places and texts, none of log lines, of the files asked for', () => {
    const [one, two] = [path.join(folder, 'one.ts'), path.join(folder, 'two.ts')];
    const output = execFileSync(
      process.execPath,
      ['--import', 'tsx', path.join(folder, 'program.cjs'), JSON.stringify([one]), one, two],
      { encoding: 'utf8' },
    );
    const [mutants, files] = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
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
    expect(output).not.toContain('asked =>');
    expect(
      (mutants as { change: string }[]).filter(
        ({ change }) => change.includes('"asked"') || change.startsWith('{ n }'),
      ),
    ).toEqual([]);
  });
});
