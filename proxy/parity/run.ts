import { ConfigError } from '../../shared/errors';
import { expectedStatus, isSafe, type SourcedCase } from '../../shared/parity/case';
import { compareExchange } from '../../shared/parity/compare';
import type { ObservedResponse } from '../../shared/parity/exchange';
import type { Moment } from '../../shared/parity/unify';
import { Renaming } from '../../shared/parity/renaming';
import {
  countVerdicts,
  type CaseResult,
  type GeneratedCoverage,
  type NotRun,
  type ParityRun,
  type ReportedSide,
  type RouteResult,
  type WorldCoverage,
} from '../../shared/parity/result';
import { rulesOfNamed, type Rule } from '../../shared/parity/rules';
import { faultsOfRules } from '../../shared/parity/rules-file';
import { reportRequest } from './reported';
import { RuleUse } from './rule-use';
import { runCase, type CaseContext, type RanCase } from './run-case';

/** A case, and why it cannot be run here if so. */
export interface PlannedCase extends SourcedCase {
  readonly skip?: string;
  /** What legacy answered when it was recorded, and when that was. */
  readonly recorded?: {
    readonly response: ObservedResponse;
    readonly moment: Moment;
    /** What to do when legacy refuses the identity now. */
    readonly remedy: string;
  };
}

export interface RunOptions {
  readonly context: Omit<CaseContext, 'rules' | 'renaming' | 'recordedNames'>;
  readonly rules: readonly Rule[];
  /** Names and ids of all routes, in the order of the route table. */
  readonly routes: readonly { readonly name: string; readonly id?: string }[];
  /** Whether the cases follow from one another, as recorded ones do: ids are carried along, data is kept. */
  readonly isSequence?: boolean;
  /** Of what every case is run, so that a rule that nothing needs is superfluous. */
  readonly complete: 'all routes' | 'the routes of these cases' | 'nothing';
  readonly sides: { readonly control: ReportedSide; readonly candidate: ReportedSide };
  readonly seed?: number;
  readonly generated?: GeneratedCoverage;
  readonly worldCoverage?: WorldCoverage;
  readonly notRun?: readonly NotRun[];
  readonly now: () => Date;
  readonly onResult?: (result: CaseResult, route: string) => void;
  /** For whoever wants more than results. */
  readonly onRan?: (ran: RanCase, sourced: SourcedCase) => void;
}

export const NEEDS_OWN_DATA = 'writes, and the sides share data; run with --isolated';
export const OTHER_ROUTES = '(no listed route)';

/** Runs cases one by one. Throws ConfigError for cases and rules about what is not there, BanyanError when a side does not answer. */
export async function runCases(cases: readonly PlannedCase[], options: RunOptions): Promise<ParityRun> {
  const { context, routes, now } = options;
  checkIdentities(cases, new Set(context.credentials.keys()));
  const startedAt = now().toISOString();
  const named = new Set(routes.flatMap(({ name, id }) => (id === undefined ? [name] : [name, id])));
  for (const { route } of cases) named.add(route);
  const ruleUse = new RuleUse(options.rules);
  const renaming = options.isSequence === true ? new Renaming() : undefined;
  const recordedNames = options.isSequence === true ? new Renaming() : undefined;
  const names = { ...(renaming && { renaming }), ...(recordedNames && { recordedNames }) };
  const byRoute = new Map<string, CaseResult[]>();
  for (const planned of cases) {
    const { route } = planned;
    const id = routes.find(({ name }) => name === route)?.id;
    const rules = rulesOfNamed(options.rules, { name: route, ...(id !== undefined && { id }) });
    const skip = planned.skip ?? reasonToSkip(planned, context);
    let result: CaseResult;
    const ran = skip === undefined ? await runCase(planned, { ...context, rules, ...names }) : { skip };
    if ('skip' in ran) result = skipped(planned, ran.skip, context);
    else {
      ruleUse.note(ran, rules);
      options.onRan?.(ran, planned);
      result = withRecorded(ran.result, planned.recorded);
      if (recordedNames !== undefined && result.verdict !== 'skipped') bindRecorded(planned, ran, recordedNames);
    }
    const list = byRoute.get(route);
    if (list === undefined) byRoute.set(route, [result]);
    else list.push(result);
    options.onResult?.(result, route);
  }
  const results = inOrder(byRoute, routes);
  return {
    format: 1,
    startedAt,
    finishedAt: now().toISOString(),
    ...options.sides,
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.generated !== undefined && { generated: options.generated }),
    ...(options.worldCoverage !== undefined && { world: options.worldCoverage }),
    totals: countVerdicts(results.flatMap((route) => route.cases)),
    routes: results,
    notRun: options.notRun ?? [],
    ruleFaults: [
      ...faultsOfRules(options.rules, startedAt.slice(0, 10), named),
      ...(options.complete === 'nothing' ? [] : ruleUse.superfluous(new Set(byRoute.keys()), options)),
    ],
  };
}

/** Two sides that refuse alike what was recorded as granted show nothing; any other new status of legacy is noted. */
function withRecorded(result: CaseResult, recorded: PlannedCase['recorded']): CaseResult {
  const now = result.control?.statusCode;
  const before = recorded?.response.statusCode;
  if (recorded === undefined || before === undefined || now === undefined || before === now) return result;
  if (result.verdict !== 'different' && isRefusal(before, now))
    return {
      ...result,
      verdict: 'skipped',
      reason: `not replayed: recorded ${before}, legacy now gives ${now}; ${recorded.remedy}`,
    };
  return { ...result, reason: `legacy answered ${now}; when this was recorded, ${before}` };
}

/** Whether a client is turned away who was not then. A redirection is that too where there was an answer: to a login page. */
function isRefusal(before: number, now: number): boolean {
  if (before === 401 || before === 403) return false;
  return now === 401 || now === 403 || (before < 300 && [302, 303, 307].includes(now));
}

/** Ids that legacy made up when it was recorded stand for those that it has made up now: later requests must name these. */
function bindRecorded({ recorded }: PlannedCase, { control }: RanCase, names: Renaming): void {
  if (recorded === undefined || isSafe(control.request.method)) return;
  const moments = { control: recorded.moment, candidate: control.moment };
  compareExchange(recorded.response, control.response, { renaming: names, moments, mayCreate: true });
}

export function checkIdentities(cases: readonly SourcedCase[], known: ReadonlySet<string>): void {
  const faults = new Set(
    cases
      .filter(({ identity }) => !known.has(identity))
      .map(
        ({ identity, route, parityCase }) =>
          `${route}, case "${parityCase.name}": there is no identity "${identity}"; add it to parity.identities in banyan.config.ts, or use one of ${[...known].join(', ')}`,
      ),
  );
  if (faults.size > 0) throw new ConfigError('Parity cases', [...faults]);
}

export function reasonToSkip(
  { parityCase, identity }: SourcedCase,
  { control }: RunOptions['context'],
): string | undefined {
  const method = parityCase.raw?.[0]?.split(' ', 1)[0] ?? parityCase.request.method ?? 'GET';
  const isRefused = (expectedStatus(parityCase, identity) ?? 200) >= 400;
  return isSafe(method) || isRefused || control.data !== undefined ? undefined : NEEDS_OWN_DATA;
}

function skipped(
  { parityCase, source, identity }: SourcedCase,
  reason: string,
  context: RunOptions['context'],
): CaseResult {
  const { method = 'GET', path, headers = {}, body } = parityCase.request;
  return {
    name: parityCase.name,
    source,
    identity,
    verdict: 'skipped',
    reason,
    request: reportRequest({ method, path, headers: Object.entries(headers), body }, context.redaction),
    differences: [],
    accepted: [],
    rules: [],
  };
}

function inOrder(byRoute: ReadonlyMap<string, readonly CaseResult[]>, routes: RunOptions['routes']): RouteResult[] {
  const position = (name: string): number => {
    const index = routes.findIndex((route) => route.name === name);
    return index < 0 ? routes.length : index;
  };
  return [...byRoute]
    .sort(([a], [b]) => position(a) - position(b))
    .map(([route, cases]) => {
      const id = routes.find(({ name }) => name === route)?.id;
      return { route, ...(id !== undefined && { id }), counts: countVerdicts(cases), cases };
    });
}
