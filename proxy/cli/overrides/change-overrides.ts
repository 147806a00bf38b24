import type { Db } from 'mongodb';
import { LEDGER_SCHEMA } from '../../ledger/collections';
import { stages, type Versions } from '../../history/stages';
import { routes } from '../../ledger/routes';
import { awaitFollowers, type Acknowledgement } from '../../fleet/acknowledge';
import { acknowledgementAsJson, describeAcknowledgement } from '../../fleet/describe-acknowledgement';
import type { Change } from '../../overrides/state';
import {
  clear,
  KILL_SWITCH_ID,
  OVERRIDES_COLLECTION,
  raise,
  readOverrideState,
  routeOverrideId,
  toHistory,
  type StoredChange,
} from '../../overrides/store';
import { loadRouteTable } from '../../route-table/load';
import { EXIT, type CommandResult } from '../exit-codes';
import { unknownRoute } from '../promote/promote';

export interface ChangeParts extends Change {
  readonly versions: Versions;
  readonly db: () => Promise<Db>;
  readonly now: Date;
  readonly patience?: number;
  /** Called when the change stands and the proxies are waited for. */
  readonly onWritten?: () => void;
}

export interface RouteChangeParts extends ChangeParts {
  readonly routeId: string;
  /** A path, or `s3://bucket/key`. */
  readonly routesFile: string;
  readonly s3Endpoint?: URL | undefined;
}

/** Returns a route to legacy, then waits for the proxies. Exit code 4: none follows, 5: not all, 3: retired. Throws BanyanError for an unknown route. */
export async function rollBack(parts: RouteChangeParts): Promise<CommandResult> {
  const { routeId, by, why, now } = parts;
  const db = await parts.db();
  const stage = await stageOf(parts, db);
  if (stage === 'retired')
    return {
      exitCode: EXIT.refused,
      text: `refused: ${routeId} is retired: legacy no longer has code for it. Deploy a Lambda that works\n`,
      json: { route: routeId, loweredNow: false, stage },
    };
  const id = routeOverrideId(routeId);
  const change = await raise(db, id, { by, why, since: now, kind: 'manual' });
  await record(db, id, change, parts);
  const text = change.first
    ? `written: ${routeId} rolled back to legacy, until: banyan resume ${routeId}\n`
    : `${routeId} is already rolled back: ${change.active?.why ?? ''} (${change.active?.by ?? ''})\n`;
  return acknowledged(db, change, parts, {
    text,
    json: { route: routeId, loweredNow: change.first, stage, active: change.active },
  });
}

/** Lets the route table decide about a route again. */
export async function resume(parts: RouteChangeParts): Promise<CommandResult> {
  const { routeId, now } = parts;
  const db = await parts.db();
  const stage = await stageOf(parts, db);
  const id = routeOverrideId(routeId);
  const change = await clear(db, id, parts, now);
  await record(db, id, change, parts);
  const held = (await readOverrideState(db)).killSwitch;
  const said = change.first
    ? `written: ${routeId} resumed; it follows the route table again (${stage})`
    : `${routeId} is not rolled back; nothing to resume`;
  const text =
    held === undefined ? `${said}\n` : `${said}\nstill on legacy: the kill switch is on: ${held.why} (${held.by})\n`;
  return acknowledged(db, change, parts, { text, json: { route: routeId, resumedNow: change.first, stage } });
}

/** All listed routes to legacy, or back to the table. */
export async function setKillSwitch(position: 'on' | 'off', parts: ChangeParts): Promise<CommandResult> {
  const { by, why, now } = parts;
  const on = position === 'on';
  const db = await parts.db();
  const change = on
    ? await raise(db, KILL_SWITCH_ID, { by, why, since: now })
    : await clear(db, KILL_SWITCH_ID, parts, now);
  await record(db, KILL_SWITCH_ID, change, parts);
  const left = on ? undefined : (await readOverrideState(db)).killSwitch;
  if (left !== undefined)
    return {
      exitCode: EXIT.refused,
      text: `still on: ${left.why}\nIts document in ${OVERRIDES_COLLECTION} holds it. If a newer version wrote it, use that version; otherwise delete it\n`,
      json: { killSwitch: true, changedNow: change.first, active: left },
    };
  const state = on ? 'on, all listed routes except retired ones to legacy' : 'off, the route table decides again';
  const text = change.first
    ? `written: kill switch ${state}${on ? '' : ', except on proxies whose kill switch file still exists'}\n`
    : `kill switch is ${on ? `already on: ${change.active?.why ?? ''} (${change.active?.by ?? ''})` : 'already off'}\n`;
  return acknowledged(db, change, parts, {
    text,
    json: { killSwitch: on, changedNow: change.first, active: change.active ?? null },
  });
}

/** Adds who follows, and judges by it. Only what stands in the database is waited for. */
async function acknowledged(
  db: Db,
  { revision }: StoredChange,
  { patience, onWritten }: ChangeParts,
  said: { readonly text: string; readonly json: object },
): Promise<CommandResult> {
  onWritten?.();
  let acknowledgement: Acknowledgement;
  try {
    acknowledgement = await awaitFollowers(db, revision, patience === undefined ? {} : { patience });
  } catch {
    return {
      exitCode: EXIT.notFollowed,
      text: `${said.text}the change is written, but MongoDB can no longer report which proxies follow; try again\n`,
      json: { ...said.json, revision, proxies: null },
    };
  }
  const { following, behind } = acknowledgement;
  const lines = describeAcknowledgement(acknowledgement, db.databaseName);
  return {
    exitCode:
      behind.length === 0 && following.length > 0
        ? EXIT.fine
        : following.length > 0
          ? EXIT.partlyFollowed
          : EXIT.notFollowed,
    text: `${said.text}${lines.join('\n')}\n`,
    json: { ...said.json, revision, proxies: acknowledgementAsJson(acknowledgement) },
  };
}

/** A route that a proxy has served is known even when the file here is older, broken or absent: a rollback must not wait for it. */
async function stageOf({ routeId, routesFile, s3Endpoint }: RouteChangeParts, db: Db): Promise<string> {
  const served = await routes(db).findOne({ _id: routeId });
  if (served !== null) return served.stage;
  const table = await loadRouteTable({ file: routesFile, s3Endpoint, lambdaAvailable: true });
  const listed = table.routes.find(({ id }) => id === routeId);
  if (listed === undefined) throw unknownRoute(routeId, table.routes, routesFile);
  return listed.stage;
}

async function record(
  db: Db,
  id: string,
  change: StoredChange,
  { by, why, now, versions }: ChangeParts,
): Promise<void> {
  if (!change.first) return;
  const { id: _id, ...entry } = toHistory(id, change, { by, why }, now);
  await stages(db).updateOne(
    { _id: _id ?? id },
    { $setOnInsert: { ...entry, versions, schema: LEDGER_SCHEMA } },
    { upsert: true },
  );
}
