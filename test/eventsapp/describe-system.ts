import type { LocalMongo } from 'banyan-strangler/local';
import { DEMO_IDS, DEMO_PASSWORD } from './seed';
import type { LocalSystem, LocalSystemConfig } from './system';

/** What `npm start` prints: where things are, what answers, and lines to paste. `startedIn` in ms. */
export function describeSystem(
  { mongo, state, sqs, s3, dynamoDb, legacy, invokeApi, gateway, proxy }: LocalSystem,
  { routesFile, dailyReportRunner, isSecretMadeUp, adminToken }: LocalSystemConfig,
  startedIn: number,
): string {
  const { routes } = proxy.routes();
  const idWidth = Math.max(...routes.map(({ id }) => id.length), 4);
  const matchWidth = Math.max(...routes.map(({ method, path }) => `${method} ${path}`.length), 0);
  const listed = routes.map(({ id, method, path, stage, percent, unless }) => {
    const conditions = unless.map((condition) => Object.values(condition).join('')).join(', ');
    const except = conditions === '' ? '' : `   unless ${conditions}`;
    return `  ${id.padEnd(idWidth)}  ${`${method} ${path}`.padEnd(matchWidth)}  ${stage}${stage === 'canary' ? ` ${percent} %` : ''}${except}`;
  });
  const isOurs = mongo === state;
  return `
Banyan runs (started in ${(startedIn / 1000).toFixed(1)} s, process ${process.pid}). Ctrl-C stops everything.

  proxy     ${proxy.url}   what clients talk to
  dashboard ${proxy.adminUrl ?? ''}/#token=${adminToken ?? ''}   may roll back; the token is for this run
  monolith  ${legacy.url}   legacy: Express
  gateway   ${gateway.url}   API Gateway and Lambdas, from serverless.yml
  Lambda    ${invokeApi.url}   Invoke API; npm run banyan -- run-schedule daily-report (runner: ${dailyReportRunner})
  SQS       ${sqs.url}   report jobs; consumed by process-report-job
  S3        ${s3.url}   photos; process-uploaded-photo runs for each upload
  DynamoDB  ${dynamoDb.url}   photos
  photos    ${proxy.url}/photos/upload.html   a page to upload with, for people registered for an event
${isOurs ? describeOwn(mongo) : describeNamed(mongo, state)}

Routes (${routesFile}; change a stage, save, and the proxy follows within a second; everything else is on legacy)

${listed.join('\n') || '  none'}

${isOurs ? tryAsDemoUser(proxy.url) : tryAsOwnUser(proxy.url)}

${describeTools(mongo, state, isSecretMadeUp)}
`;
}

function describeOwn({ chosen, why, uri }: LocalMongo): string {
  return `  MongoDB   ${chosen}: ${why}; demo data seeded
            ${uri}`;
}

/** Its URI may hold a password and is known to whoever set it. */
function describeNamed({ why }: LocalMongo, state: LocalMongo): string {
  return `  MongoDB   ${why}; used as it is: not seeded, no index created. Your requests read and write it, as the monolith does
  state     ${state.chosen}, for this run: overrides, ledger and history, which are not written to your database
            ${state.uri}`;
}

function tryAsDemoUser(proxy: string): string {
  const event = DEMO_IDS.event(1).toHexString();
  return `Demo users (password "${DEMO_PASSWORD}")

  organiser@example.com   roles organiser, member
  member@example.com      role member

Try it (log in; list events; metrics with the cookie; the same with a bearer token)

${logIn(proxy, { email: 'organiser@example.com', password: DEMO_PASSWORD })}
  curl -sgw '\\n' -b "eventsapp.sid=$TOKEN" '${proxy}/api/events?limit=2&filter[status]=published'
  curl -sw '\\n' -b "eventsapp.sid=$TOKEN" ${proxy}/api/events/${event}/metrics
  curl -sw '\\n' -H "Authorization: Bearer $TOKEN" ${proxy}/api/events/${event}/metrics`;
}

function tryAsOwnUser(proxy: string): string {
  return `Try it (log in as one of your own users: there are no demo users; list events)

${logIn(proxy, { email: 'you@example.com', password: 'your password' })}
  curl -sgw '\\n' -b "eventsapp.sid=$TOKEN" '${proxy}/api/events?limit=2'`;
}

function logIn(proxy: string, credentials: { readonly email: string; readonly password: string }): string {
  return `  TOKEN=$(curl -s ${proxy}/api/auth/login -H 'Content-Type: application/json' -d '${JSON.stringify(credentials)}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/'); echo "$TOKEN"`;
}

/** Commands for another terminal. No secret is printed: the one about tokens needs it, so it is shown once it is known. */
function describeTools(mongo: LocalMongo, state: LocalMongo, isSecretMadeUp: boolean): string {
  const command = (uri: string) => `${uri}npm run --silent banyan --`;
  const isOurs = mongo === state;
  const needed = isOurs
    ? ', with SESSION_SECRET as for this start'
    : ', with MONGODB_URI and SESSION_SECRET as for this start';
  const own = `MONGODB_URI=${state.uri} `;
  const inspect = isSecretMadeUp
    ? `  (session inspect, which says why a token is accepted or refused, needs the secret; this one was made up: SESSION_SECRET='for the demo' npm start)`
    : `  ${command(isOurs ? own : '')} session inspect "$TOKEN"`;
  const which = isSecretMadeUp ? '' : `; why a token is accepted or refused${needed}`;
  return `In another terminal (where every route stands${which})

  ${command(own)} status
${inspect}
`;
}
