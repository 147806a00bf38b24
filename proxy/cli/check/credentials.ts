import type { BanyanConfig } from '../../../shared/config';
import type { Credential } from '../../../shared/session/authenticator';
import { sessionAuthenticator } from '../../../shared/session/session-authenticator';
import type { Route } from '../../route-table/route';
import { ok, warning, type Finding } from '../finding';
import type { AppRoute } from '../../inventory/inventory';

type Config = Pick<BanyanConfig, 'authenticators' | 'credentials' | 'parity' | 'session'>;

interface Accepted {
  readonly credential: Credential;
  readonly sources: string[];
  readonly exceptRoutes: readonly string[];
}

/** Other sources are places in the code: guesses. */
const isDeclared = (source: string) => source === DECLARED || source.startsWith('parity.');
const DECLARED = 'credentials';

/** The session's own, judged as the session. */
const OF_SESSION = ['cookie', 'authorization'];

/** Warns of credentials that the monolith accepts (as declared, or as its sources seem to read) and Lambda does not. */
export function checkCredentials(
  config: Config,
  routes: readonly Route[],
  appRoutes: readonly Pick<AppRoute, 'hazards'>[] = [],
): Finding[] {
  const accepted = acceptedCredentials(config, appRoutes);
  const sources = [
    `the session (cookie ${config.session.cookieName}, Authorization: Bearer)`,
    ...accepted.map(({ credential, sources: from }) => `${describe(credential)} (${from.join(', ')})`),
  ];
  const findings = [
    ok(
      'credentials',
      `found in the monolith: ${sources.join('; ')}. Credentials that are neither declared nor read by name in the sources cannot be found`,
    ),
  ];
  if (!config.authenticators.some(({ name }) => name === sessionAuthenticator.name))
    findings.push(
      warning(
        'credentials',
        'the session is not among the authenticators: logged-in users get 401 from Lambda',
        'add sessionAuthenticator to authenticators in banyan.config.ts',
      ),
    );
  for (const one of accepted) findings.push(...checkCredential(one, config, routes));
  return findings;
}

function checkCredential(
  { credential, exceptRoutes, sources }: Accepted,
  { authenticators }: Config,
  routes: readonly Route[],
): Finding[] {
  const name = describe(credential);
  const reader = authenticators.find(({ credentials = [] }) => credentials.some((known) => same(known, credential)));
  if (reader !== undefined)
    return [ok(name, `read by the authenticator "${reader.name}"; only parity tests show which functions accept it`)];
  const findings = exceptRoutes
    .filter((id) => !routes.some((route) => route.id === id))
    .map((id) =>
      warning(name, `exceptRoutes names ${id}, which is not in the route table`, 'use an id of the route table'),
    );
  const open = routes.filter(
    ({ id, stage, unless }) =>
      stage !== 'legacy' && !exceptRoutes.includes(id) && !unless.some((condition) => same(condition, credential)),
  );
  if (open.length === 0)
    return [...findings, ok(name, 'kept on legacy by `unless` on every route that is not on legacy')];
  const ids = open.map(({ id }) => id).join(', ');
  const kept = `unless: { ${Object.keys(credential).join('')}: ${Object.values(credential).join('')} }`;
  const remedy = `add ${kept} to these routes; or an authenticator that declares it in its credentials; or exceptRoutes where the monolith does not accept it`;
  const accepts = sources.some(isDeclared) ? 'accepted' : `read (${sources.join(', ')}) and perhaps accepted`;
  return [...findings, warning(name, `${accepts} by the monolith, unknown to Lambda on: ${ids}`, remedy)];
}

function acceptedCredentials(
  { credentials = [], parity, session }: Config,
  appRoutes: readonly Pick<AppRoute, 'hazards'>[],
): Accepted[] {
  const accepted: Accepted[] = credentials.map(({ exceptRoutes = [], ...credential }) => ({
    credential,
    sources: [DECLARED],
    exceptRoutes,
  }));
  const add = (credential: Credential, source: string) => {
    const known = accepted.find((one) => same(one.credential, credential));
    if (known) known.sources.push(...(known.sources.includes(source) ? [] : [source]));
    else accepted.push({ credential, sources: [source], exceptRoutes: [] });
  };
  for (const [name, identity] of Object.entries(parity.identities)) {
    if (identity.kind !== 'headers') continue;
    for (const header of Object.keys(identity.headers))
      if (!OF_SESSION.includes(header.toLowerCase()))
        add({ header: header.toLowerCase() }, `parity.identities["${name}"]`);
  }
  for (const { kind, text, place } of appRoutes.flatMap(({ hazards }) => hazards)) {
    const read = kind === 'credential' ? readAs(text) : undefined;
    if (read !== undefined && !same(read, { cookie: session.cookieName })) add(read, place);
  }
  return accepted;
}

/** As the inventory writes it: `header x-api-key`, `signedCookies auth`. */
function readAs(text: string): Credential {
  const [from = '', name = ''] = text.split(' ', 2);
  if (from === 'query') return { query: name };
  return from.startsWith('header') ? { header: name.toLowerCase() } : { cookie: name };
}

const describe = (credential: Credential): string => Object.entries(credential).flat().join(' ');

/** Header names are compared without case (RFC 9110 section 5.1), others as they are. */
function same(a: Credential, b: Credential): boolean {
  if ('header' in a) return 'header' in b && a.header.toLowerCase() === b.header.toLowerCase();
  return describe(a) === describe(b);
}
