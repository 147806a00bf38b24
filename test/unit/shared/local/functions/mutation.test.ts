import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledProgram, startFunctionProcess, type FunctionProcess } from '../../../../../shared/local/functions';
import { startMutation, type Mutation } from '../../../../../shared/local/functions/mutation';
import { capturedLogger } from '../../../../support/captured-logger';

const ESBUILD = path.join(__dirname, '../../../../../node_modules/esbuild');
/** As Stryker writes them: a note of what is passed, and a switch. */
const passing = (id: string): string => `globalThis.__stryker__.mutantCoverage.static[${id}] = 1`;
const isActive = (id: string): string => `globalThis.__stryker__.activeMutant === '${id}'`;

describe('mutants in functions', () => {
  let root: string;
  let mutation: Mutation;
  let running: FunctionProcess;
  let startAnother: () => FunctionProcess;
  const fileOf = (name: string): string => path.join(root, `${name}.ts`);
  const call = async (name: string) => {
    const target = running.functions.find(({ definition }) => definition.name === name);
    const invocation = await target?.invoke({});
    return invocation?.ok === true ? invocation.payload : invocation?.error.errorType;
  };

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'mutation-'));
    await mkdir(path.join(root, 'node_modules'));
    await symlink(ESBUILD, path.join(root, 'node_modules/esbuild'));
    await writeFile(fileOf('one'), "import { two } from './two';\nexport const handler = (): number => two;");
    await writeFile(fileOf('two'), 'export const two = 2;');
    await writeFile(fileOf('other'), 'export const handler = (): number => process.pid;');
    mutation = startMutation(async (files) => {
      const texts = new Map<string, string>();
      for (const file of files) texts.set(file, await readFile(file, 'utf8'));
      texts.set(
        fileOf('one'),
        `${passing('8')}; ${texts.get(fileOf('one')) ?? ''}`.replace(
          '=> two',
          `=> { ${passing('1')}; return ${isActive('1')} ? 1 : two; }`,
        ),
      );
      texts.set(fileOf('two'), `${passing('2')}; export const two = ${isActive('2')} ? 3 : 2;`);
      return texts;
    });
    const definitions = ['one', 'other'].map((name) => ({
      ...{ name, functionName: name, handler: `${name}.handler`, root },
      ...{ timeoutMs: 1_000, memorySize: 128, arn: 'arn' },
    }));
    const program = bundledProgram({ root, definitions, options: { external: ['outside'] } });
    startAnother = () => startFunctionProcess({ definitions, environment: {}, program, logger: capturedLogger() });
    running = startAnother();
  });
  afterEach(async () => {
    await running.close();
    mutation.close();
    await rm(root, { recursive: true });
  });

  it('are switched one at a time, also where a file decides as it is loaded', async () => {
    expect(await call('one')).toBe('2');
    await mutation.activate({ id: '1', file: fileOf('one') });
    expect(await call('one')).toBe('1');
    await mutation.activate({ id: '2', file: fileOf('two') });
    expect(await call('one')).toBe('3');
    await mutation.activate(undefined);
    expect(await call('one')).toBe('2');
  });

  it('are noted as they are passed, apart from those that are passed by loading', async () => {
    await call('one');
    expect(mutation.files.get('one')).toEqual(new Set([fileOf('one'), fileOf('two')]));
    expect(mutation.files.get('other')).toEqual(new Set([fileOf('other')]));
    const { functions, mutants, loaded } = mutation.takeReached();
    expect([[...functions], [...mutants], [...loaded].sort()]).toEqual([['one'], ['1'], ['2', '8']]);
    await call('one');
    expect(mutation.takeReached()).toEqual({ functions: new Set(['one']), mutants: new Set(['1']), loaded: new Set() });
  });

  it('leave processes alone that do not have their file, and nothing behind', async () => {
    const before = await call('other');
    await mutation.activate({ id: '9', file: path.join(root, 'in-no-function.ts') });
    expect(await call('other')).toBe(before);
    await mutation.activate({ id: '1', file: fileOf('one') });
    expect(await call('other')).not.toBe(before);
    expect(() => startMutation(() => Promise.resolve(new Map()))).toThrow('mutated already');
    const bundle = path.join(root, 'node_modules/.cache', path.basename(mutation.folder));
    expect([mutation.folder, bundle].map(existsSync)).toEqual([true, true]);
    await running.close();
    mutation.close();
    expect([mutation.folder, bundle].map(existsSync)).toEqual([false, false]);
  });

  it('do not start a process anew because another has started', async () => {
    const before = await call('other');
    const next = startAnother();
    try {
      await next.start();
      // Longer than a process goes without looking at its files.
      for (const begun = performance.now(); performance.now() - begun < 600;) expect(await call('other')).toBe(before);
    } finally {
      await next.close();
    }
  });

  it('find packages that are not bundled', async () => {
    await mkdir(path.join(root, 'node_modules/outside'));
    await writeFile(path.join(root, 'node_modules/outside/index.js'), 'exports.value = 5;');
    await writeFile(fileOf('other'), "import { value } from 'outside';\nexport const handler = (): number => value;");
    expect(await call('other')).toBe('5');
  });
});
