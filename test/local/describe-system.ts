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
  const listed = routes.map(({ id, method, path, stage, unless }) => {
    const conditions = unless.map((condition) => Object.values(condition).join('')).join(', ');
    const except = conditions === '' ? '' : `   unless ${conditions}`;
    return `  ${id.padEnd(idWidth)}  ${`${method} ${path}`.padEnd(matchWidth)}  ${stage}${except}`.trimEnd();
  });
  const event = DEMO_IDS.event(1).toHexString();
  const data = seeded === 'seeded' ? 'demo data seeded' : 'data left as it was: it has customer accounts already';
  // A URI from outside may hold a password and is known to whoever set it.
  const own = mongo.chosen === 'MONGODB_URI' ? '' : `\n            ${mongo.uri}`;
  return `
Banyan runs (started in ${(startedIn / 1000).toFixed(1)} s). Ctrl-C stops everything.

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

${describeSessionTools(mongo, isSecretMadeUp)}
`;
}

/** How to ask why a token is accepted or refused: in another terminal, with the same secret and database. No secret is printed. */
function describeSessionTools({ chosen, uri }: LocalSystem['mongo'], isSecretMadeUp: boolean): string {
  if (isSecretMadeUp)
    return `Why is a token accepted or refused? "banyan session inspect" needs the secret, and this one was made up: start again with
SESSION_SECRET='for the demo' npm start, and this line becomes a command to paste.
`;
  const variables = chosen === 'MONGODB_URI' ? '' : `MONGODB_URI=${uri} `;
  const needed = chosen === 'MONGODB_URI' ? 'SESSION_SECRET and MONGODB_URI' : 'SESSION_SECRET';
  return `Why is a token accepted or refused? (with ${needed} exported as for this start)

  ${variables}npm run --silent banyan -- session inspect "$TOKEN"
`;
}
