import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { BuildOptions, BuildResult, Loader, Message, Metafile, Plugin } from 'esbuild';

import { changedFile, timesOf, type FileTimes } from './file-times';
import { BanyanError } from '../../errors';
import type { FunctionDefinition } from './function';
import { filesOf, handlerFiles, moduleOf } from './handler';
import { currentMutation } from './mutation';
import { unbundledProgram, type Program } from './program';

export interface Bundling {
  /** The folder of serverless.yml. */
  readonly root: string;
  readonly definitions: readonly FunctionDefinition[];
  /** Of esbuild, as serverless.yml has them for its plugin: how files are found, and which are not bundled. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What is used of the project's esbuild. */
interface Esbuild {
  readonly version: string;
  build(options: BuildOptions): Promise<BuildResult>;
}

const PACKAGES = `${path.sep}node_modules${path.sep}`;

/**
 * All functions in one file, made by the project's esbuild as a deployment makes them: a process starts with it in a tenth of the time that loading
 * them file by file takes. It is kept in `node_modules/.cache` until a file that it was made of changes.
 *
 * @returns what finds it, or makes it; without esbuild or `node_modules`, functions are loaded as they are
 */
export function bundledProgram(bundling: Bundling): () => Promise<Program> {
  const esbuild = esbuildOf(bundling.root);
  const packages = packagesOf(bundling.root);
  if (esbuild === undefined || packages === undefined) return unbundledProgram;
  const mutation = currentMutation();
  if (mutation !== undefined) {
    let mutated: Promise<Program> | undefined;
    return () => (mutated ??= makeMutated(esbuild, bundling, packages, mutation));
  }
  const key = JSON.stringify([esbuild.version, process.version, __dirname, inputOf(bundling), optionsOf(bundling)]);
  const name = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const folder = path.join(packages, '.cache/banyan-functions', name);
  let running: Promise<Program> | undefined;
  return () =>
    (running ??= findOrMake(esbuild, bundling, folder).finally(() => {
      running = undefined;
    }));
}

async function findOrMake(esbuild: Esbuild, bundling: Bundling, folder: string): Promise<Program> {
  const file = path.join(folder, 'functions.cjs');
  const record = path.join(folder, 'sources.json');
  const known = await readRecord(record);
  if (known !== undefined && (await changedFile(known)) === undefined) return programOf(file, [...known.keys()]);
  await mkdir(folder, { recursive: true });
  const began = Date.now();
  try {
    const sources = await make(esbuild, bundling, file);
    // What was edited meanwhile counts as changed.
    const times = [...(await timesOf(sources))].map(([source, time]) => [source, time < began ? time : -1] as const);
    await replaceFile(record, JSON.stringify(times));
    return programOf(file, sources);
  } catch {
    // Each alone, to know which.
    const alone = bundling.definitions.map(async (definition) => {
      const { errors } = await failureOf(
        esbuild.build({ ...buildOf({ ...bundling, definitions: [definition] }), sourcemap: false, write: false }),
      );
      return { definition, errors };
    });
    const checked = await Promise.all(alone);
    const definitions = checked.flatMap(({ definition, errors }) => (errors.length === 0 ? [definition] : []));
    // Under another name: it is not what others look for.
    const partial = path.join(folder, 'functions-without-broken.cjs');
    const sources = await make(esbuild, { ...bundling, definitions }, partial);
    const broken = checked.filter(({ errors }) => errors.length > 0);
    const { root } = bundling;
    const files = broken.flatMap(({ definition, errors }) => [
      ...handlerFiles(definition.handler, root),
      ...errors.flatMap(({ location }) => (location === null ? [] : [path.resolve(root, location.file)])),
    ]);
    const faults = broken.map(({ definition: { name, handler }, errors }) => ({
      functionName: name,
      code: 'Runtime.ImportModuleError',
      message: `${handler} cannot be bundled: ${errors.map(describe).join('; ')}`,
    }));
    return { ...programOf(partial, [...sources, ...files]), faults };
  }
}

/** Returns the files that it was made of. */
async function make(esbuild: Esbuild, bundling: Bundling, outfile: string): Promise<readonly string[]> {
  const { root } = bundling;
  const { outputFiles = [], metafile } = await esbuild.build({
    ...buildOf(bundling),
    outfile,
    write: false,
    metafile: true,
  });
  for (const { path: name, contents } of outputFiles) await replaceFile(name, contents);
  const inputs = Object.keys(metafile?.inputs ?? {}).map((input) => path.resolve(root, input));
  const project = path.dirname(packagesOf(root) ?? path.join(root, 'node_modules'));
  const { plugins } = bundling.options;
  const deciding = ['package.json', 'tsconfig.json'].map((name) => path.join(project, name));
  if (typeof plugins === 'string') deciding.push(path.join(root, plugins));
  return [...inputs, ...deciding].filter((source) => existsSync(source));
}

/** The same with mutants in it, which the processes switch. The mutation keeps it. */
async function makeMutated(
  esbuild: Esbuild,
  bundling: Bundling,
  packages: string,
  { folder, folders, files, instrument }: NonNullable<ReturnType<typeof currentMutation>>,
): Promise<Program> {
  const { root, definitions } = bundling;
  // From where packages that are not bundled are found.
  const own = path.join(packages, '.cache', path.basename(folder));
  folders.push(own);
  const outfile = path.join(own, 'functions.cjs');
  const options: BuildOptions = { ...buildOf(bundling), outfile };
  const { metafile } = await esbuild.build({ ...options, write: false, metafile: true });
  for (const { name, handler } of definitions) files.set(name, filesFrom(moduleOf(handler, root), root, metafile));
  const texts = await instrument([...new Set([...files.values()].flatMap((some) => [...some]))].sort());
  const plugin: Plugin = {
    name: 'mutants',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, ({ path: file }) => {
        const contents = texts.get(file);
        const loader = path.extname(file).replace(/^\.[cm]?/, '') as Loader;
        return contents === undefined ? undefined : { contents, loader };
      });
    },
  };
  await esbuild.build({ ...options, plugins: [plugin, ...(options.plugins ?? [])] });
  return programOf(outfile, []);
}

/** A module and all that it imports, absolute, without packages. */
function filesFrom(module: string, root: string, metafile: Metafile | undefined): ReadonlySet<string> {
  const absolute = (input: string): string => path.resolve(root, input);
  const imports = new Map(
    Object.entries(metafile?.inputs ?? {}).map(([input, one]) => [absolute(input), one.imports] as const),
  );
  const found = new Set(filesOf(module).filter((file) => imports.has(file)));
  // It grows while it is read.
  for (const file of found)
    for (const { path: imported, external } of imports.get(file) ?? [])
      if (external !== true && !absolute(imported).includes(PACKAGES)) found.add(absolute(imported));
  return found;
}

function buildOf(bundling: Bundling): BuildOptions {
  return {
    ...optionsOf(bundling),
    absWorkingDir: bundling.root,
    stdin: { contents: inputOf(bundling), resolveDir: bundling.root, sourcefile: '<functions>' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: `node${process.versions.node}`,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
  };
}

function optionsOf({ root, options }: Bundling): BuildOptions {
  const { alias, conditions, define, loader, mainFields, resolveExtensions, tsconfig } = options;
  const external = [options['external'], options['exclude']].flat().filter((name) => typeof name === 'string');
  const given = { alias, conditions, define, loader, mainFields, resolveExtensions, tsconfig };
  // esbuild judges them itself, as it does in a deployment.
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    external,
    ...pluginsOf(root, options['plugins']),
  };
}

/**
 * serverless-esbuild 1.57 takes a file, from the folder of serverless.yml on, that exports a list. One that exports anything else needs
 * a deployment, and is left out.
 * @throws BanyanError when it cannot be loaded
 */
function pluginsOf(root: string, file: unknown): Pick<BuildOptions, 'plugins'> {
  if (typeof file !== 'string') return {};
  try {
    const plugins: unknown = createRequire(path.join(root, 'package.json'))(path.join(root, file));
    return Array.isArray(plugins) ? { plugins: plugins as Plugin[] } : {};
  } catch (cause) {
    const message = `custom.esbuild.plugins of serverless.yml names ${file}, which cannot be loaded`;
    throw new BanyanError(message, { code: 'esbuild_plugins_unreadable', cause });
  }
}

/** The program: every function's file is loaded by the first that needs it. */
function inputOf({ root, definitions }: Bundling): string {
  const modules = new Set(definitions.map(({ handler }) => moduleOf(handler, root)));
  const entries = [...modules].map((module) => {
    const file = filesOf(module).find((one) => existsSync(one)) ?? module;
    return `[${JSON.stringify(module)}, () => require(${JSON.stringify(file)})]`;
  });
  return `import { serve } from ${JSON.stringify(path.join(__dirname, 'serve'))};
const modules = new Map([${entries.join(', ')}]);
serve((module) => modules.get(module)());`;
}

function programOf(file: string, sources: readonly string[]): Program {
  const own = sources.filter((source) => !source.includes(PACKAGES));
  return { file, execArgv: ['--enable-source-maps'], sources: own, faults: [] };
}

async function failureOf(build: Promise<BuildResult>): Promise<{ readonly errors: readonly Message[] }> {
  try {
    return await build;
  } catch (error) {
    return error as { readonly errors: readonly Message[] };
  }
}

const describe = ({ text, location }: Message): string =>
  location === null ? text : `${location.file}:${location.line}: ${text}`;

/** At once: others may be reading it. */
async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const made = `${file}.${randomUUID()}`;
  await writeFile(made, content);
  await rename(made, file);
}

async function readRecord(file: string): Promise<FileTimes | undefined> {
  try {
    return new Map(JSON.parse(await readFile(file, 'utf8')) as readonly (readonly [string, number])[]);
  } catch {
    return undefined;
  }
}

/** The nearest `node_modules`, which need not be next to serverless.yml. */
function packagesOf(root: string): string | undefined {
  const places = createRequire(path.join(root, 'package.json')).resolve.paths('esbuild') ?? [];
  return places.find((place) => existsSync(place));
}

function esbuildOf(root: string): Esbuild | undefined {
  try {
    return createRequire(path.join(root, 'package.json'))('esbuild') as Esbuild;
  } catch {
    return undefined;
  }
}
