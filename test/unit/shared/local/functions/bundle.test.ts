import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledProgram, startFunctionProcess } from '../../../../../shared/local/functions';
import { capturedLogger } from '../../../../support/captured-logger';
import { waitFor } from '../../../../support/wait-for';

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
  const definitionsOf = (...names: string[]) =>
    names.map((name) => ({
      ...{ name, functionName: name, handler: `${name}.handler`, root: path.join(project, 'service') },
      ...{ timeoutMs: 1_000, memorySize: 128, arn: 'arn' },
    }));
  const programOf = (...names: string[]) =>
    bundledProgram({ root: path.join(project, 'service'), definitions: definitionsOf(...names), options: {} });
  const program = (...names: string[]) => programOf(...names)();

  it('are loaded anew after an edit, however often their files were looked at before', async () => {
    await write('one.ts', 'export const handler = (): number => 1;');
    const options = { environment: {}, program: programOf('one'), logger: capturedLogger() };
    const running = startFunctionProcess({ definitions: definitionsOf('one'), ...options });
    // At each call it is time to look.
    let now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => (now += 1_000));
    try {
      for (let calls = 0; calls < 3; calls++)
        expect(await running.functions[0]?.invoke({})).toMatchObject({ ok: true, payload: '1' });
      await write('one.ts', 'export const handler = (): number => 2;');
      await waitFor('the edited one', async () => {
        const invocation = await running.functions[0]?.invoke({});
        return invocation?.ok === true && invocation.payload === '2';
      });
    } finally {
      jest.restoreAllMocks();
      await running.close();
    }
  });

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
