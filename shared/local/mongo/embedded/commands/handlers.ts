import type { CommandHandler } from './command';
import { aggregate, count, distinct } from './aggregate';
import { create, drop, dropDatabase, listCollections, listDatabases } from './catalog';
import { find, getMore, killCursors } from './find';
import { findAndModify } from './find-and-modify';
import { buildInfo, endSessions, hello, ping } from './handshake';
import { createIndexes, dropIndexes, listIndexes } from './indexes';
import { deleteCommand, insert, updateCommand } from './writes';

/** All commands by name; `supported.ts` lists the options of each. */
export const HANDLERS: Readonly<Record<string, CommandHandler>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping,
  buildInfo,
  buildinfo: buildInfo,
  endSessions,
  insert,
  find,
  getMore,
  killCursors,
  update: updateCommand,
  delete: deleteCommand,
  findAndModify,
  findandmodify: findAndModify,
  count,
  distinct,
  aggregate,
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  createIndexes,
  listIndexes,
  dropIndexes,
};
