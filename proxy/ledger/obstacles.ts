import { describeUnreadable, UNREADABLE_REMEDY } from './documents';
import type { RouteEvidence } from './evidence';
import { clientObstacles } from './client-rules';
import { EMBEDDED, type EvidenceRules, type Obstacle } from './promotion-rules';
import type { OverrideState } from '../overrides/state';
import { counted } from '../statistics/counted';
import { guardSettings } from '../route-table/guard-settings';
import { percentText } from '../statistics/percent';
import type { Route } from '../route-table/route';
import { STAGES, type Stage } from '../route-table/schema';

export interface Target {
  readonly stage: Stage;
  /** On stage canary. */
  readonly percent: number | undefined;
}

type Facts = Pick<Route, 'id' | 'stage' | 'percent' | 'isSafe'> & Partial<Pick<Route, 'guard' | 'shadow'>>;

/** Whether evidence is needed: comparing alone risks nothing. */
export function needsEvidence({ stage }: Target): boolean {
  return stage === 'canary' || stage === 'lambda' || stage === 'retired';
}

/** What the order of stages says against it: one step at a time; writes are never mirrored, so they begin as canary. Pure. */
export function orderObstacles({ id, stage, percent, isSafe }: Facts, target: Target): readonly Obstacle[] {
  const way: readonly Stage[] = isSafe ? STAGES : STAGES.filter((name) => name !== 'shadow');
  const obstacle = (text: string, remedy: string): Obstacle[] => [{ kind: 'order', text, remedy }];
  if (!way.includes(target.stage))
    return obstacle(
      `${id} writes, and writes are never mirrored`,
      'go from legacy straight to canary; its parity suite must pass',
    );
  // A write on shadow is where it was on legacy: nothing of it is mirrored.
  const [from, to] = [Math.max(0, way.indexOf(stage)), way.indexOf(target.stage)];
  if (from === to && stage === 'canary') {
    if ((target.percent ?? 0) > percent) return [];
    return obstacle(
      `${id} is already on canary with ${percent} %`,
      'choose a higher share, or edit routes.yml to reduce it',
    );
  }
  if (to === from) return obstacle(`${id} is already on ${stage}`, 'choose a later stage');
  if (to < from)
    return obstacle(`${id} is on ${stage}, which comes after ${target.stage}`, 'use rollback, or edit routes.yml');
  if (to === from + 1) return [];
  return obstacle(
    `from ${stage} the next stage is ${way[from + 1] ?? stage}, not ${target.stage}`,
    'move one stage at a time',
  );
}

/** What was returned to legacy is not moved on. Pure. */
export function overrideObstacles(
  { killSwitch, lowered }: Pick<OverrideState, 'killSwitch' | 'lowered'>,
  routeId: string,
): readonly Obstacle[] {
  const lowering = lowered.get(routeId);
  const obstacle = (text: string, remedy: string): Obstacle => ({ kind: 'override', text, remedy });
  return [
    ...(killSwitch === undefined
      ? []
      : [obstacle(`the kill switch is on: ${killSwitch.why} (${killSwitch.by})`, 'banyan kill-switch off')]),
    ...(lowering === undefined
      ? []
      : [obstacle(`it is rolled back: ${lowering.why} (${lowering.by})`, `banyan resume ${routeId}`)]),
  ];
}

/** What evidence is missing for a route to be answered by Lambda. Pure. */
export function evidenceObstacles(
  route: Facts,
  target: Target,
  evidence: RouteEvidence,
  rules: EvidenceRules,
): readonly Obstacle[] {
  return [
    ...ledgerObstacles(evidence),
    ...(route.isSafe ? clientObstacles(route, evidence, rules) : []),
    ...suiteObstacles(evidence, rules),
    ...coverageObstacles(evidence, rules),
    ...answerObstacles(route, target, evidence, rules),
  ];
}

/** What cannot be read may be a mismatch or a failure. */
function ledgerObstacles({ unreadable }: RouteEvidence): Obstacle[] {
  return unreadable.length === 0
    ? []
    : [{ kind: 'ledger', text: describeUnreadable(unreadable), remedy: UNREADABLE_REMEDY }];
}

/** Answers of Lambda to clients on a stage, as far as they count, and its failures there. Pure. */
export function countedAnswers(
  { answers }: Pick<RouteEvidence, 'answers'>,
  stage: Stage,
  { development }: Pick<EvidenceRules, 'development'>,
): { readonly answered: number; readonly failed: number } {
  const sums = answers.filter((sum) => sum.stage === stage && (development || sum.database === 'mongodb'));
  return {
    answered: sums.reduce((sum, entry) => sum + entry.answered, 0),
    failed: sums.reduce((sum, entry) => sum + entry.failed, 0),
  };
}

/** Comparing shows what Lambda says; that clients get it, and that it stands their load, only the stage before shows. */
function answerObstacles(
  { guard }: Facts,
  target: Target,
  evidence: RouteEvidence,
  rules: EvidenceRules,
): readonly Obstacle[] {
  const stage = target.stage === 'lambda' ? 'canary' : target.stage === 'retired' ? 'lambda' : undefined;
  if (stage === undefined || rules.development) return [];
  const { answered, failed } = countedAnswers(evidence, stage, rules);
  const needed = rules.minAnswers[stage];
  const { errorRate } = guard ?? guardSettings();
  const obstacle = (text: string, remedy: string): Obstacle => ({ kind: 'answers', text, remedy });
  return [
    ...(answered >= needed
      ? []
      : [
          obstacle(
            `Lambda has answered ${answered} of the ${counted(needed, 'request')} on ${stage} required with these versions`,
            `keep the route on ${stage} for ${needed - answered} more requests`,
          ),
        ]),
    ...(failed <= errorRate * (answered + failed)
      ? []
      : [
          obstacle(
            `on ${stage} Lambda failed ${failed} of ${counted(answered + failed, 'request')}, or legacy had to answer: ${percentText(failed / (answered + failed))}, allowed are ${percentText(errorRate)}, as for the guard`,
            'find the cause; each Lambda version starts a new count',
          ),
        ]),
  ];
}

function suiteObstacles({ suite }: RouteEvidence, { development }: EvidenceRules): Obstacle[] {
  const remedy = 'banyan parity run --record, against these versions';
  const obstacle = (text: string, what = remedy): Obstacle[] => [{ kind: 'suite', text, remedy: what }];
  if (suite === undefined) return obstacle('the parity suite was not recorded on these versions');
  if (!development && suite.database === 'embedded')
    return obstacle(
      'the parity suite ran on the embedded MongoDB',
      `${EMBEDDED}banyan parity run --record, against these versions`,
    );
  if (suite.different > 0)
    return obstacle(
      `${suite.different} of ${counted(suite.cases, 'case')} of the parity suite ${suite.different === 1 ? 'differs' : 'differ'}`,
      'fix them and run it again',
    );
  return suite.cases === 0 ? obstacle('the parity suite has no case for this route', 'write cases and run it') : [];
}

function coverageObstacles({ suite, equalStatuses }: RouteEvidence, { development }: EvidenceRules): Obstacle[] {
  if (suite === undefined || (!development && suite.database === 'embedded')) return [];
  const covered = new Set([
    ...suite.statuses,
    ...equalStatuses.filter(({ database }) => development || database === 'mongodb').map(({ status }) => status),
  ]);
  const statuses = suite.wanted.statuses.filter((status) => !covered.has(status));
  const identities = suite.wanted.identities.filter((identity) => !suite.identities.includes(identity));
  const obstacle = (what: string, names: readonly (string | number)[]): Obstacle[] =>
    names.length === 0
      ? []
      : [
          {
            kind: 'coverage',
            text: `no equal answer yet for ${what} ${names.join(', ')}, which the parity suite covers`,
            remedy: 'run the skipped cases as well, or fix the different ones',
          },
        ];
  return [...obstacle('status', statuses), ...obstacle('identity', identities)];
}
