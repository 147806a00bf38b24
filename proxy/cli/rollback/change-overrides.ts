import type { Db } from 'mongodb';
import { stages, type Versions } from '../../ledger/stages';
import { routes } from '../../ledger/routes';
import type { Change } from '../../overrides/state';
import { clear, KILL_SWITCH_ID, raise, routeOverrideId, toHistory, type StoredChange } from '../../overrides/store';
import { loadRouteTable } from '../../route-table/load';
import { EXIT, type CommandResult } from '../exit-codes';
import { unknownRoute } from '../promote/promote';

export interface ChangeParts extends Change {
  readonly versions: Versions;
  readonly db: () => Promise<Db>;
  readonly now: Date;
}

export interface RouteChangeParts extends ChangeParts {
  readonly routeId: string;
  readonly routesFile: string;
}

/**
 * Returns a route to legacy on every proxy, until somebody resumes.
 *
 * @returns exit code 3 for a retired route: legacy has no code for it any more
 * @throws BanyanError for a route that neither the file nor any proxy knows
 */
export async function rollBack(parts: RouteChangeParts): Promise<CommandResult> {
  const { routeId, by, why, now } = parts;
  const db = await parts.db();
  const stage = await stageOf(parts, db);
  if (stage === 'retired')
    return {
      exitCode: EXIT.refused,
      text: `refused: ${routeId} is retired, legacy has no code for it any more; deploy a Lambda that works\n`,
      json: { route: routeId, loweredNow: false, stage },
    };
  const id = routeOverrideId(routeId);
  const change = await raise(db, id, { by, why, since: now, kind: 'manual' });
  await record(db, id, change, parts);
  const text = change.first
    ? `${routeId} is on legacy on every proxy within a second, and stays there until: banyan resume ${routeId}\n`
    : `${routeId} was on legacy already: ${change.active?.why ?? ''} (${change.active?.by ?? ''})\n`;
  return {
    exitCode: EXIT.fine,
    text,
    json: { route: routeId, loweredNow: change.first, stage, active: change.active },
  };
}

/** Lets the route table decide about a route again. */
export async function resume(parts: RouteChangeParts): Promise<CommandResult> {
  const { routeId, now } = parts;
  const db = await parts.db();
  const stage = await stageOf(parts, db);
  const id = routeOverrideId(routeId);
  const change = await clear(db, id, parts, now);
  await record(db, id, change, parts);
  const text = change.first
    ? `${routeId} follows the route table again (${stage}) on every proxy within a second\n`
    : `${routeId} had not been returned to legacy; nothing to resume\n`;
  return { exitCode: EXIT.fine, text, json: { route: routeId, resumedNow: change.first, stage } };
}

/** All listed routes to legacy, or back to the table. */
export async function setKillSwitch(on: boolean, parts: ChangeParts): Promise<CommandResult> {
  const { by, why, now } = parts;
  const db = await parts.db();
  const change = on
    ? await raise(db, KILL_SWITCH_ID, { by, why, since: now })
    : await clear(db, KILL_SWITCH_ID, parts, now);
  await record(db, KILL_SWITCH_ID, change, parts);
  const state = on ? 'on: listed routes are on legacy, except retired ones' : 'off: the route table decides';
  const text = change.first
    ? `kill switch ${state}; every proxy follows within a second${on ? '' : ', except one whose kill switch file is still there'}\n`
    : `kill switch was ${on ? `on already: ${change.active?.why ?? ''} (${change.active?.by ?? ''})` : 'off already'}\n`;
  return {
    exitCode: EXIT.fine,
    text,
    json: { killSwitch: on, changedNow: change.first, active: change.active ?? null },
  };
}

/**
 * The file here may be older than those of the proxies, so a route that any of them has served is known too, and then the file may be broken
 * or absent: a roll back in the night must not wait for it to be mended.
 */
async function stageOf({ routeId, routesFile }: RouteChangeParts, db: Db): Promise<string> {
  const served = await routes(db).findOne({ _id: routeId });
  if (served !== null) return served.stage;
  const table = await loadRouteTable({ file: routesFile, lambdaAvailable: true });
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
  await stages(db).updateOne({ _id: _id ?? id }, { $setOnInsert: { ...entry, versions } }, { upsert: true });
}
