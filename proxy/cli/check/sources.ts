import path from 'node:path';
import { parseEntry } from '../../../shared/app-entry/parse-entry';
import type { BanyanConfig } from '../../../shared/config';
import type { Inventory } from '../../inventory/inventory';
import { encryptionOf } from '../../../shared/session/session-config';
import type { Route } from '../../route-table/route';
import { fault, ok, warning, type Finding } from '../finding';
import { isForLambda } from '../scaffold/app-variables';
import { isUnwritten } from '../scaffold/sources';
import { servingFunction } from './functions';
import type { GatewayRoute } from './gateway-routes';
import { variablesIn, type DeployedFunction, type ReadVariable, type SourceFile } from './function-sources';

/** Of the process, and so not declared; but an app that reads one may do something else where it is missing, as the first of pm2's instances does. */
const MISSED = /^(?:NODE_APP_INSTANCE|TERM|INIT_CWD|_)$/;

export interface Sources {
  readonly banyan: Pick<BanyanConfig, 'app' | 'session'>;
  /** The folder of banyan.config.ts. */
  readonly root: string;
  /** Variables that the monolith's own code has read; undefined: it could not be started. */
  readonly read: Readonly<Inventory['variables']> | undefined;
  /** The monolith's own files. */
  readonly appFiles: readonly SourceFile[];
  readonly functions: readonly DeployedFunction[];
}

/** Judges functions by their sources: what they read of their environment, and whether those of lifted routes run the app. Pure. */
export function checkSources(routes: readonly Route[], gateway: readonly GatewayRoute[], sources: Sources): Finding[] {
  const findings = [
    ...sources.functions.flatMap((one) => checkFunction(one, sources)),
    ...routes.flatMap((route) => checkRoute(route, gateway, sources)),
  ];
  return findings.length > 0
    ? findings
    : [ok('sources', `functions: ${sources.functions.length}; each has the variables that it reads by name`)];
}

function checkFunction(one: DeployedFunction, { banyan, root, read, appFiles }: Sources): Finding[] {
  const subject = `function ${one.name}`;
  if (one.sources.length === 0)
    return [
      warning(
        subject,
        `not examined: there is no file for its handler ${one.handler}`,
        'correct handler in serverless.yml',
      ),
    ];
  const declare = 'under environment of the function in serverless.yml';
  const missingOf = (found: readonly ReadVariable[]): string =>
    [...new Map(found.map(({ name, place }) => [name, place]))]
      .filter(([name]) => !one.variables.has(name) && (isForLambda(name) || MISSED.test(name)))
      .map(([name, place]) => `${name} (${place})`)
      .join(', ');
  const ofKit = missingOf(kitVariables(one.sources, banyan.session));
  const own = missingOf(one.sources.flatMap(variablesIn).map((found) => relative(found, root)));
  const ofApp =
    one.appFolder === undefined
      ? ''
      : missingOf([
          ...appFiles.flatMap(variablesIn).map((found) => relative(found, root)),
          ...(read ?? []).filter(({ isSet }) => isSet).map(({ name }) => ({ name, place: 'set here' })),
        ]);
  return [
    ...(ofKit === '' ? [] : [fault(subject, `cannot start without variables that it does not get: ${ofKit}`, declare)]),
    ...(own === '' || own === ofKit ? [] : [warning(subject, `reads variables that it does not get: ${own}`, declare)]),
    ...(ofApp === '' ? [] : [warning(subject, `the app reads variables that it does not get: ${ofApp}`, declare)]),
  ];
}

const relative = ({ name, place }: ReadVariable, root: string): ReadVariable => ({
  name,
  place: path.relative(root, place),
});

/** What the kit's parts of a function need. */
function kitVariables(sources: readonly SourceFile[], session: BanyanConfig['session']): readonly ReadVariable[] {
  const text = sources.map((source) => source.text).join('\n');
  const uses = (part: string): boolean => new RegExp(`['"]banyan-strangler/${part}['"]`).test(text);
  const place = 'banyan.config.ts';
  const names = [session.secrets, encryptionOf(session)?.secret].flatMap((source) =>
    source !== undefined && 'kind' in source ? [{ name: source.name, place }] : [],
  );
  return [
    ...(uses('mongo') || uses('authorizer') ? [{ name: 'MONGODB_URI', place: 'the kit' }] : []),
    ...(uses('authorizer') || /\bbindHttpHandler\(/.test(text) ? names : []),
  ];
}

/** `lifted: true` is believed by the proxy and by promote: here it is looked up. */
function checkRoute(route: Route, gateway: readonly GatewayRoute[], { banyan, root, functions }: Sources): Finding[] {
  const { id, isLifted, stage, line } = route;
  const name = servingFunction(route, gateway)?.functionName;
  const serving = functions.find((one) => one.name === name);
  const [own] = serving?.sources ?? [];
  if (serving === undefined || own === undefined || stage === 'retired') return [];
  const subject = `route ${id}`;
  if (!isLifted)
    return isUnwritten(own.text)
      ? [
          (stage === 'legacy' ? warning : fault)(
            subject,
            `on ${stage}, but its function ${serving.name} still answers 501, as banyan add wrote it`,
            `write ${path.relative(root, own.file)}`,
          ),
        ]
      : [];
  const why = whyNotLifted(serving, own, path.resolve(root, parseEntry(banyan.app).file));
  return why === undefined
    ? []
    : [
        fault(
          subject,
          `lifted: true in line ${line} of the route table, but its function ${serving.name} ${why}`,
          "point serverless.yml at the function that runs the monolith's app, or remove lifted and account for the middleware",
        ),
      ];
}

function whyNotLifted({ appFolder, sources }: DeployedFunction, own: SourceFile, app: string): string | undefined {
  const text = sources.map((source) => source.text).join('\n');
  const entry = /\blift\(\s*['"`]([^'"`]+)['"`]/.exec(text)?.[1];
  if (entry === undefined || !/['"]banyan-strangler\/lifted['"]/.test(text))
    return `does not call lift (${path.basename(own.file)})`;
  if (appFolder === undefined) return 'has no lifted: { app } in serverless.yml, which packs the app';
  const bare = (file: string): string => file.replace(/\.[cm]?[jt]s$/, '').replaceAll(path.sep, '/');
  return bare(app).endsWith(`/${bare(path.normalize(entry))}`)
    ? undefined
    : `runs ${entry}, which is not the app in banyan.config.ts`;
}
