import { randomUUID } from 'node:crypto';
import { readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import type { Db } from 'mongodb';
import { BanyanError, ConfigError } from '../../../shared/errors';
import type { Rule } from '../../../shared/parity/rules';
import { readEvidence } from '../../ledger/evidence';
import { createIndexes, LEDGER_SCHEMA } from '../../ledger/collections';
import { stages, type StageDocument, type Versions } from '../../history/stages';
import { climbState, describeClimb } from '../../climb/describe';
import type { OverrideState } from '../../overrides/state';
import { readOverrideState } from '../../overrides/store';
import { unaccounted } from '../../inventory/accounting';
import { readAppRoutes, type KeptRoute } from '../../inventory/app-routes';
import { parseRouteTable, type RouteTable } from '../../route-table/load';
import { positionText, type Route } from '../../route-table/route';
import { EXIT, type CommandResult } from '../exit-codes';
import { counted } from '../../statistics/counted';
import { percentText } from '../../statistics/percent';
import { editStage } from './edit-routes';
import { countedComparisons, describeStrata, groundOf, type Ground } from '../../ledger/client-rules';
import {
  countedAnswers,
  evidenceObstacles,
  needsEvidence,
  orderObstacles,
  overrideObstacles,
  type Target,
} from '../../ledger/obstacles';
import { remediesOf, type EvidenceRules, type Obstacle } from '../../ledger/promotion-rules';

export interface PromoteParts {
  readonly routeId: string;
  readonly target: Target;
  readonly routesFile: string;
  readonly publishedTo?: string | undefined;
  readonly versions: Versions;
  readonly rules: EvidenceRules;
  /** What may differ: mismatches that it names by now do not count. */
  readonly parityRules: readonly Rule[];
  readonly by: string;
  /** Why it is done although something is missing; undefined: it is not. */
  readonly forcedBecause: string | undefined;
  readonly dryRun: boolean;
  readonly db: () => Promise<Db>;
  readonly now: Date;
}

/** What became of one route. */
export interface PromoteResult extends CommandResult {
  readonly json: Readonly<Record<string, unknown>> & {
    readonly promoted: boolean;
    /** `list-events: shadow -> canary 10 %`. */
    readonly change: string;
    readonly obstacles: readonly Obstacle[];
    /** Of what has moved: what whoever moved it should know. */
    readonly warnings: readonly string[];
  };
}

/** Moves a route one stage on by an edit of `routes.yml` if the evidence suffices, and records why; exit code 3 when refused, with what is missing. */
export async function promote(parts: PromoteParts): Promise<PromoteResult> {
  const { routeId, target, routesFile, versions, rules, forcedBecause, dryRun } = parts;
  const { text, table } = await readTable(routesFile);
  const route = table.routes.find(({ id }) => id === routeId);
  if (route === undefined) throw unknownRoute(routeId, table.routes, routesFile);
  if (target.stage === 'canary' && target.percent === undefined && route.climb === undefined)
    throw new BanyanError(
      `--to canary needs --percent, such as 10; or give ${routeId} "canary: {}" in ${routesFile}, and it climbs automatically`,
      { code: 'usage' },
    );

  const db = await parts.db();
  const { development } = rules;
  const evidence = await readEvidence(db, { route, versions, development, rules: parts.parityRules, now: parts.now });
  const state = await readOverrideState(db);
  const obstacles = [
    ...orderObstacles(route, target),
    ...climbObstacles(route, target, state),
    ...overrideObstacles(state, routeId),
    ...(needsEvidence(target) ? evidenceObstacles(route, target, evidence, rules) : []),
    ...(needsEvidence(target) ? middlewareObstacles(route, await readAppRoutes(routesFile)) : []),
  ];
  const { count, different } = countedComparisons(evidence, rules);
  const answers = countedAnswers(evidence, route.stage, rules);
  const { clients } = evidence;
  const ground = route.isSafe && needsEvidence(target) ? groundOf(route, evidence, rules) : undefined;
  const numbers = {
    clients: clients.counted,
    mismatchingClients: clients.mismatching,
    maxMismatchRate: rules.maxMismatchRate,
    knownClients: clients.known,
    coveredClients: clients.covered,
    strata: describeStrata(clients.strata),
    ...(ground !== undefined && { ground }),
    ...(ground === 'approval' && { approvedBy: rules.approvedBy ?? '' }),
    comparisons: count,
    different,
    suiteCases: evidence.suite?.cases ?? 0,
    suiteDifferent: evidence.suite?.different ?? 0,
    answeredByLambda: answers.answered,
    failedOnLambda: answers.failed,
    ...(rules.development && { development: 'evidence from the embedded MongoDB counted' }),
  };
  const isForced = obstacles.length > 0 && forcedBecause !== undefined;
  const change = describe(route, target);
  const json = { route: routeId, change, from: position(route), to: target, versions, evidence: numbers, obstacles };
  if (obstacles.length > 0 && !isForced)
    return {
      exitCode: EXIT.refused,
      text: `refused: ${change}\n${describeObstacles(obstacles)}\nTo promote anyway, on the record: --force --by <name> --reason "..."\n`,
      json: { ...json, promoted: false, warnings: [] },
    };

  const edited = editStage(text, routeId, target);
  // A stage may ask for more than the edit gives; a file that the proxies would refuse is not written.
  const after = parseRouteTable(edited, { file: routesFile, lambdaAvailable: true });
  const top = after.routes.find(({ id }) => id === routeId)?.climb?.steps.at(-1) ?? 100;
  if (target.percent !== undefined && target.percent > top)
    throw new BanyanError(
      `--percent ${target.percent} is above the last step of "canary" of ${routeId}, ${top} %: the route would stay there; change "steps" in ${routesFile} first`,
      { code: 'usage' },
    );
  const isRecorded =
    dryRun ||
    (await changeFile(db, () => replaceFile(routesFile, edited), {
      _id: randomUUID(),
      routeId,
      action: isForced ? 'forced' : 'promoted',
      from: route.stage,
      to: target.stage,
      ...(target.percent !== undefined && { percent: target.percent }),
      by: parts.by,
      why: forcedBecause ?? groundsOf(target, numbers, rules),
      at: parts.now,
      evidence: { ...numbers, ...(isForced && { obstacles: obstacles.map(({ text: what }) => what).join('; ') }) },
      versions,
    }));
  const publish = parts.publishedTo && `aws s3 cp ${routesFile} ${parts.publishedTo}`;
  const commit = `git commit -m "${change}" -- ${routesFile}`;
  const warnings = [
    ...(isRecorded ? [] : ['MongoDB became unavailable, so the ledger has no record of this; routes.yml is changed']),
    ...(rules.development && needsEvidence(target)
      ? ['evidence from the embedded MongoDB was accepted: fine for development, not for production']
      : []),
    ...(versions.legacy === 'unversioned' || versions.lambda === 'unversioned'
      ? ['versions are not set (LEGACY_VERSION, LAMBDA_VERSION): the evidence may come from earlier builds']
      : []),
  ];
  const despite = isForced ? `forced despite:\n${describeObstacles(obstacles)}` : '';
  return {
    exitCode: EXIT.fine,
    text: `${dryRun ? 'would promote' : 'promoted'} ${change}\n${despite}${describeWarnings(warnings)}${dryRun ? '' : howToFollow(commit, publish)}`,
    json: {
      ...json,
      promoted: !dryRun,
      warnings,
      forced: isForced,
      file: routesFile,
      commit,
      ...(publish && { publish }),
    },
  };
}

interface Numbers extends Record<
  | 'clients'
  | 'mismatchingClients'
  | 'maxMismatchRate'
  | 'knownClients'
  | 'comparisons'
  | 'different'
  | 'suiteCases'
  | 'suiteDifferent'
  | 'answeredByLambda',
  number
> {
  readonly ground?: Ground;
  readonly approvedBy?: string;
}

function middlewareObstacles(route: Route, appRoutes: readonly KeptRoute[] | undefined): readonly Obstacle[] {
  const missing = unaccounted(route, appRoutes);
  return missing === undefined ? [] : [{ kind: 'middleware', ...missing }];
}

/** A route climbs to its ceiling automatically; a person may move the ceiling. */
function climbObstacles(route: Route, target: Target, state: OverrideState): readonly Obstacle[] {
  const climb = climbState(route, state);
  if (climb?.next === undefined || target.stage === 'canary') return [];
  const text = `${route.id} climbs automatically: ${describeClimb(climb)}`;
  return [{ kind: 'order', text, remedy: 'wait until it has arrived; banyan status shows what it is waiting for' }];
}

/** What to do for the proxies to see a change of the file. */
export function howToFollow(commit: string, publish: string | undefined): string {
  return publish === undefined
    ? `Proxies that read this file follow within a second. For all others, commit and deploy it:\n  ${commit}\n`
    : `Proxies follow once the table is published:\n  ${commit}\n  ${publish}\n`;
}

/** As the history shows it. */
function groundsOf(target: Target, numbers: Numbers, { development }: EvidenceRules): string {
  if (!needsEvidence(target)) return 'shadowing needs no evidence';
  const { comparisons, different, suiteCases, suiteDifferent, answeredByLambda, ground } = numbers;
  const clients =
    ground === undefined
      ? []
      : ground === 'bound'
        ? [
            `${counted(numbers.clients, 'client')}, ${numbers.mismatchingClients} with a mismatch: fewer than ${percentText(numbers.maxMismatchRate)}`,
          ]
        : ground === 'coverage'
          ? [`all ${counted(numbers.knownClients, 'client')} compared several times`]
          : [`few clients, approved by ${numbers.approvedBy ?? ''} on recordings`];
  const text = [
    ...clients,
    `${counted(comparisons, 'comparison')}, ${different} different`,
    `suite ${suiteCases - suiteDifferent} of ${suiteCases} equal`,
    `${counted(answeredByLambda, 'answer')} by Lambda to clients`,
  ].join('; ');
  return development
    ? `with --development, so evidence from the embedded MongoDB counted: ${text}`
    : `the evidence suffices: ${text}`;
}

/** @returns false when the file is changed and the ledger, which was there before, could not record it */
async function changeFile(db: Db, replace: () => Promise<void>, entry: StageDocument): Promise<boolean> {
  // What fails here, fails before anything is changed.
  await createIndexes(db);
  await replace();
  try {
    await stages(db).insertOne({ ...entry, schema: LEDGER_SCHEMA });
    return true;
  } catch {
    return false;
  }
}

export function unknownRoute(routeId: string, routes: readonly { readonly id: string }[], file: string): BanyanError {
  const known = routes.map(({ id }) => id).join(', ');
  return new BanyanError(`no route "${routeId}" in ${file}; it has ${known || 'none'}`, { code: 'route_unknown' });
}

/** The file and what it says. Throws ConfigError. */
export async function readTable(file: string): Promise<{ readonly text: string; readonly table: RouteTable }> {
  const text = await readRoutes(file);
  return { text, table: parseRouteTable(text, { file, lambdaAvailable: true }) };
}

async function readRoutes(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError('Route table', [`${file} cannot be read; set ROUTES_FILE to your routes.yml`], error);
  }
}

/** As a whole, so that a proxy never reads half of it; a link stays a link. */
async function replaceFile(file: string, text: string): Promise<void> {
  try {
    const path = await realpath(file);
    const { mode } = await stat(path);
    const draft = `${path}.${process.pid}.tmp`;
    await writeFile(draft, text, { mode });
    await rename(draft, path);
  } catch (error) {
    throw new ConfigError(
      'Route table',
      [`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`],
      error,
    );
  }
}

function describe(route: Route, target: Target): string {
  const to = target.percent === undefined ? target.stage : `${target.stage} ${target.percent} %`;
  return `${route.id}: ${positionText(route)} -> ${to}`;
}

function position({ stage, percent }: Route): Target {
  return { stage, percent: stage === 'canary' ? percent : undefined };
}

/** What is missing, and below each what would help. Pure. */
export function describeObstacles(obstacles: readonly Obstacle[]): string {
  return obstacles
    .map((obstacle) => [`  ${obstacle.text}\n`, ...remediesOf(obstacle).map((remedy) => `    -> ${remedy}\n`)].join(''))
    .join('');
}

export const describeWarnings = (warnings: readonly string[]): string => warnings.map((text) => `${text}\n`).join('');
