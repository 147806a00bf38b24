import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../../../shared/errors';
import { functionsOf, readService } from '../../../shared/serverless-file/read-service';
import { anyStage } from '../../../shared/serverless-file/stages';

export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** A function of serverless.yml with the project's own files that are bundled into it. */
export interface DeployedFunction {
  readonly name: string;
  readonly handler: string;
  /** Its own file first; empty where it is not found. */
  readonly sources: readonly SourceFile[];
  /** Names of the variables that it is given. */
  readonly variables: ReadonlySet<string>;
  /** The folder of the app whose files are put next to it; undefined: none. */
  readonly appFolder: string | undefined;
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)['"]([^'"\n]+)['"]/g;
const EXTENSIONS = ['', '.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '/index.ts', '/index.js'];

/**
 * Reads the functions of a serverless.yml, and follows the imports of files from each.
 *
 * @throws ConfigError for what cannot be resolved on one machine
 */
export function readDeployedFunctions(serverlessFile: string): readonly DeployedFunction[] {
  const folder = path.dirname(path.resolve(serverlessFile));
  const { root, faults } = readService(serverlessFile, { stage: anyStage(serverlessFile), env: () => '' });
  if (faults.length > 0) throw new ConfigError('serverless.yml', faults);
  const ofAll = [...(root.get('provider.environment')?.entries.keys() ?? [])];
  return [...(functionsOf(root) ?? [])].map(([name, definition]) => {
    const handler = definition.get('handler')?.text ?? '';
    const app = definition.get('lifted.app')?.text;
    return {
      name,
      handler,
      sources: sourcesOf(path.resolve(folder, handler.replace(/\.[^./]*$/, ''))),
      variables: new Set([...ofAll, ...(definition.get('environment')?.entries.keys() ?? [])]),
      appFolder: app === undefined ? undefined : path.resolve(folder, app),
    };
  });
}

/** A file, named with or without its extension, and all that it imports by a path; empty where it is not there. */
export function sourcesOf(start: string): readonly SourceFile[] {
  const found = new Map<string, SourceFile>();
  const waiting = [start];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const file = resolveSource(name);
    if (file === undefined || found.has(file)) continue;
    const text = readFileSync(file, 'utf8');
    found.set(file, { file, text });
    for (const [, imported = ''] of text.matchAll(IMPORT))
      if (imported.startsWith('.')) waiting.push(path.resolve(path.dirname(file), imported));
  }
  return [...found.values()];
}

/** TypeScript imports `./x.js` for `x.ts`. */
function resolveSource(name: string): string | undefined {
  const candidates = EXTENSIONS.map((extension) => name + extension);
  const typescript = name.replace(/\.([cm]?)js$/, '.$1ts');
  return [...candidates, typescript].find((file) => /\.[cm]?[jt]sx?$/.test(file) && isFile(file));
}

function isFile(name: string): boolean {
  try {
    return statSync(name).isFile();
  } catch {
    // Also `package.json/index.js`, which leads through a file.
    return false;
  }
}

/** A variable that a source reads. */
export interface ReadVariable {
  readonly name: string;
  /** Absolute, with the line. */
  readonly place: string;
}

const READS: readonly RegExp[] = [
  // With neither another value for it, nor a comparison, nor an assignment behind it.
  /\bprocess\.env(?:\.(\w+)|\[\s*['"`](\w+)['"`]\s*\])(?!\s*(?:\?|\|\||&&|[=!]=|=(?!=)|\w))/g,
  /\bfromEnvironment\(\s*['"`](\w+)['"`]/g,
];
const DESTRUCTURED = /\{([^{}]*)\}\s*=\s*process\.env\b/g;

/** The variables that a source reads by name, without another value in case they are not set: a guess. Pure. */
export function variablesIn({ file, text }: SourceFile): readonly ReadVariable[] {
  const found = READS.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => [match[1] ?? match[2] ?? '', match.index] as const),
  );
  const destructured = [...text.matchAll(DESTRUCTURED)].flatMap((match) =>
    (match[1] ?? '')
      .split(',')
      .filter((part) => !part.includes('='))
      .map((part) => [(part.split(':')[0] ?? '').trim(), match.index] as const),
  );
  return [...found, ...destructured]
    .filter(([name]) => /^[A-Za-z_]\w*$/.test(name))
    .map(([name, index]) => ({ name, place: `${file}:${text.slice(0, index).split('\n').length}` }));
}
