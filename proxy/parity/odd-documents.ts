import { isDeepStrictEqual } from 'node:util';
import { BSON, Decimal128, Double, Long, ObjectId, type Db, type Document } from 'mongodb';
import {
  expectedStatus,
  identitiesOf,
  requestLines,
  type CaseSuite,
  type GivenDocument,
  type ParityCase,
} from '../../shared/parity/case';
import { atBounds, daysIn } from './at-bounds';
import type { Credentials } from './credentials';
import { DataCopy } from './data-copy';
import { seededRandom } from './generate/random';
import { Uses } from './generate/least-used';
import { observe } from './observe';
import type { PlannedCase } from './run';
import { isNoAnswer } from './send';
import { groupBy } from '../../shared/group-by';
import type { Sample } from './sample/sample-file';

interface OddOptions {
  /** The control's, whose answers and writes say which documents a route uses. */
  readonly url: string;
  readonly db: Db;
  readonly outside?: Parameters<typeof DataCopy.of>[1];
  readonly credentials: ReadonlyMap<string, Credentials>;
  readonly sample?: Sample;
  /** Sessions have a world of their own. */
  readonly except: ReadonlySet<string>;
  readonly seed: number;
  /** So many for each route. */
  readonly each: number;
}

/** Cases, and of how many that there could be. */
export interface OddDocuments {
  readonly cases: readonly PlannedCase[];
  readonly known: number;
}

interface Odd {
  readonly collection: string;
  readonly what: string;
  readonly field: string;
  readonly documents: readonly Document[];
  readonly isMissing?: boolean;
  /** Which of the bounds of a range one of its times stands at. */
  readonly bound?: string;
  /** Instead of the case's own. */
  readonly path?: string;
}

/** A case of a suite, as one who must not be refused. */
interface Asked {
  readonly identity: string;
  readonly parityCase: ParityCase;
}

const MOST_DOCUMENTS = 1_000;
/** What older versions leave, worth trying on every field. */
const TELLING = new Set(['missing', 'null']);
/** More than any page has. */
const MANY = 101;
/** So often are other documents tried first than those without which the control answers the same. */
const LATER = 10;
/** Cases of a route that ask for a range of days. */
const MOST_RANGES = 4;
/** Requests of a route, to find out which documents and times its answer hangs on. */
const MOST_ASKED = 60;

/**
 * Documents as older versions, imports and hands leave them: of each document that a route's answer comes from or that it changes, one field
 * missing, null, of another type, decomposed, at an edge of the calendar or of the range that is asked for; many of its kind, or none at all.
 * Each is written before a case, and taken back.
 */
export async function oddDocuments(suites: readonly CaseSuite[], options: OddOptions): Promise<OddDocuments> {
  const random = seededRandom(options.seed);
  const collections = await readAll(options);
  const uses = new Uses(TELLING);
  const cases: PlannedCase[] = [];
  let known = 0;
  const { sample = new Map() } = options;
  const ids = new Set([...collections.values()].flatMap((all) => all.map(({ _id }) => String(_id))));
  const answerTo = asking(options, await DataCopy.of(options.db, options.outside));
  for (const { route, cases: ofSuite } of suites) {
    const [first, ...rest] = askedOf(ofSuite, options.credentials);
    if (first === undefined) continue;
    const all: (Odd & Asked)[] = [];
    const read = new Set<string>();
    let left = MOST_ASKED;
    for (const asked of new Set([first, ...rangesOf([first, ...rest])])) {
      const { request } = asked.parityCase;
      const answer = await answerTo(asked);
      // A counter in it, or ids that are made anew: nothing follows from another answer.
      const isSteady = isDeepStrictEqual(await answerTo(asked), answer);
      const isOther = async (given: readonly GivenDocument[]): Promise<boolean> => {
        left -= 1;
        const other = await answerTo(asked, given);
        return !isDeepStrictEqual(without(other, given), without(answer, given));
      };
      const seen = [request.path, String(request.body), answer.text, ...answer.changed].join('\n');
      for (const [name, documents] of collections)
        for (const one of readFrom(documents, seen)) {
          const odds = asked === first ? [...odd(name, one), ...ofSample(name, one, { sample, ids })] : [];
          if (!isSteady || left <= 0) read.add(name);
          else if (await isOther([{ collection: name, document: one, isMissing: true }])) read.add(name);
          for (const moved of isSteady ? timesOf(name, one, request.path) : [])
            if (left > 0 && (await isRead(options.db, moved, isOther))) odds.push(...moved);
          all.push(...odds.map((its) => ({ ...its, ...asked })));
        }
    }
    const unread = all.filter(({ collection }) => !read.has(collection)).map((one) => placeOf(route, one));
    for (const place of new Set(unread)) uses.delay(place, LATER);
    const list = random.shuffle(all);
    known += list.length;
    for (let chosen = 0; chosen < options.each && list.length > 0;) {
      const keysOf = (its: Odd): [string, string] => [its.what, placeOf(route, its)];
      const one = uses.takeLeast(list, keysOf);
      if (one === undefined || !(await canBeWritten(options.db, one))) continue;
      chosen += 1;
      const { what, collection, field, identity, parityCase } = one;
      const { path = parityCase.request.path } = one;
      uses.count(keysOf(one));
      cases.push({
        ...{ source: 'generated', route, identity },
        parityCase: {
          name: `${parityCase.name}; a document of ${collection}, ${field} ${what}`,
          request: { ...parityCase.request, path },
        },
        given: givenOf(one),
      });
    }
  }
  return { cases, known };
}

/** Of each case that asks for a range of days, as the first who may. */
function rangesOf(asked: readonly Asked[]): readonly Asked[] {
  const ranges = asked.filter(({ parityCase }) => daysIn(parityCase.request.path).length > 0);
  return [...groupBy(ranges, ({ parityCase }) => parityCase).values()]
    .flatMap((same) => same.slice(0, 1))
    .slice(0, MOST_RANGES);
}

interface ControlAnswer {
  readonly text: string;
  /** Ids of the documents that it changed. */
  readonly changed: readonly string[];
}

/** What was given counts as a change, too: that is left out. */
function without({ text, changed }: ControlAnswer, given: readonly GivenDocument[]): readonly string[] {
  const ids = new Set(
    given.map(({ document: { _id } }) => BSON.EJSON.stringify({ _id: _id as unknown }, { relaxed: false })),
  );
  return [text, ...changed.filter((id) => !ids.has(id))];
}

/** Asks the control, and puts back what that changed. No answer is an answer, too: data as odd as this may stop a handler. */
function asking({ url, credentials }: OddOptions, data: DataCopy) {
  return async ({ identity, parityCase }: Asked, given: readonly GivenDocument[] = []): Promise<ControlAnswer> => {
    const { body } = parityCase.request;
    const lines = requestLines(parityCase, credentials.get(identity) ?? {});
    const request = { ...lines, ...(body !== undefined && { body }) };
    try {
      const { response, changes } = await observe({ name: 'legacy', url, data }, request, { given });
      const text = response.body instanceof Buffer ? response.body.toString() : '';
      return { text, changed: changes.map(({ id }) => id) };
    } catch (error) {
      if (given.length > 0 && isNoAnswer(error)) return { text: 'no answer', changed: [] };
      throw error;
    }
  };
}

/** A document with other times, by field. */
function timesOf(collection: string, document: Document, path: string): readonly (readonly Odd[])[] {
  const all = atBounds(document, path).map(({ document: changed, ...its }): Odd => ({
    ...{ ...its, collection, documents: [changed] },
  }));
  return [...groupBy(all, ({ field }) => field).values()];
}

/** Whether an answer hangs on a time: most of a document's say nothing of the range that is asked for. */
async function isRead(
  db: Db,
  moved: readonly Odd[],
  changesAnswer: (given: readonly GivenDocument[]) => Promise<boolean>,
): Promise<boolean> {
  for (const one of moved.filter(({ path }) => path === undefined))
    if ((await canBeWritten(db, one)) && (await changesAnswer(givenOf(one)))) return true;
  return false;
}

/** Each bound is a place of its own: one test for a time does not stand for the other. */
const placeOf = (route: string, { collection, field, bound = '' }: Odd): string =>
  `${route} ${collection} ${field} ${bound}`;

const givenOf = ({ collection, documents, isMissing }: Odd): readonly GivenDocument[] =>
  documents.map((document) => ({ collection, document, ...(isMissing && { isMissing }) }));

/** Most cases that say nothing of it are about an answer, not about a refusal. */
function askedOf(cases: readonly ParityCase[], credentials: OddOptions['credentials']): readonly Asked[] {
  return cases.flatMap((parityCase) => {
    const { raw, onlyThroughProxy, revalidates } = parityCase;
    if (raw !== undefined || onlyThroughProxy !== undefined || revalidates !== undefined) return [];
    return identitiesOf(parityCase)
      .filter((one) => credentials.has(one) && (expectedStatus(parityCase, one) ?? 200) < 300)
      .map((identity) => ({ identity, parityCase }));
  });
}

async function readAll({ db, except }: OddOptions): Promise<ReadonlyMap<string, readonly Document[]>> {
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  const names = collections.map(({ name }) => name).filter((name) => !name.startsWith('system.') && !except.has(name));
  const all = new Map<string, readonly Document[]>();
  for (const name of names.sort()) all.set(name, await db.collection(name).find().limit(MOST_DOCUMENTS).toArray());
  return all;
}

/** The document that an answer shows, else one that belongs to what it shows: by an id, or by a text as long as ids are. */
function readFrom(all: readonly Document[], seen: string): readonly Document[] {
  const isShown = (value: unknown): boolean => String(value).length > 8 && seen.includes(String(value));
  const isId = (value: unknown): boolean => value instanceof ObjectId && isShown(value);
  const isText = (value: unknown): boolean => typeof value === 'string' && isShown(value);
  const found =
    all.find(({ _id }) => isId(_id) || isText(_id)) ??
    all.find((one) => Object.values(one).some(isId)) ??
    all.find((one) => Object.values(one).some(isText));
  return found === undefined ? [] : [found];
}

function odd(collection: string, document: Document): readonly Odd[] {
  const { _id, ...fields } = document as { readonly _id: unknown };
  const all = Object.entries(fields).flatMap(([field, value]) =>
    oddValues(value).map(([what, other]): Odd => {
      const changed = Object.entries({ ...document, [field]: other }).filter(([, one]) => one !== MISSING);
      return { collection, field, what, documents: [Object.fromEntries(changed)] };
    }),
  );
  all.push({ collection, field: 'itself', what: 'missing', documents: [document], isMissing: true });
  if (!(_id instanceof ObjectId)) return all;
  const start = _id.toHexString().slice(0, 18);
  const copies = Array.from({ length: MANY }, (_, i) => ({
    ...document,
    _id: new ObjectId(`${start}${(0xf00000 + i).toString(16)}`),
  }));
  return [...all, { collection, field: 'as it is,', what: `${MANY} times more`, documents: copies }];
}

/** The documents of the sample in the place of one of the data: its id, and what it refers to, so that a route finds them. */
function ofSample(
  collection: string,
  document: Document,
  { sample, ids }: { readonly sample: Sample; readonly ids: ReadonlySet<string> },
): readonly Odd[] {
  const isId = (value: unknown): boolean =>
    (value instanceof ObjectId || typeof value === 'string') && ids.has(String(value));
  return (sample.get(collection) ?? []).map((sampled, index) => {
    const fields = Object.entries(sampled).map(([field, value]: [string, unknown]): [string, unknown] => [
      field,
      isId(document[field]) && (isId(value) || value instanceof ObjectId) ? document[field] : value,
    ]);
    const placed: Document = Object.fromEntries([...fields, ['_id', document['_id'] as unknown]]);
    return { collection, field: 'as', what: `the sample's ${index + 1}`, documents: [placed] };
  });
}

const MISSING = Symbol('missing');
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

function oddValues(value: unknown): readonly (readonly [what: string, value: unknown])[] {
  const any: [string, unknown][] = [
    ['missing', MISSING],
    ['null', null],
    ['a number', 5],
    ['a text', 'text'],
    ['an object', { a: 1 }],
    ['an empty list', []],
    ['no moment', new Date(NaN)],
  ];
  if (typeof value === 'string')
    any.push(
      ['empty', ''],
      ['composed', `\u00C5 caf\u00E9 ${value}`],
      ['decomposed', `A\u030A cafe\u0301 ${value}`],
      ['in capitals', value.toUpperCase()],
      ['with an emoji and NUL', `${value}\u{1F333}\u0000`],
      ['between spaces', ` ${value} `],
      ['long', value.padEnd(3_000, 'y')],
      ['markup', `<b>"${value}"</b>\u2028`],
    );
  if (typeof value === 'string' && MEDIA_TYPE.test(value))
    any.push(
      ['a type in capitals with a charset', `${value.toUpperCase()}; charset=utf-8`],
      ['a type of text', 'text/plain'],
      ['an extension for a type, in capitals', 'PNG'],
      ["a file's name for a type", 'a.svg'],
      ['a type of text with a charset', 'text/html; charset=iso-8859-1'],
    );
  if (value instanceof Date) {
    const day = value.toISOString().slice(0, 10);
    for (const time of [
      `${day}T00:00:00.000Z`,
      `${day}T23:59:59.999Z`,
      '2027-01-03T23:59:59.999Z',
      '2020-12-31T00:00:00.000Z',
      '1969-12-31T23:59:59.999Z',
      '0001-01-01T00:00:00.000Z',
    ])
      any.push([time.startsWith(day) ? time.slice(10) : time, new Date(time)]);
    any.push(['a year of six digits', new Date('+012026-01-01T00:00:00Z')], ['a time as text', value.toISOString()]);
  }
  if (typeof value === 'number')
    any.push(
      ['a fraction', value + 0.5],
      ['negative', -1],
      ['minus zero', new Double(-0)],
      ['NaN', NaN],
      ['infinite', Infinity],
      ['a double', new Double(value)],
      ['a long number', Long.fromString('9007199254740993')],
      ['a decimal', Decimal128.fromString('12.50')],
      ['digits', String(value)],
    );
  if (value instanceof ObjectId)
    any.push(['an id as text', value.toHexString()], ['an id of nothing', new ObjectId('f'.repeat(24))]);
  if (Array.isArray(value))
    any.push(
      ['twice the same', [...(value as unknown[]), ...(value as unknown[])]],
      ['null in it', [...(value as unknown[]), null]],
    );
  return any;
}

/** Whether the database takes it: an index may not, a validator may not. It is as it was then. */
async function canBeWritten(db: Db, { collection: name, documents }: Odd): Promise<boolean> {
  const collection = db.collection(name);
  const ids = documents.map(({ _id }) => _id as ObjectId);
  const before = await collection.find({ _id: { $in: ids } }).toArray();
  try {
    for (const document of documents)
      await collection.replaceOne({ _id: document['_id'] as ObjectId }, document, { upsert: true });
    return true;
  } catch {
    return false;
  } finally {
    await collection.deleteMany({ _id: { $in: ids } });
    if (before.length > 0) await collection.insertMany(before, { bypassDocumentValidation: true });
  }
}
