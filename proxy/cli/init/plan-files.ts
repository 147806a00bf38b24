import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadBanyanConfig } from '../../../shared/config/load';
import type { Places } from '../../../shared/config/places';
import { gatewayResponsesFile } from '../../../shared/deployment/gateway-responses-file';
import { readIfThere, type Change } from '../scaffold/changes';
import { exported, importLine, specifier, type Dialect } from '../scaffold/dialect';

export interface ProjectFiles {
  readonly configFile: string;
  readonly places: Pick<Places, 'routes' | 'serverless' | 'functions' | 'parity'>;
  readonly dialect: Dialect;
  /** What banyan.config.* is to be, unless one is kept. */
  readonly config: string;
  readonly serverless: string;
  readonly rules: string;
  /** Absent: package.json stays as it is. */
  readonly manifest?: { readonly file: string; readonly text: string } | undefined;
}

export interface FilePlan {
  readonly changes: readonly Change[];
  /** That exist and are not touched, because other commands and people write them. */
  readonly kept: readonly string[];
}

const ROUTES = `# yaml-language-server: $schema=../node_modules/banyan-strangler/dist/proxy/routes.schema.json
# Which routes have left the monolith, and how far. What is not listed goes to legacy untouched.
# banyan add lists a route here, banyan promote moves it on.
routes: []
`;
const IGNORED = `# Of banyan package
.serverless/
.esbuild/
`;

/**
 * What becomes of every file. Of those that exist only banyan.config.*, package.json and the generated gateway responses are ever changed.
 *
 * @throws ConfigError when the configuration that counts cannot be loaded
 */
export function planFiles(files: ProjectFiles): FilePlan {
  const { configFile, places, dialect, config, serverless, rules, manifest } = files;
  const folder = path.dirname(places.serverless.path);
  const responses = path.join(folder, 'gateway-responses.yml');
  const authorizer = path.join(places.functions.path, `authorizer.${dialect.extension}`);
  const created: readonly (readonly [file: string, text: string])[] = [
    [places.routes.path, ROUTES],
    [places.serverless.path, serverless],
    [authorizer, authorizerSource(dialect, places.functions.path, configFile)],
    [places.parity.rules.path, rules],
    [path.join(folder, '.gitignore'), IGNORED],
  ];
  const before = readIfThere(responses);
  const made = responsesOf(configFile, config);
  // By its first line: another file of that name is the user's.
  const after = before === undefined || before.split('\n', 1)[0] === made.split('\n', 1)[0] ? made : before;
  return {
    changes: [
      { file: configFile, before: readIfThere(configFile), after: config },
      ...created
        .filter(([file]) => !existsSync(file))
        .map(([file, text]) => ({ file, before: undefined, after: text })),
      { file: responses, before, after },
      ...(manifest === undefined
        ? []
        : [{ file: manifest.file, before: readIfThere(manifest.file), after: manifest.text }]),
    ].filter((change) => change.before !== change.after),
    kept: created.map(([file]) => file).filter((file) => existsSync(file)),
  };
}

function authorizerSource(dialect: Dialect, folder: string, configFile: string): string {
  return `${importLine(dialect, '{ authorizerHandler }', 'banyan-strangler/authorizer')}
${importLine(dialect, 'banyan', specifier(dialect, folder, configFile))}

/** Who is asking? For rewritten functions; lifted ones ask for themselves. */
${exported(dialect, 'handler')} authorizerHandler(banyan, { anonymous: 'refused' });
`;
}

/** Made of the configuration as it will be: a new one is loaded from a folder that is gone again when this returns. */
function responsesOf(configFile: string, config: string): string {
  if (readIfThere(configFile) === config)
    return gatewayResponsesFile(loadBanyanConfig(process.cwd(), configFile).banyan);
  const folder = mkdtempSync(path.join(path.dirname(path.resolve(configFile)), '.banyan-init-'));
  try {
    const file = path.join(folder, path.basename(configFile));
    writeFileSync(file, config);
    return gatewayResponsesFile(loadBanyanConfig(folder, file).banyan);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
