import { spawn } from 'node:child_process';

/**
 * `npm run study:mutants -- <area or all> [options of parity mutate]`: mutants of the example, and of the kit's parts that its functions are made of, chosen
 * before any was judged. Left out: what no client of the monolith reaches (uploads, formats of other session stores, users kept by their id) and
 * what is for logs alone (the authorizer's faults).
 */
const SESSION = [
  ...['token-from-request', 'unsign', 'session-authenticator', 'authenticator', 'cookie-header', 'set-cookie'],
  ...['serialize-cookie', 'stored-cookie', 'identity', 'api-key-authenticator', 'touch'],
  ...['stores/expiry', 'stores/parse-session'],
].map((name) => `shared/session/${name}.ts`);
const AUTHORIZER = ['authorizer-handler', 'authorizer', 'policy'].map((name) => `lambda/authorizer/${name}.ts`);
const contracts = (...names: string[]) => names.map((name) => `lambda/eventsapp/contracts/${name}.ts`);

const AREAS: Readonly<Record<string, { readonly files: readonly string[]; readonly routes: readonly string[] }>> = {
  wrapper: {
    files: ['lambda/http', ...AUTHORIZER, ...SESSION, 'lambda/eventsapp/authorizer.ts'],
    routes: ['list-events', 'create-event', 'get-event'],
  },
  events: {
    files: [
      ...['lambda/eventsapp/events', ...contracts('event-input', 'activity', 'events', 'paging')],
      ...['identity', 'object-id', 'roles'].map((name) => `lambda/eventsapp/${name}.ts`),
    ],
    routes: ['list-events', 'get-event', 'create-event', 'replace-event', 'delete-event', 'count-activity'],
  },
  others: {
    files: [
      ...['lambda/eventsapp/attendees', 'lambda/eventsapp/metrics'],
      ...contracts('day', 'attendees', 'metrics', 'reports'),
      ...['create-report', 'get-report', 'list-reports'].map((name) => `lambda/eventsapp/reports/${name}.ts`),
      ...['get-photo', 'list-photos'].map((name) => `lambda/eventsapp/photos/${name}.ts`),
    ],
    routes: [
      ...['event-metrics', 'all-metrics', 'list-attendees', 'add-attendee', 'remove-attendee', 'event-photos', 'photo'],
      ...['list-reports', 'create-report', 'get-report'],
    ],
  },
};

const [name = '', ...options] = process.argv.slice(2);
const areas =
  name === 'all'
    ? Object.values(AREAS)
    : Object.entries(AREAS)
        .filter(([own]) => own === name)
        .map(([, area]) => area);
if (areas.length === 0) {
  process.stderr.write(
    `study:mutants: expected one of all, ${Object.keys(AREAS).join(', ')}, not ${JSON.stringify(name)}\n`,
  );
  process.exitCode = 2;
} else {
  const chosen = areas.flatMap(({ files, routes }) => [
    ...files.flatMap((file) => ['--files', file]),
    ...routes.flatMap((route) => ['--route', route]),
  ]);
  const argv = ['--import', 'tsx', 'proxy/cli/main.ts', 'parity', 'mutate', ...chosen, ...options];
  spawn(process.execPath, argv, { stdio: 'inherit' }).on('exit', (code) => (process.exitCode = code ?? 2));
}
