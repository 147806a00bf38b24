import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BanyanError } from '../errors';

/** `${file(./stages/${sls:stage}.yml)}`: every file that fits is a stage. */
const STAGE_FILE = /\$\{file\(([^)$]*)\$\{(?:sls:stage|opt:stage|self:provider\.stage)[^}]*\}([^)]*)\)/g;

/** The files that a serverless.yml includes by stage name, absolute and sorted by stage; empty when there are none. */
export function stageFiles(serverlessFile: string): ReadonlyMap<string, string> {
  const root = path.dirname(path.resolve(serverlessFile));
  const found = [...readFileSync(serverlessFile, 'utf8').matchAll(STAGE_FILE)].flatMap(
    ([, before = '', after = '']) => {
      const pattern = path.resolve(root, `${before}*${after}`);
      const [start = '', end = ''] = path.basename(pattern).split('*');
      const folder = path.dirname(pattern);
      if (folder.includes('*') || !existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((name) => name.startsWith(start) && name.endsWith(end) && name.length > start.length + end.length)
        .map((name) => [name.slice(start.length, name.length - end.length), path.join(folder, name)] as const);
    },
  );
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The first of them, to see what is alike in all. */
export function anyStage(serverlessFile: string): string {
  return [...stageFiles(serverlessFile).keys()][0] ?? 'dev';
}

/** A stage that there is, with the file that is its own. */
export interface Stage {
  readonly name: string;
  /** Undefined in a service that has no file by stage. */
  readonly file: string | undefined;
}

/** The stage that a command line asks for. Throws BanyanError `usage` that names the stages there are. */
export function findStage(serverlessFile: string, wanted: string | undefined): Stage {
  const usage = (message: string) => new BanyanError(message, { code: 'usage' });
  if (!existsSync(serverlessFile))
    throw usage(`${serverlessFile} does not exist; name the file with --serverless, or in banyan.config.ts`);
  const files = stageFiles(serverlessFile);
  const isKnown = wanted !== undefined && (files.size === 0 ? /^[\w-]+$/.test(wanted) : files.has(wanted));
  if (isKnown) return { name: wanted, file: files.get(wanted) };
  const found = wanted === undefined ? 'missing' : JSON.stringify(wanted);
  const expected = files.size === 0 ? 'a name such as prod' : `one of ${[...files.keys()].join(', ')}`;
  throw usage(`--stage is ${found}; expected ${expected}`);
}
