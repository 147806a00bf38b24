import type { StoreFormat } from '../../../shared/session/stores/store-format';
import type { ResolvedSession } from '../../../shared/session/session-config';
import { fault, ok, warning, type Finding } from '../finding';
import { share } from './share';
import type { StoreFacts } from './store-facts';

/** Compares where and how sessions are stored with the configuration. Pure. */
export function diagnoseStore(
  facts: StoreFacts,
  session: Pick<ResolvedSession, 'touchAfter'>,
  format: StoreFormat,
): Finding[] {
  const { place, documents, sample, cutShort } = facts;
  if (sample.length === 0) return [emptyStore(facts)];
  const limits = cutShort ? ', stopped early because reading took too long' : '';
  return [
    ok('documents', `about ${documents} in ${place}; ${sample.length} examined${limits}`),
    ...diagnoseFormat(facts, format),
    ...diagnoseId(facts),
    ...diagnoseExpiry(facts, format),
    diagnoseTtlIndex(facts, format),
    diagnoseTouch(facts, session, format),
  ];
}

/** One request cannot distinguish this from a client that is logged out: the authorizer answers 401 to everything. */
function emptyStore({ place, similarCollections }: StoreFacts): Finding {
  const others = similarCollections.length === 0 ? '' : ` (there is ${similarCollections.join(', ')})`;
  const database = place.startsWith('test.')
    ? 'the database in MONGODB_URI (the driver uses "test" when none is named)'
    : 'the database in MONGODB_URI';
  return fault(
    'documents',
    `none in ${place}: every client would get 401`,
    `check ${database} and the collection in session.store${others}; if both are right, log in once and run this again`,
  );
}

function diagnoseFormat({ sample }: StoreFacts, { text: configured }: StoreFormat): Finding[] {
  const others = sample.filter(({ unreadable }) => unreadable === 'other format');
  const broken = sample.filter(({ unreadable }) => unreadable === 'broken');
  const findings: Finding[] = [];
  if (others.length > 0) {
    const looks = [...new Set(others.map(({ looksLike }) => looksLike))].join('; ');
    const text = `${share(others.length, sample.length)} cannot be read as ${configured}: ${looks}`;
    findings.push(
      others.length === sample.length
        ? fault('format', text, "set session.store to the monolith's options (and its encryption secret)")
        : warning('format', text, 'records of an earlier configuration? Their users get 500 until these expire'),
    );
  } else if (broken.length < sample.length) findings.push(ok('format', `${configured}, as configured`));
  if (broken.length > 0) {
    const text = `${share(broken.length, sample.length)} are broken (not JSON, or without a cookie)`;
    const remedy = 'find out what else writes to this collection; the monolith and the authorizer answer 500 to these';
    findings.push((broken.length === sample.length ? fault : warning)('format', text, remedy));
  }
  return findings;
}

function diagnoseId({ sample }: StoreFacts): Finding[] {
  const without = sample.filter(({ hasTextId }) => !hasTextId).length;
  if (without === 0) return [];
  const text = `${share(without, sample.length)} have no string where the session id should be`;
  return [fault('session id', text, "set idField to the store's own (connect-mongodb-session), or check the format")];
}

function diagnoseExpiry({ sample }: StoreFacts, { expiryField: field, nullNeverExpires }: StoreFormat): Finding[] {
  const count = (expiry: string) => sample.filter((record) => record.expiry === expiry).length;
  const never = count('missing') + (nullNeverExpires ? count('null') : 0);
  const unusable = count('not a date') + (nullNeverExpires ? 0 : count('null'));
  const expired = `${share(count('expired'), sample.length)} expired and not yet removed`;
  const findings = [
    count('expired') === sample.length
      ? warning('expiry', expired, 'does the monolith still write here? Compare MONGODB_URI and the collection')
      : ok('expiry', expired),
  ];
  if (never > 0)
    findings.push(
      warning(
        'expiry',
        `${share(never, sample.length)} never expire: no ${field}`,
        'check expiresKey, and what wrote them',
      ),
    );
  if (unusable > 0)
    findings.push(
      fault(
        'expiry',
        `${share(unusable, sample.length)} have no date in ${field} and are never accepted`,
        'fix what writes them: connect-mongo writes dates, other stores numbers or text',
      ),
    );
  return findings;
}

function diagnoseTtlIndex({ ttlFields, place }: StoreFacts, { expiryField: field }: StoreFormat): Finding {
  if (ttlFields.includes(field)) return ok('TTL index', `on ${field}`);
  const others = ttlFields.length === 0 ? 'no TTL index' : `TTL index on ${ttlFields.join(', ')}, not on ${field}`;
  return warning(
    'TTL index',
    `${others} in ${place}: expired sessions are kept (but not accepted)`,
    'the monolith creates it (autoRemove: native); with interval or disabled, make sure something removes them',
  );
}

function diagnoseTouch(
  { sample }: StoreFacts,
  { touchAfter }: Pick<ResolvedSession, 'touchAfter'>,
  { touches }: StoreFormat,
): Finding {
  const modified = sample.filter(({ hasLastModified }) => hasLastModified).length;
  const some = `${share(modified, sample.length)} have lastModified`;
  if (!touches) {
    if (modified > 0) return warning('touch', `${some}, which this store never writes`, 'is the store connect-mongo?');
    return ok('touch', 'this store extends unchanged sessions only with resave: true');
  }
  if (touchAfter === 0 && modified > 0)
    return warning('touch', `${some}, but touchAfter is 0`, 'set session.touchAfter to the touchAfter of the monolith');
  if (touchAfter > 0 && modified < sample.length)
    return warning(
      'touch',
      `${some}, but touchAfter is ${touchAfter} s: the others are written on every request`,
      'remove session.touchAfter if the monolith has none; if the monolith set it recently, this ends with the old sessions',
    );
  return ok('touch', touchAfter === 0 ? 'no lastModified, touchAfter 0' : `${some}, touchAfter ${touchAfter} s`);
}
