import { BanyanError } from '../../../shared/errors';
import type { Manifest } from './peers';

const COMMON = ['server', 'app', 'index', 'src/server', 'src/app', 'src/index', 'src/main', 'bin/www'];
const EXTENSIONS = ['ts', 'js', 'mts', 'mjs', 'cjs'];
/** Programs that run the first file they are given. */
const RUNNER = /(?:^|[\s/])(?:node|nodemon|tsx|ts-node|ts-node-dev|pm2)(?=\s)/;

export interface FoundEntry {
  readonly file: string;
  /** Where it is named, for people. */
  readonly by: string;
}

/**
 * The module that starts the app: what `npm start` runs, else `main`, else a usual name. Pure.
 *
 * @param exists whether there is a file of this name, relative to package.json
 * @throws BanyanError `no_entry` that says where it was looked for
 */
export function findEntry({ scripts = {}, main }: Manifest, exists: (file: string) => boolean): FoundEntry {
  const scripted = ['start', 'serve', 'dev', 'start:dev', 'start:prod'].flatMap((name) => {
    const command = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
    const file = command === undefined ? undefined : fileRunBy(command);
    return file === undefined ? [] : [{ file, by: `the script ${name} of package.json` }];
  });
  const named = [...scripted, ...(main === undefined ? [] : [{ file: main, by: 'main of package.json' }])];
  const usual = COMMON.flatMap((name) => EXTENSIONS.map((extension) => `${name}.${extension}`));
  const candidates = [
    // `node server`, `node .`
    ...named.flatMap(({ file, by }) =>
      [file, ...EXTENSIONS.flatMap((extension) => [`${file}.${extension}`, `${file}/index.${extension}`])].map(
        (candidate) => ({ file: candidate.replace(/^(?:\.\/)+/, ''), by }),
      ),
    ),
    ...[...usual, 'bin/www'].map((file) => ({ file, by: 'its name' })),
  ];
  const found = candidates.find(({ file }) => exists(file));
  if (found !== undefined) return found;
  const tried = named.map(({ file, by }) => `${file} (${by})`).join(', ');
  throw new BanyanError(
    `found no file that starts the app${tried === '' ? '' : `: there is no ${tried}`}; name it with --entry, such as --entry src/server.js, or start with the proxy alone: --url http://127.0.0.1:3000`,
    { code: 'no_entry' },
  );
}

function fileRunBy(command: string): string | undefined {
  const last = command.split(/&&|;|\|\|/).find((part) => RUNNER.test(part));
  const runner = last === undefined ? null : RUNNER.exec(last);
  if (last === undefined || runner === null) return undefined;
  const words = last
    .slice(runner.index + runner[0].length)
    .trim()
    .split(/\s+/);
  // Options, `tsx watch`, `pm2 start`, and values of options, which are no files of source code.
  return words.find(
    (word) =>
      /^(?!-)(?:[\w@.-]+\/)*[\w@.-]+$/.test(word) &&
      !/^(watch|start|run|inspect)$/.test(word) &&
      !/\.(env|json|d\.ts)(\.|$)|^dotenv|\/register|\/config$/.test(word),
  );
}

/** NODE_ENV as the start script sets it, on which answers may depend: Express's error pages, the layout of views. */
export function nodeEnvOf({ scripts = {} }: Manifest): string | undefined {
  return /\bNODE_ENV=["']?(\w+)/.exec(scripts['start'] ?? '')?.[1];
}
