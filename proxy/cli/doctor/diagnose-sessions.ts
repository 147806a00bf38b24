import type { ResolvedSession } from '../../../shared/session/session-config';
import type { StoredCookie } from '../../../shared/session/stored-cookie';
import { formatDuration } from '../duration';
import { fault, ok, warning, type Finding } from '../finding';
import type { RecordFacts } from './record-facts';
import { share } from './share';

/** Compares what is inside the sessions with the configuration: cookie attributes, passport, identities. Pure. */
export function diagnoseSessions(sample: readonly RecordFacts[], session: ResolvedSession): Finding[] {
  const readable = sample.filter(({ unreadable }) => unreadable === undefined);
  if (readable.length === 0) return [];
  const cookies = readable.flatMap(({ cookie }) => cookie ?? []);
  return [...diagnoseCookies(cookies, session), ...diagnoseUsers(readable)];
}

function diagnoseCookies(cookies: readonly StoredCookie[], { cookie }: ResolvedSession): Finding[] {
  const shareOf = (isSo: (stored: StoredCookie) => boolean) => share(cookies.filter(isSo).length, cookies.length);
  const ages = distribution(cookies, ({ originalMaxAge }) =>
    originalMaxAge === undefined ? 'browser session' : formatDuration(originalMaxAge),
  );
  const sameSite = distribution(cookies, (stored) => (stored.sameSite === true ? 'strict' : word(stored.sameSite)));
  const attributes = `Secure ${shareOf(({ secure }) => Boolean(secure))}, HttpOnly ${shareOf(({ httpOnly }) => Boolean(httpOnly))}, SameSite ${sameSite}`;
  const isElsewhere = ({ path }: StoredCookie) => path !== cookie.path;
  const text = `${shareOf(isElsewhere)} have a path other than ${cookie.path}`;
  const remedy = "set session.cookie.path to the monolith's: express-session ignores sessions outside it";
  return [
    ok('cookie age', ages),
    ok('cookie', attributes),
    ...(cookies.some(isElsewhere) ? [fault('cookie path', text, remedy)] : []),
  ];
}

function diagnoseUsers(readable: readonly RecordFacts[]): Finding[] {
  const total = readable.length;
  const count = (user: RecordFacts['user']) => readable.filter((record) => record.user === user).length;
  const recognised = count('recognised');
  const strangers = count('not recognised');
  const findings: Finding[] = [];
  if (recognised > 0 || strangers === 0)
    findings.push(ok('users', `${share(recognised, total)} belong to a user that identity recognises`));
  if (strangers > 0) {
    const text = `${share(strangers, total)} have passport.user, but identity does not recognise the user`;
    findings.push(
      recognised === 0
        ? fault(
            'users',
            text,
            'make identity in banyan.config.ts match what serializeUser stores; for ids use passportUserId',
          )
        : warning('users', text, 'deleted users, or an older form of passport.user'),
    );
  }
  if (count('failed') > 0)
    findings.push(fault('users', `identity threw for ${share(count('failed'), total)}`, 'return undefined instead'));
  if (recognised === 0 && count('nobody') === total)
    findings.push(
      warning(
        'passport key',
        `no session has passport.user; keys seen: ${keysOf(readable)}`,
        "log in once and run this again; or give identity the monolith's own passport key",
      ),
    );
  return findings;
}

/** Keys that several sessions share; one that stands in a single session could be a user's data. */
function keysOf(readable: readonly RecordFacts[]): string {
  const all = readable.flatMap(({ keys }) => keys);
  const common = [...new Set(all)].filter(
    (key) => /^[\w$.-]{1,30}$/.test(key) && (readable.length === 1 || all.indexOf(key) !== all.lastIndexOf(key)),
  );
  return common.slice(0, 10).join(', ') || 'none in common';
}

/** `14 d (190), browser session (10)`. */
function distribution(cookies: readonly StoredCookie[], of: (cookie: StoredCookie) => string): string {
  const counts = new Map<string, number>();
  for (const cookie of cookies) counts.set(of(cookie), (counts.get(of(cookie)) ?? 0) + 1);
  if (counts.size === 1) return [...counts.keys()].join('');
  return [...counts]
    .map(([value, count]) => `${value} (${count})`)
    .slice(0, 5)
    .join(', ');
}

/** Attributes of stored cookies are outside data. */
const word = (value: unknown) => (typeof value === 'string' && /^\w{1,10}$/.test(value) ? value : 'not set');
