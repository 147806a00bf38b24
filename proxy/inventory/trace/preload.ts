import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import module from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { subscribe } from 'node:diagnostics_channel';
import { isPlainName, OTHER } from '../../../shared/plain-name';
import type { HazardKind } from '../inventory';
import { routeFinder } from '../route-finder';
import { mongoCommand } from './mongo-command';
import { addCounts, TRACE_VARIABLE, type TraceOrder } from './order';
import type { Seen } from './trace';

// Loaded by `node --require` in front of whatever a traced command starts: the app, its tests, npm. Sees what requests do, by Node's own modules alone,
// so that it holds for every driver, loader and test runner. Names and counts are kept, no values.

const FLUSH_EVERY = 500;
const WRITES = new Set(['insert', 'update', 'delete', 'findAndModify', 'bulkWrite']);
const FILE_WRITES = ['writeFile', 'appendFile', 'mkdir', 'rm', 'unlink', 'rename', 'copyFile', 'symlink', 'truncate'];

type Note = (kind: HazardKind, text: string) => void;
type Hazard = `${HazardKind} ${string}`;
const hazardOf = (kind: HazardKind, text: string): Hazard => `${kind} ${text}`;

/** A request under way. What it does after its answer counts as well. */
interface Running {
  readonly found: Set<Hazard>;
  addLate: Note | undefined;
}
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
/** As Express and its middleware extend it. */
type Incoming = IncomingMessage & { readonly app?: unknown; readonly originalUrl?: string };

const folder = process.env[TRACE_VARIABLE];
if (folder !== undefined) trace(folder);

function trace(to: string): void {
  const order = JSON.parse(fs.readFileSync(path.join(to, 'order.json'), 'utf8')) as TraceOrder;
  const running = new AsyncLocalStorage<Running>();
  const totals = sums(to);
  const find = routeFinder(order.routes.map((route, position) => ({ ...route, position })));
  const note: Note = (kind, text) => {
    const seen = running.getStore();
    if (seen?.addLate === undefined) seen?.found.add(hazardOf(kind, text));
    else seen.addLate(kind, text);
  };
  const ended = (request: Incoming, status: number, seen: Running): void => {
    // Other servers, such as a test's stand-in for a service, are not the app.
    if (typeof request.app !== 'function') return;
    const pathname = (request.originalUrl ?? request.url ?? '/').split('?', 1)[0] ?? '/';
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    seen.addLate = totals.add(find(method, pathname)?.position, status, seen.found);
  };
  for (const server of [http.Server, https.Server]) watchRequests(server.prototype, running, ended);
  watchMongo(new Set(order.ownCollections), note);
  watchFiles(note);
  watchTimers(running, note);
  subscribe('http.client.request.start', (message) => note('outgoing', hostOf(message, 'host')));
  subscribe('undici:request:create', (message) => note('outgoing', hostOf(message, 'origin')));
  module.syncBuiltinESMExports();
  setInterval(() => totals.flush(), FLUSH_EVERY).unref();
  process.on('exit', () => totals.flush());
}

/** Sums by route, written as a whole now and then: a process may be killed. */
function sums(to: string) {
  const { writeFileSync, renameSync } = fs;
  const file = path.join(to, `${process.pid}-${Math.random().toString(36).slice(2)}.json`);
  const total: { routes: Record<string, Seen>; unknown: number } = { routes: {}, unknown: 0 };
  let isDirty = false;
  return {
    /** @returns takes what the request does afterwards */
    add(position: number | undefined, status: number, found: ReadonlySet<Hazard>): Note {
      isDirty = true;
      if (position === undefined) {
        total.unknown += 1;
        return () => undefined;
      }
      const seen = (total.routes[String(position)] ??= { requests: 0, statuses: {}, hazards: {} });
      seen.requests += 1;
      addCounts(seen.statuses, { [status]: 1 });
      for (const hazard of found) addHazard(seen, hazard);
      const noted = new Set(found);
      return (kind, text) => {
        const hazard = hazardOf(kind, text);
        if (noted.has(hazard)) return;
        noted.add(hazard);
        isDirty = true;
        addHazard(seen, hazard);
      };
    },
    flush(): void {
      if (!isDirty) return;
      isDirty = false;
      try {
        writeFileSync(`${file}.tmp`, JSON.stringify(total));
        renameSync(`${file}.tmp`, file);
      } catch {
        // The folder is gone, and so is its reader.
      }
    },
  };
}

function addHazard(seen: Seen, hazard: Hazard): void {
  const end = hazard.indexOf(' ');
  const kind = hazard.slice(0, end) as HazardKind;
  addCounts((seen.hazards[kind] ??= {}), { [hazard.slice(end + 1)]: 1 });
}

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean;

/** Follows each request from its arrival to the end of its answer. */
function watchRequests(
  server: object,
  running: AsyncLocalStorage<Running>,
  ended: (request: Incoming, status: number, seen: Running) => void,
): void {
  const emit = Reflect.get(server, 'emit') as Emit;
  const watched: Emit = function (event, ...args) {
    const [request, response] = args;
    if (event !== 'request' || !(request instanceof http.IncomingMessage) || !(response instanceof http.ServerResponse))
      return emit.call(this, event, ...args);
    const seen: Running = { found: new Set(), addLate: undefined };
    const note: Note = (kind, text) => void seen.found.add(hazardOf(kind, text));
    const finishSession = watchSession(request, note);
    response.once('close', () => {
      finishSession();
      const type = String(response.getHeader('content-type') ?? '');
      if (type.startsWith('text/event-stream')) note('stream', 'server-sent events');
      else if (response.headersSent && !response.writableEnded) note('stream', 'kept writing after its client left');
      const isTaken = response.statusCode < 400 && /^multipart\//i.test(request.headers['content-type'] ?? '');
      if (isTaken) note('multipart', 'a multipart body');
      ended(request, response.statusCode, seen);
    });
    return running.run(seen, () => emit.call(this, event, ...args));
  };
  Reflect.set(server, 'emit', watched);
}

/** Compares the session as its middleware gave it with its final state. */
function watchSession(request: IncomingMessage, note: Note): () => void {
  let session: object | undefined;
  let before = new Map<string, string>();
  let wasGiven = false;
  Object.defineProperty(request, 'session', {
    configurable: true,
    enumerable: true,
    get: () => session,
    set: (value: unknown) => {
      if (wasGiven) note('session', 'creates a new session');
      session = typeof value === 'object' && value !== null ? value : undefined;
      wasGiven = session !== undefined;
      before = fieldsOf(session);
    },
  });
  return () => {
    if (!wasGiven) return;
    if (!Object.hasOwn(request, 'session')) note('session', 'ends the session');
    const after = fieldsOf(session);
    for (const name of new Set([...before.keys(), ...after.keys()]))
      if (before.get(name) !== after.get(name)) note('session', `writes session.${isPlainName(name) ? name : OTHER}`);
  };
}

function fieldsOf(session: object | undefined): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(session ?? {}).slice(0, 100))
    if (name !== 'cookie') fields.set(name, JSON.stringify(value));
  return fields;
}

/** Every driver writes its commands to a socket. */
function watchMongo(own: ReadonlySet<string>, note: Note): void {
  const { prototype } = net.Socket;
  const write = Reflect.get(prototype, 'write') as AnyFunction;
  Reflect.set(prototype, 'write', function (this: unknown, ...args: unknown[]) {
    const [chunk] = args;
    const command = chunk instanceof Uint8Array ? mongoCommand(chunk) : undefined;
    if (command !== undefined && WRITES.has(command.name) && !own.has(command.collection))
      note('write', `${command.name} in ${isPlainName(command.collection) ? command.collection : OTHER}`);
    return write.apply(this, args);
  });
}

function watchFiles(note: Note): void {
  const holders: readonly object[] = [fs, fs.promises];
  for (const name of FILE_WRITES.flatMap((one) => [one, `${one}Sync`]).concat('createWriteStream'))
    for (const holder of holders) {
      const original: unknown = Reflect.get(holder, name);
      if (typeof original !== 'function') continue;
      const call = original as AnyFunction;
      Reflect.set(holder, name, function (this: unknown, ...args: unknown[]) {
        note('file', `writes files: ${name}`);
        return call.apply(this, args);
      });
    }
}

/** Timers of the app's own code that are still there when the answer has gone. */
function watchTimers(running: AsyncLocalStorage<Running>, note: Note): void {
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const original = Reflect.get(globalThis, name) as AnyFunction;
    const wrapped: AnyFunction = function (this: unknown, callback, ...args) {
      const seen = running.getStore();
      if (seen === undefined || typeof callback !== 'function' || isOfPackage(new Error().stack))
        return original.call(this, callback, ...args);
      const call = callback as AnyFunction;
      const watched: AnyFunction = function (this: unknown, ...given) {
        if (seen.addLate !== undefined) note('timer', `${name} after the answer`);
        return call.apply(this, given);
      };
      return original.call(this, watched, ...args);
    };
    // Such as its form for promises.
    Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
    Reflect.set(globalThis, name, wrapped);
  }
}

function isOfPackage(stack = ''): boolean {
  const caller = stack.split('\n')[2] ?? '';
  return /[\\/]node_modules[\\/]|\(node:|at node:/.test(caller);
}

function hostOf(message: unknown, name: 'host' | 'origin'): string {
  const { request } = message as { readonly request?: object };
  const value: unknown = request && Reflect.get(request, name);
  const text = typeof value === 'string' || value instanceof URL ? String(value) : '';
  return (URL.canParse(text) ? new URL(text).hostname : text).slice(0, 100) || OTHER;
}
