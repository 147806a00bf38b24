import { setTimeout as sleep } from 'node:timers/promises';
import { Double } from 'bson';
import { encodeDocument } from '../bson/encode';
import type { BsonDocument } from '../bson/values';
import { document } from '../bson/values';
import type { Outcome } from '../connection';
import type { Cursors } from '../cursors';
import { MongoServerFault, notSupported } from '../errors';
import type { FailureOptions, FaultRules } from '../faults';
import { DuplicateKeyFault } from '../storage/document-index';
import type { Databases } from '../storage/databases';
import { COMMANDS, COMMON_OPTIONS, REFUSED_COMMANDS, REFUSED_OPTIONS } from '../supported';
import type { Request } from '../wire-protocol';
import { Fields } from './command';
import { checkCommonOptions } from './common-options';
import { HANDLERS } from './handlers';

interface RunnerOptions {
  readonly databases: Databases;
  readonly cursors: Cursors;
  readonly rules: FaultRules;
  readonly observe: (event: CommandEvent) => void;
  /** Called with errors that are no answer of MongoDB's, but a fault in this server. */
  readonly onDefect: (error: unknown) => void;
}

/** A command as listeners see it. */
export interface CommandEvent {
  readonly command: string;
  readonly database: string;
  readonly collection: string | undefined;
}

/** Makes the function that turns requests into replies: injected faults first, then the checks all commands share, then the command. */
export function createCommandRunner({ databases, cursors, rules, observe, onDefect }: RunnerOptions) {
  const answer = (request: Request, fields: Fields, command: BsonDocument, connectionId: number): Buffer => {
    try {
      checkCommand(request, fields, command);
      const handler = HANDLERS[fields.name];
      if (handler === undefined)
        throw new MongoServerFault('CommandNotFound', `no such command: '${fields.name}' (embedded MongoDB)`);
      const reply = handler(fields, { databases, cursors, connectionId, now: new Date() });
      return encodeDocument(new Map([...reply, ['ok', OK]]));
    } catch (error) {
      if (!(error instanceof MongoServerFault)) onDefect(error);
      return encodeDocument(faultReply(error));
    }
  };

  return async (request: Request, connectionId: number): Promise<Outcome> => {
    const { command } = request;
    if (command instanceof MongoServerFault) return { reply: encodeDocument(faultReply(command)) };
    const fields = new Fields(command, command.keys().next().value ?? '', databaseOf(command));
    const collection = targetCollection(command, fields.name);
    observe({ command: fields.name, database: fields.database, collection });
    const { delay, failure } = rules.decide(fields.name, collection);
    if (delay > 0) await sleep(delay, undefined, { ref: false });
    if (failure?.closeConnection === 'before running') return { cut: true };
    if (failure !== undefined && failure.closeConnection === undefined)
      return { reply: encodeDocument(injectedReply(failure)) };
    const reply = answer(request, fields, command, connectionId);
    return failure === undefined ? { reply } : { cut: true };
  };
}

const databaseOf = (command: BsonDocument): string => {
  const name = command.get('$db');
  return typeof name === 'string' ? name : '';
};

/** Doubles in every reply of MongoDB's. */
const OK = new Double(1);
const NOT_OK = new Double(0);

function targetCollection(command: BsonDocument, name: string): string | undefined {
  const target = command.get(name === 'getMore' ? 'collection' : name);
  return typeof target === 'string' ? target : undefined;
}

function checkCommand(request: Request, fields: Fields, command: BsonDocument): void {
  const { name } = fields;
  const options = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (REFUSED_COMMANDS.has(name)) throw notSupported(`the command ${name}`);
  if (options === undefined)
    throw new MongoServerFault('CommandNotFound', `no such command: '${name}' (embedded MongoDB)`);
  if (request.kind === 'query' && !['hello', 'isMaster', 'ismaster'].includes(name))
    throw new MongoServerFault(352, `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`);
  for (const option of command.keys()) {
    if (option === name || options.has(option) || COMMON_OPTIONS.has(option)) continue;
    if (REFUSED_OPTIONS.has(option)) throw notSupported(`${name} with ${option}`);
    throw new MongoServerFault(40_415, `BSON field '${name}.${option}' is an unknown field.`);
  }
  checkCommonOptions(fields);
}

function faultReply(error: unknown): BsonDocument {
  if (!(error instanceof MongoServerFault))
    return document({
      ok: NOT_OK,
      errmsg: `embedded MongoDB: ${error instanceof Error ? error.message : 'defect'}`,
      code: 1,
      codeName: 'InternalError',
    });
  const { message, code, codeName } = error;
  const duplicate =
    error instanceof DuplicateKeyFault ? { keyPattern: error.keyPattern, keyValue: error.keyValue } : {};
  return document({ ok: NOT_OK, errmsg: message, code, codeName, ...duplicate });
}

const injectedReply = ({
  code = 1,
  message = 'injected by the fault injector',
  errorLabels,
}: FailureOptions): BsonDocument =>
  document({ ok: NOT_OK, errmsg: message, code, codeName: 'InjectedFault', errorLabels });
