import { z } from 'zod';
import { oneLine } from '../../shared/printable';
import { COMPARISON_SOURCES, SHADOW_DROP_REASONS } from '../observation';
import { STAGES } from '../route-table/schema';
import { CLIENT_KINDS, type StatusClass } from './clients';
import { counted } from '../statistics/counted';

const count = z.int().nonnegative();
const database = z.enum(['embedded', 'mongodb']);
const versions = z.object({ legacy: z.string(), lambda: z.string() });
const of = { routeId: z.string(), versions };
const compared = { ...of, _id: z.string(), database, source: z.enum(COMPARISON_SOURCES), lastAt: z.date() };

const tallies = <T extends z.ZodType>(value: T) => z.array(z.object({ value, equal: count, different: count }));
const place = { path: z.string(), pattern: z.string().exactOptional(), within: z.number().exactOptional() };
const statuses = z.array(z.number());
const identities = z.array(z.string());

/** What the ledger's documents are read as. Fields of a newer version are left out. */
export const comparisonSchema = z.object({ ...compared, count, different: count });
export const coverageSchema = z.object({
  ...compared,
  statuses: tallies(z.number()),
  identities: tallies(z.string()),
  queryForms: tallies(z.string()),
});
export const mismatchSchema = z.object({
  ...compared,
  statusCode: z.number(),
  identity: z.string(),
  queryForm: z.string(),
  differences: z.array(
    z.object({
      path: z.string(),
      kind: z.string(),
      controlType: z.string().exactOptional(),
      candidateType: z.string().exactOptional(),
      intermittent: z.literal(true).exactOptional(),
    }),
  ),
  /** At least. */
  count,
  firstAt: z.date(),
});
export const answerSchema = z.object({ ...of, database, stage: z.enum(STAGES), answered: count, failed: count });
export const dropSchema = z.object({
  ...of,
  lastAt: z.date(),
  drops: z.array(z.object({ reason: z.enum(SHADOW_DROP_REASONS), count })),
  noise: z.array(
    z.object({
      ...place,
      // Of a newer version: no rule that is known here covers it.
      kind: z.enum(['unordered', 'tolerance', 'token', 'none']).catch('none'),
      count,
      lastAt: z.date(),
    }),
  ),
});
const statusClass = z.custom<StatusClass>((value) => typeof value === 'string' && /^[1-9]xx$/.test(value));
export const clientSchema = z.object({
  ...of,
  database,
  kind: z.enum(CLIENT_KINDS),
  client: z.string(),
  firstAt: z.date(),
  lastAt: z.date(),
  compared: count,
  lost: count,
  clean: z.array(statusClass).default([]),
  mismatches: z
    .array(
      z.object({
        status: statusClass,
        reproduced: z.boolean(),
        places: z.array(
          z.object({ path: z.string(), kind: z.string(), repeated: z.boolean(), despite: z.array(z.string()) }),
        ),
        more: z.boolean(),
      }),
    )
    .default([]),
});
export const suiteSchema = z.object({
  ...of,
  _id: z.string(),
  /** Absent before there were versions. */
  schema: z.number().exactOptional(),
  ...{ database, at: z.date(), cases: count, equal: count, different: count, skipped: count, statuses, identities },
  wanted: z.object({ statuses, identities }),
});
export const trafficSchema = z.object({
  routeId: z.string(),
  side: z.enum(['legacy', 'lambda']),
  minute: z.date(),
  ...{ requests: count, errors: count, coldStarts: count, fallbacks: count },
  latency: z.array(count),
});

/** Longer than any id that is written here. */
const MAX_ID = 300;

/** A document that has not the form in which it is written here: something else has changed it. */
export interface UnreadableDocument {
  readonly collection: string;
  /** In one printable line. */
  readonly id: string;
}

/** Takes documents of a collection as a schema has them, and notes those that it does not fit: they count for nothing. */
export class DocumentReader {
  readonly unreadable: UnreadableDocument[] = [];

  read<T>(collection: string, schema: z.ZodType<T>, documents: readonly unknown[]): T[] {
    return documents.flatMap((document) => {
      const parsed = schema.safeParse(document);
      if (parsed.success) return [parsed.data];
      const { _id } = document as { readonly _id?: unknown };
      this.unreadable.push({ collection, id: oneLine(typeof _id === 'string' ? _id : JSON.stringify(_id), MAX_ID) });
      return [];
    });
  }
}

const SHOWN = 10;

/** Names documents by collection and id, not all of very many. */
export function describeUnreadable(documents: readonly UnreadableDocument[]): string {
  const shown = documents.slice(0, SHOWN).map(({ collection, id }) => `${collection} "${id}"`);
  const rest = documents.length - shown.length;
  return `${counted(documents.length, 'document')} of the ledger cannot be read: ${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

export const UNREADABLE_REMEDY =
  'delete them if something other than banyan changed them, or use the banyan version that wrote them';
