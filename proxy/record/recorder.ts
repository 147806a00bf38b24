import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../shared/logger';
import type { HarEntry } from '../../shared/recording/har/har';
import { createRedactor } from '../../shared/recording/redact/redact-entry';
import type { RedactionSettings } from '../../shared/recording/redact/settings';
import { splitSigned } from '../../shared/recording/redact/tokens';
import { readCookie } from '../../shared/session/cookie-header';
import { tokenFromRequest } from '../../shared/session/token-from-request';
import type { ResponseTap, UpstreamResponse } from '../forward/forwarder';
import type { RouteTable } from '../route-table/load';
import type { Route } from '../route-table/route';
import { HarFolder } from './har-folder';
import { RecordedExchange } from './recorded-exchange';
import { isSampled } from './sampling';
import { toHarEntry } from './to-har-entry';

export interface RecorderOptions {
  readonly folder: string;
  readonly table: () => RouteTable;
  readonly redaction: RedactionSettings;
  /** Whose session a token is, looked up off the request path. */
  readonly userOf?: (token: string) => Promise<{ readonly userId: string } | undefined>;
  /** Of all bodies that are kept until they are written. */
  readonly maxMemoryBytes?: number;
  readonly maxFileBytes?: number;
  readonly maxTotalBytes?: number;
}

/** Since it was started; all but `waiting` only grow. */
export interface RecorderStats {
  readonly recorded: number;
  readonly recordedBytes: number;
  /** Exchanges that are over and not yet written. */
  readonly waiting: number;
  /** What should have been recorded but was not, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/** `incomplete`: the answer broke off. `memory`, `full`, `disk`: no room. `unredactable`: its secrets could not be taken out. */
export const DROP_REASONS = ['incomplete', 'memory', 'full', 'disk', 'unredactable'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface Recorder {
  /** Watches an exchange of a recording route and sampled session, and every login; one hash, or nothing when no route records. */
  begin(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route | undefined,
    pathname: string,
  ): ResponseTap | undefined;
  stats(): RecorderStats;
  close(): Promise<void>;
}

/** Entries are written when this much has accumulated, or this long after the first, in ms. */
const BATCH_BYTES = 256 * 1024;
const BATCH_DELAY = 500;
/** A longer body is left out of its entry. */
const MAX_BODY_BYTES = 128 * 1024;
const MEASURE_EVERY = 30_000;
/** A client may send as many secret fields as a body holds; each costs a search of the whole exchange. */
const MOST_SECRETS = 2_000;
/** Alongside clients' requests, so that recording takes a quarter of the event loop's time at most. */
const PAUSE_FACTOR = 3;
/** Bodies are what counts; an exchange without one still takes room. */
const EXCHANGE_BYTES = 4 * 1024;

/** Records exchanges as redacted HAR files, dropping and counting what does not fit. Throws ConfigError when the folder cannot be written. */
export async function createRecorder(options: RecorderOptions, logger: Logger): Promise<Recorder> {
  const { table, redaction, userOf, maxMemoryBytes = 32 * 1024 * 1024 } = options;
  const folder = await HarFolder.open({
    folder: options.folder,
    maxFileBytes: options.maxFileBytes ?? 16 * 1024 * 1024,
    maxTotalBytes: options.maxTotalBytes ?? 512 * 1024 * 1024,
    maxFileAge: 15 * 60_000,
  });
  const redactor = createRedactor(redaction, undefined, { mostSecrets: MOST_SECRETS });
  const dropped: Record<DropReason, number> = { incomplete: 0, memory: 0, full: 0, disk: 0, unredactable: 0 };
  let recorded = 0;
  let recordedBytes = 0;
  let memory = 0;
  const closing = new AbortController();
  const queue: RecordedExchange[] = [];
  let working: Promise<void> | undefined;
  let warned: DropReason | undefined;
  let measuredAt = Date.now();

  const drop = (reason: DropReason, fields: object = {}, count = 1): void => {
    dropped[reason] += count;
    if (reason === 'incomplete' || reason === 'unredactable' || warned === reason) return;
    warned = reason;
    logger.warn({ reason, folder: options.folder, dropped, ...fields }, 'recording drops exchanges');
  };
  const room = {
    reserve: (bytes: number): boolean => memory + bytes <= maxMemoryBytes && ((memory += bytes), true),
    release: (bytes: number): void => void (memory -= bytes),
  };

  /** Not at all once the recorder is being closed. */
  const pause = (ms: number): Promise<void> =>
    closing.signal.aborted
      ? Promise.resolve()
      : delay(ms, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);

  const entryOf = async (exchange: RecordedExchange): Promise<HarEntry> => {
    const entry = await toHarEntry(exchange);
    const token = sessionToken(exchange.request, redaction.sessionCookie);
    const user = token === undefined ? undefined : await userOf?.(token).catch(() => undefined);
    const redacted = redactor.redact(entry);
    if (user === undefined || redacted._banyan?.session === undefined) return redacted;
    return { ...redacted, _banyan: { ...redacted._banyan, user: { ...redacted._banyan.user, userId: user.userId } } };
  };

  const write = async (entries: readonly string[]): Promise<void> => {
    try {
      await folder.write(entries);
      recorded += entries.length;
      recordedBytes += entries.reduce((sum, { length }) => sum + length, 0);
    } catch (error) {
      drop('disk', { err: error }, entries.length);
    }
  };

  /** Works off the queue between requests, and ends when it is empty. */
  const work = async (): Promise<void> => {
    let entries: string[] = [];
    let bytes = 0;
    await pause(BATCH_DELAY);
    for (let exchange = queue.shift(); exchange !== undefined; exchange = queue.shift()) {
      await nextTurn();
      const begun = performance.now();
      try {
        const line = JSON.stringify(await entryOf(exchange));
        entries.push(line);
        bytes += line.length;
      } catch (error) {
        drop('unredactable');
        logger.warn({ err: error, route: exchange.route }, 'exchange could not be recorded');
      }
      exchange.release();
      room.release(EXCHANGE_BYTES);
      if (bytes >= BATCH_BYTES) {
        await write(entries);
        [entries, bytes] = [[], 0];
      }
      const spent = performance.now() - begun;
      if (spent > 1) await pause(spent * PAUSE_FACTOR);
    }
    await write(entries);
    await folder.closeIfDue();
    if (Date.now() - measuredAt > MEASURE_EVERY) {
      measuredAt = Date.now();
      await folder.measure().catch(() => undefined);
      if (!folder.isFull && warned === 'full') warned = undefined;
    }
  };
  const wake = (): void => {
    working ??= work()
      .catch((error: unknown) => logger.error({ err: error }, 'recording failed'))
      .finally(() => {
        working = undefined;
        if (queue.length > 0) wake();
      });
  };

  const done: RecordedExchange['facts']['done'] = (exchange, outcome) => {
    if (outcome === 'complete' && !folder.isFull) {
      queue.push(exchange);
      wake();
      return;
    }
    exchange.release();
    room.release(EXCHANGE_BYTES);
    if (outcome === 'complete') {
      drop('full');
      // Checks whether there is room again.
      wake();
    } else if (outcome !== 'unwanted') drop(outcome);
  };

  const loginShare = shareOfLogins();
  return {
    begin(request, response, route, pathname) {
      if (closing.signal.aborted) return undefined;
      const isLogin = redaction.logins.some(({ method, path }) => method === request.method && path === pathname);
      const share = isLogin ? Math.max(route?.recordSample ?? 0, loginShare(table())) : (route?.recordSample ?? 0);
      if (share <= 0) return undefined;
      const sampled = isSampled(keyOf(request, redaction), share);
      const mayBegin = isLogin || sessionToken(request, redaction.sessionCookie) === undefined;
      if (!sampled && !mayBegin) return undefined;
      if (!room.reserve(EXCHANGE_BYTES)) {
        drop('memory');
        return undefined;
      }
      // Whoever is not in the sample yet may be with the session that the answer begins.
      const isWanted = (head: UpstreamResponse): boolean => {
        const begun = sessionBegunBy(head, redaction.sessionCookie);
        return begun === undefined ? sampled : isSampled(begun, share);
      };
      return new RecordedExchange(request, response, {
        route: route?.id,
        memory: room,
        maxBodyBytes: MAX_BODY_BYTES,
        isWanted: mayBegin ? isWanted : undefined,
        done,
      });
    },

    stats: () => ({ recorded, recordedBytes, waiting: queue.length, dropped: { ...dropped } }),

    async close() {
      closing.abort();
      while (working !== undefined || queue.length > 0) {
        wake();
        await working;
      }
      await folder.finish();
      if (recorded > 0) logger.info({ folder: options.folder, recorded, dropped }, 'recording closed');
    },
  };
}

/** The largest share that any route records, worked out once for each table. */
function shareOfLogins(): (table: RouteTable) => number {
  let known: RouteTable | undefined;
  let share = 0;
  return (table) => {
    if (table !== known) {
      known = table;
      share = Math.max(0, ...table.routes.map(({ recordSample }) => recordSample));
    }
    return share;
  };
}

function sessionToken({ headers: { authorization, cookie } }: IncomingMessage, cookieName: string): string | undefined {
  return tokenFromRequest({ headers: { authorization, cookie } }, cookieName)?.value;
}

/** What stays the same through all requests of one session: its id; else the key of a program; else the client's address. */
function keyOf(request: IncomingMessage, { sessionCookie, credentialHeaders }: RedactionSettings): string {
  const token = sessionToken(request, sessionCookie);
  if (token !== undefined) return splitSigned(token)?.id ?? token;
  for (const name of credentialHeaders) {
    const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
    if (typeof value === 'string') return value;
  }
  const { headers, socket } = request;
  return `${headers['x-forwarded-for']?.toString() ?? socket.remoteAddress ?? ''} ${headers['user-agent'] ?? ''}`;
}

/** The id of the session whose cookie an answer sets. */
function sessionBegunBy({ headers }: UpstreamResponse, cookieName: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== 'set-cookie') continue;
    const value = readCookie((headers[i + 1] ?? '').split(';', 1)[0] ?? '', cookieName);
    const signed = value === undefined ? undefined : splitSigned(value);
    if (signed !== undefined) return signed.id;
  }
  return undefined;
}
