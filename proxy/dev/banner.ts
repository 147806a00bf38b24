import type { Project } from '../../shared/config/load';
import type { LocalMongo } from '../../shared/local/mongo';
import { positionText, type Route } from '../route-table/route';
import { scriptOf } from './package-script';
import type { Row } from './services';
import type { SystemConfig } from './system-config';
import type { LocalSystem } from './system';

/** What `banyan dev` prints once everything runs: where things are, what answers, and lines to paste. `startedIn` in ms. */
export function describeSystem(
  { banyan, places, root }: Project,
  config: SystemConfig,
  { system, startedIn }: { readonly system: LocalSystem; readonly startedIn: number },
): string {
  const { mongo, state, services, legacy, functions, proxy } = system;
  const isNamed = mongo.chosen === 'MONGODB_URI';
  const command = commandOf(root);
  const schedules = functions?.gateway.eventSources.schedules ?? [];
  const [schedule] = schedules;
  const runs = schedule === undefined ? '' : `; ${command} run-schedule ${schedule.name}`;
  const rows: readonly Row[] = [
    { name: 'proxy', url: proxy.url, note: 'what clients talk to' },
    ...(proxy.adminUrl === undefined
      ? []
      : [
          {
            name: 'dashboard',
            url: `${proxy.adminUrl}/#token=${config.adminToken}`,
            note: 'may roll back; the token is for this run',
          },
        ]),
    { name: 'monolith', url: legacy.url, note: ['legacy: Express', ...(legacy.notes ?? [])].join('; ') },
    ...(functions === undefined
      ? []
      : [
          {
            name: 'gateway',
            url: functions.gateway.url,
            note: `API Gateway and Lambdas, from ${places.serverless.path}`,
          },
          { name: 'Lambda', url: functions.invokeApi.url, note: `Invoke API${runs}` },
        ]),
    ...(services.rows ?? []),
  ];
  const blocks = [
    `Banyan runs (started in ${(startedIn / 1000).toFixed(1)} s, process ${process.pid}). Ctrl-C stops everything.`,
    [
      ...rows.map(({ name, url, note }) => `  ${name.padEnd(9)} ${url.replace('{{proxy}}', proxy.url)}   ${note}`),
      ...(functions === undefined ? [`  functions none: ${places.serverless.path} does not exist`] : []),
      ...(isNamed ? describeNamed(mongo, state) : describeOwn(mongo, seededBy(banyan.dev, services.seeded))),
    ].join('\n'),
    `Routes (${config.proxy.routesFile}; change a stage, save, and the proxy follows within a second; everything else is on legacy)`,
    describeRoutes(proxy.routes().routes),
    ...describeUsers(isNamed ? [] : (banyan.dev?.users ?? [])),
    `Try it${isNamed ? ' (as one of your own users)' : ''}`,
    describeRequests(banyan.dev, { proxy: proxy.url, routes: proxy.routes().routes, isNamed }),
    `In another terminal (where every route stands; why a token is accepted or refused${isNamed ? ', with MONGODB_URI and the secret as for this start' : ''})`,
    describeTools(config, { command, mongo, state }),
  ];
  return `\n${blocks.join('\n\n')}\n\n`;
}

function describeOwn({ chosen, why, uri }: LocalMongo, seeded: string): readonly string[] {
  return [`  MongoDB   ${chosen}: ${why}; ${seeded}`, `            ${uri}`];
}

/** Its URI may hold a password, and the user who set it knows it. */
function describeNamed({ why }: LocalMongo, state: LocalMongo): readonly string[] {
  return [
    `  MongoDB   ${why}; used as it is: not seeded. Your requests read and write it, as the monolith does`,
    `  state     ${state.chosen}, for this run: overrides, ledger and history, which are not written to your database`,
    `            ${state.uri}`,
  ];
}

function describeRoutes(routes: readonly Route[]): string {
  const idWidth = Math.max(...routes.map(({ id }) => id.length), 4);
  const matchWidth = Math.max(...routes.map(({ method, path: pattern }) => `${method} ${pattern}`.length), 0);
  const lines = routes.map((route) => {
    const { id, method, path: pattern, unless } = route;
    const conditions = unless.map((condition) => Object.values(condition).join('')).join(', ');
    const except = conditions === '' ? '' : `   unless ${conditions}`;
    return `  ${id.padEnd(idWidth)}  ${`${method} ${pattern}`.padEnd(matchWidth)}  ${positionText(route)}${except}`;
  });
  return lines.join('\n') || '  none';
}

type Dev = Project['banyan']['dev'];

function seededBy(dev: Dev, seeded: string | undefined): string {
  if (seeded !== undefined) return `${seeded} seeded`;
  return dev?.seed === undefined ? 'empty at the start' : `seeded by ${dev.seed}`;
}

function describeUsers(users: NonNullable<NonNullable<Dev>['users']>): readonly string[] {
  if (users.length === 0) return [];
  const width = Math.max(...users.map(({ name }) => name.length));
  const lines = users.map(({ name, password, note }) =>
    `  ${name.padEnd(width)}   password "${password}"   ${note ?? ''}`.trimEnd(),
  );
  return ['Demo users (of the seeded database)', lines.join('\n')];
}

function describeRequests(
  dev: Dev,
  { proxy, routes, isNamed }: { readonly proxy: string; readonly routes: readonly Route[]; readonly isNamed: boolean },
): string {
  const [user] = isNamed ? [] : (dev?.users ?? []);
  const values = new Map([
    ['proxy', proxy],
    ['user', user?.name ?? 'you@example.com'],
    ['password', user?.password ?? 'your password'],
  ]);
  const page = routes.find(({ method, path: pattern }) => method === 'GET' && !/[:*(]/.test(pattern));
  const lines = dev?.requests ?? [`curl -si {{proxy}}${page?.path ?? '/'}`];
  return lines
    .map((line) => `  ${line.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => values.get(name) ?? whole)}`)
    .join('\n');
}

/** No secret is printed: the command about tokens needs it, so it is shown once it is known. */
function describeTools(
  { secrets, isSecretMadeUp }: SystemConfig,
  { command, mongo, state }: { readonly command: string } & Pick<LocalSystem, 'mongo' | 'state'>,
): string {
  const own = `MONGODB_URI=${state.uri} `;
  const [variable = 'SESSION_SECRET'] = Object.keys(secrets);
  const inspect = isSecretMadeUp
    ? `  (session inspect needs the session secret; this one was made up: set ${variable} before the start)`
    : `  ${mongo === state ? own : ''}${command} session inspect "$TOKEN"`;
  return `  ${own}${command} status\n${inspect}`;
}

/** As package.json has it: a project may have a script for the command. */
function commandOf(root: string): string {
  return scriptOf(root, 'banyan') === undefined ? 'npx banyan' : 'npm run --silent banyan --';
}
