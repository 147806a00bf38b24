/** Stands in logs, ledger, recordings and reports for what a client chose and what is no {@link isPlainName plain name}. */
export const OTHER = '(other)';

const LONGEST = 40;
const SHAPE = /^[A-Za-z_$][\w$.[\]-]*$/;
const SEPARATORS = /[_$.[\]-]+/;
/** A word of camel case (`userId`, `URLPath2`) with a short number at its end. Taken one after the other, so that no text takes long. */
const WORD = /([A-Z]+(?![a-z])|[A-Z]?[a-z]+)(?:\d{1,3}(?=$|[A-Z][a-z]))?/y;
const MAX_DIGITS = 3;
const MAX_LETTERS = 32;
/** Four words with separators and more letters than this are a passphrase. */
const MAX_PHRASE = 24;

/** The letters that follow each letter in words; counted in the identifiers of this project and of its dependencies. */
const FOLLOWERS = new Map(
  (
    'abcdfgiklmnprstuvwxyz bacdeijlorstuy cacehiklorstuy dadefgilorsuy eabcdefghijlmnopqrstuvwxy faefilortuy gaeghilmnorsu ' +
    'haeimorstuy iabcdefgklmnoprstvxz jaeosu kadeins labcdefilopstuvy mabeilmopsu nacdefghiklmnoprstuvy oabcdefgijklmnoprstuvwxy ' +
    'padehiloprstuy qu rabcdefgiklmnoprstuvwy sacefhiklmnopstuwy tacdefhiloprstuwy uabcdefgilmnoprst vaeio waehilnors xaceipt ' +
    'yaeilmnopst zaeio'
  )
    .split(' ')
    .map((letters) => [letters.charCodeAt(0), new Set(Buffer.from(letters.slice(1)))]),
);

/** Whether a text of a client's choice is a name that a programmer wrote (short, speakable, hardly a digit). Only such texts are stored and logged. */
export function isPlainName(text: string): boolean {
  if (text.length > LONGEST || !SHAPE.test(text)) return false;
  let letters = 0;
  let digits = 0;
  let rare = 0;
  let parts = 0;
  let short = '';
  for (const part of text.split(SEPARATORS)) {
    if (part === '') continue;
    // A position: `items[0][name]`.
    if (/^\d{1,2}$/.test(part)) {
      digits += part.length;
      continue;
    }
    const words = wordsOf(part);
    if (words === undefined) return false;
    const count = words.reduce((sum, { length }) => sum + length, 0);
    // Words of one or two letters, one after the other, are mixed case by chance.
    if (words.length > 1 + count / 4) return false;
    parts += 1;
    letters += count;
    digits += part.length - count;
    // No secret is so short, and abbreviations are: `jpg`, `wp-admin`. Several of them are a code in groups.
    if (count > 3) rare += rarePairs(part.toLowerCase());
    else short += part.toLowerCase();
  }
  if (short.length > 3) rare += rarePairs(short);
  if (digits > MAX_DIGITS || letters > MAX_LETTERS || (parts > 3 && letters > MAX_PHRASE)) return false;
  return rare <= (letters > 16 ? 2 : 1);
}

/** The words of a part without their numbers; undefined when something else is in it. */
function wordsOf(part: string): readonly string[] | undefined {
  const words: string[] = [];
  for (WORD.lastIndex = 0; WORD.lastIndex < part.length;) {
    const found = WORD.exec(part)?.[1];
    if (found === undefined) return undefined;
    words.push(found);
  }
  return words;
}

/** How many pairs of neighbouring letters hardly any word has. */
function rarePairs(word: string): number {
  let rare = 0;
  for (let i = 0; i + 1 < word.length; i += 1) {
    const followers = FOLLOWERS.get(word.charCodeAt(i));
    const next = word.charCodeAt(i + 1);
    if (followers !== undefined && next > 0x39 && !followers.has(next)) rare += 1;
  }
  return rare;
}

/** A client's name as it may be stored and logged; `known` names come from the configuration, the route table or a case. */
export function shownName(name: string, known?: ReadonlySet<string>): string {
  return known?.has(name) === true || isPlainName(name) ? name : OTHER;
}

/** Names of headers with more words than a plain name has. */
const LONG_HEADERS = new Set([
  ...['headers', 'method'].map((of) => `access-control-request-${of}`),
  ...['credentials', 'headers', 'methods'].map((what) => `access-control-allow-${what}`),
  'access-control-expose-headers',
  'content-security-policy-report-only',
  'cross-origin-embedder-policy',
  'cross-origin-resource-policy',
  'x-permitted-cross-domain-policies',
  'x-amzn-trace-id',
]);

/** {@link shownName} of a header. */
export function shownHeader(name: string, known?: ReadonlySet<string>): string {
  return LONG_HEADERS.has(name.toLowerCase()) ? name : shownName(name, known);
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** A method of RFC 9110 or PATCH; the parser lets more through. */
export function shownMethod(method: string | undefined): string {
  return method !== undefined && METHODS.has(method) ? method : OTHER;
}

const MAX_SEGMENTS = 6;
/** `/api/v1/me` has three. */
const SHORT_SEGMENT = 3;
const MAX_SHORT = 3;
/** Segments that were found to be plain: the same few hundred stand in nearly all paths. */
const plainSegments = new Set<string>();
const MAX_REMEMBERED = 2_000;

function isPlainSegment(segment: string): boolean {
  if (plainSegments.has(segment)) return true;
  if (!isPlainName(segment)) return false;
  // A copy: a part of a text keeps the whole in memory.
  if (plainSegments.size < MAX_REMEMBERED) plainSegments.add(Buffer.from(segment, 'latin1').toString('latin1'));
  return true;
}

/** A path to no listed route: its first segments as far as they are plain names, `(other)` for the rest. */
export function shownPath(pathname: string): string {
  if (!pathname.startsWith('/')) return OTHER;
  let begin = 1;
  let short = 0;
  for (let count = 0; begin <= pathname.length; count += 1) {
    const slash = pathname.indexOf('/', begin);
    const end = slash < 0 ? pathname.length : slash;
    // Several short ones are a code in groups, as within a name.
    if (end > begin && end - begin <= SHORT_SEGMENT) short += 1;
    // A slash at the end is the only empty segment that says something.
    const isPlain = end === begin ? slash < 0 : isPlainSegment(pathname.slice(begin, end));
    if (!isPlain || short > MAX_SHORT || count === MAX_SEGMENTS) return `${pathname.slice(0, begin)}${OTHER}`;
    begin = end + 1;
  }
  return pathname;
}

const MAX_FORM = 200;

/** The names of a query's parameters, sorted, joined by `&`: what may be known of a query. Empty without one. */
export function queryForm(query: string | undefined, known?: ReadonlySet<string>): string {
  if (query === undefined || query === '') return '';
  const names = new Set<string>();
  for (const name of new URLSearchParams(query).keys()) names.add(shownName(name, known));
  return [...names].sort().join('&').slice(0, MAX_FORM);
}
