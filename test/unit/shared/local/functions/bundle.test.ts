import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledProgram } from '../../../../../shared/local/functions';

const ESBUILD = path.join(__dirname, '../../../../../node_modules/esbuild');

describe('functions in one file', () => {
  let project: string;
  beforeEach(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'bundle-'));
    await mkdir(path.join(project, 'node_modules'));
    await mkdir(path.join(project, 'service'));
    await symlink(ESBUILD, path.join(project, 'node_modules/esbuild'));
  });
  afterEach(() => rm(project, { recursive: true }));

  const write = (name: string, text: string) => writeFile(path.join(project, 'service', name), text);
  const program = (...names: string[]) => {
    const root = path.join(project, 'service');
    const definitions = names.map((name) => ({
      ...{ name, functionName: name, handler: `${name}.handler`, root, timeoutMs: 1_000, memorySize: 128, arn: 'arn' },
    }));
    return bundledProgram({ root, definitions, options: {} })();
  };

  it('is kept in the nearest node_modules until a source changes', async () => {
    await write('one.ts', 'export const handler = (): number => 1;');
    const { file, sources, faults } = await program('one');
    expect(path.relative(project, file)).toMatch(/^node_modules\/\.cache\/banyan-functions\/\w+\/functions\.cjs$/);
    expect(sources).toContain(path.join(project, 'service/one.ts'));
    expect(faults).toEqual([]);
    const { ino } = await stat(file);
    expect((await stat((await program('one')).file)).ino).toBe(ino);
    await write('one.ts', 'export const handler = (): number => 2;');
    expect((await stat((await program('one')).file)).ino).not.toBe(ino);
  });

  it('leaves out one that cannot be bundled, and says where it is at fault', async () => {
    await write('one.ts', 'export const handler = (): number => 1;');
    await write('two.ts', "import 'not-installed';\nexport const handler = (): number => 2;");
    const { faults, sources } = await program('one', 'two');
    expect(faults).toEqual([
      {
        functionName: 'two',
        code: 'Runtime.ImportModuleError',
        message: expect.stringMatching(
          /^two\.handler cannot be bundled: two\.ts:1: Could not resolve "not-installed"/,
        ) as string,
      },
    ]);
    // Once it is edited, all are bundled anew.
    expect(sources).toContain(path.join(project, 'service/two.ts'));
  });
});
