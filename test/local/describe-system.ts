import { DEMO_IDS, DEMO_PASSWORD } from './seed';
import type { LocalSystem, LocalSystemConfig } from './system';

/** What `npm start` prints: where things are, what answers, and lines to paste. `startedIn` in ms. */
export function describeSystem(
  { mongo, seeded, sqs, legacy, invokeApi, gateway, proxy }: LocalSystem,
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
  const event = DEMO_IDS.event(1).toHexString();
  const data = seeded === 'seeded' ? 'demo data seeded' : 'data left as it was: it has customer accounts already';
  // A URI from outside may hold a password and is known to whoever set it.
  const own = mongo.chosen === 'MONGODB_URI' ? '' : `\n            ${mongo.uri}`;
  return `
Banyan runs (started in ${(startedIn / 1000).toFixed(1)} s, process ${process.pid}). Ctrl-C stops everything.

  proxy     ${proxy.url}   what clients talk to
  dashboard ${proxy.adminUrl ?? ''}/#token=${adminToken ?? ''}   may roll back; the token is for this run
  monolith  ${legacy.url}   legacy: Express
  gateway   ${gateway.url}   API Gateway and Lambdas, from serverless.yml
  Lambda    ${invokeApi.url}   Invoke API; npm run banyan -- run-schedule daily-report (runner: ${dailyReportRunner})
  SQS       ${sqs.url}   report jobs; consumed by process-report-job
  MongoDB   ${mongo.chosen}: ${mongo.why}; ${data}${own}

Routes (${routesFile}; change a stage, save, and the proxy follows within a second; everything else is on legacy)

${listed.join('\n') || '  none'}

Demo users (password "${DEMO_PASSWORD}")

  organiser@example.com   roles organiser, member
  member@example.com      role member

Try it (log in; list events; metrics with the cookie; the same with a bearer token)

  TOKEN=$(curl -s ${proxy.url}/api/auth/login -H 'Content-Type: application/json' -d '{"email":"organiser@example.com","password":"${DEMO_PASSWORD}"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/'); echo "$TOKEN"
  curl -sgw '\\n' -b "eventsapp.sid=$TOKEN" '${proxy.url}/api/events?limit=2&filter[status]=published'
  curl -sw '\\n' -b "eventsapp.sid=$TOKEN" ${proxy.url}/api/events/${event}/metrics
  curl -sw '\\n' -H "Authorization: Bearer $TOKEN" ${proxy.url}/api/events/${event}/metrics

${describeTools(mongo, isSecretMadeUp)}
`;
}

/** Commands for another terminal. No secret is printed: the one about tokens needs it, so it is shown once somebody knows it. */
function describeTools({ chosen, uri }: LocalSystem['mongo'], isSecretMadeUp: boolean): string {
  const command = `${chosen === 'MONGODB_URI' ? '' : `MONGODB_URI=${uri} `}npm run --silent banyan --`;
  const needed = chosen === 'MONGODB_URI' ? ', with MONGODB_URI and SESSION_SECRET as for this start' : '';
  const inspect = isSecretMadeUp
    ? `  (session inspect, which says why a token is accepted or refused, needs the secret; this one was made up: SESSION_SECRET='for the demo' npm start)`
    : `  ${command} session inspect "$TOKEN"`;
  const which = isSecretMadeUp
    ? ''
    : `; why a token is accepted or refused${needed || ', with SESSION_SECRET as for this start'}`;
  return `In another terminal (where every route stands${which})

  ${command} status
${inspect}
`;
}
