import type { Route } from '../route-table/route';
import { counted } from '../statistics/counted';
import { percentText } from '../statistics/percent';
import { cleanOfPopulation, cleanTrialsNeeded, shareBound } from '../statistics/share-bound';
import { COVERAGE_DAYS, type ClientEvidence, type Stratum } from './client-evidence';
import { SEEN_WELL } from './clients';
import type { RouteEvidence } from './evidence';
import { explainDrops } from './explain-drops';
import { EMBEDDED, type EvidenceRules, type Obstacle } from './promotion-rules';

/** Why the clients of a route suffice: so many that the rest is like them; all of them; or a person's word, where there are few. */
export type Ground = 'bound' | 'coverage' | 'approval';

/** What is known of a route's clients. */
type KnownOfClients = Pick<RouteEvidence, 'routeId' | 'comparisons' | 'clients' | 'replayed'>;

type Facts = Partial<Pick<Route, 'shadow'>>;

/** So many clients say something of each other: one alone may be anyone, or sent to make evidence. */
const MIN_CLIENTS = 3;
/** Where few clients have to do, a fault that comes and goes must not hide in few comparisons either. */
const MAX_HIDDEN_RATE = 0.05;
const MIN_EQUAL = cleanTrialsNeeded(0, 0, MAX_HIDDEN_RATE) ?? Infinity;

/** Comparisons that count: live or replayed, gathered on a database that counts. Pure. */
export function countedComparisons(
  { comparisons }: Pick<RouteEvidence, 'comparisons'>,
  { development }: Pick<EvidenceRules, 'development'>,
  sources: readonly string[] = ['shadow', 'replay'],
): { readonly count: number; readonly different: number; readonly notCounted: number } {
  const real = comparisons.filter(({ source }) => sources.includes(source));
  const kept = real.filter(({ database }) => development || database === 'mongodb');
  const sum = (list: typeof real, of: 'count' | 'different') => list.reduce((total, entry) => total + entry[of], 0);
  const count = sum(kept, 'count');
  return { count, different: sum(kept, 'different'), notCounted: sum(real, 'count') - count };
}

/** On what ground clients suffice; undefined when they do not. Strata and reproduced mismatches are asked apart. Pure. */
export function groundOf(route: Facts, evidence: KnownOfClients, rules: EvidenceRules): Ground | undefined {
  const { counted: trials, mismatching } = evidence.clients;
  if (shareBound(mismatching, trials) < rules.maxMismatchRate) return 'bound';
  if (mismatching > 0 || !isFew(evidence.clients, rules)) return undefined;
  if (missingForCoverage(route, evidence, rules).length === 0) return 'coverage';
  const isApproved = rules.approvedBy !== undefined && equal(evidence, rules, ['replay']) >= MIN_EQUAL;
  return isApproved && evidence.replayed === 0 ? 'approval' : undefined;
}

/** What the clients of a route say against its promotion. Pure. */
export function clientObstacles(route: Facts, evidence: RouteEvidence, rules: EvidenceRules): readonly Obstacle[] {
  const ground = groundOf(route, evidence, rules);
  return [
    ...mismatchObstacles(evidence),
    ...(ground === undefined ? [tooFew(route, evidence, rules)] : []),
    ...stratumObstacles(evidence.clients, ground),
  ];
}

function mismatchObstacles({ clients: { blocking }, replayed }: KnownOfClients): Obstacle[] {
  return [
    ...blocking.map(({ place, clients }): Obstacle => ({
      kind: 'mismatch',
      text: `Lambda differs at ${place}, reproduced, for ${counted(clients, 'client')}`,
      remedy: 'fix it and redeploy, which starts a new count, or allow it in the parity rules, with a reason',
    })),
    ...(replayed === 0
      ? []
      : [
          {
            kind: 'mismatch' as const,
            text: `${counted(replayed, 'exchange')} of the latest replay ${replayed === 1 ? 'differs' : 'differ'}`,
            remedy: 'fix it and redeploy, or add rules, and replay it again',
          },
        ]),
  ];
}

/** 401s of strangers are no evidence for users: what a stratum is given, clients of its own have to have been given alike. */
function stratumObstacles({ strata }: ClientEvidence, ground: Ground | undefined): Obstacle[] {
  const isServed = strata.some(({ status, clean }) => /^[23]/.test(status) && clean > 0);
  return [
    ...(isServed || ground === undefined || ground === 'approval'
      ? []
      : [
          {
            kind: 'stratum' as const,
            text: `no client was compared that legacy serves (2xx or 3xx): ${describeStrata(strata)}`,
            remedy: 'wait for such clients, or find out why their copies are dropped',
          },
        ]),
    ...strata
      .filter(({ clients, clean }) => clean < Math.min(MIN_CLIENTS, clients))
      .map((stratum): Obstacle => ({
        kind: 'stratum',
        text: `${describeStrata([stratum])}, needed are ${Math.min(MIN_CLIENTS, stratum.clients)}`,
        remedy: 'see what differs for them, and wait for more of them',
      })),
  ];
}

function tooFew(route: Facts, evidence: RouteEvidence, rules: EvidenceRules): Obstacle {
  const { clients, otherVersions } = evidence;
  const { count, different, notCounted } = countedComparisons(evidence, rules);
  const { counted: trials, mismatching, lost, waiting } = clients;
  const dropped = explainDrops(evidence);
  const hints = [
    ...(clients.strata.length > 0 ? [describeStrata(clients.strata)] : []),
    ...(lost > 0 ? [`${lost} count as if they had, because their copies could not be compared`] : []),
    ...(waiting > 0 ? [`${waiting} more are not known well enough yet`] : []),
    `${counted(count, 'live or replayed comparison')}, ${different} different`,
    ...(notCounted > 0 ? [`${notCounted} from the embedded MongoDB do not count`] : []),
    ...otherVersions.map(
      (other) => `${other.count} are of legacy ${other.legacy} and Lambda ${other.lambda}, a different pair`,
    ),
    ...(dropped === undefined ? [] : [dropped.text]),
  ];
  const needed = cleanTrialsNeeded(mismatching, trials, rules.maxMismatchRate);
  const stuck = dropped?.isStuck === true ? `waiting does not help: ${dropped.remedy}; then ` : '';
  const text = `${describeShare(clients)}, allowed is less than ${percentText(rules.maxMismatchRate)}; ${hints.join('; ')}`;
  if (needed === undefined)
    return { kind: 'clients', text, remedy: 'fix the mismatches and redeploy; each build starts a new count' };
  const wait = `keep the route on shadow until ${needed} more clients were compared without a mismatch`;
  const isShort = mismatching === 0 && isFew(clients, rules);
  return {
    ...{ kind: 'clients', text, remedy: `${stuck}${notCounted > 0 ? EMBEDDED : ''}${wait}` },
    ...(isShort && { alternatives: [byCoverage(route, evidence, rules), byApproval(evidence, rules)] }),
  };
}

function byCoverage(route: Facts, evidence: KnownOfClients, rules: EvidenceRules): string {
  return `compare nearly all of its few clients (${evidence.clients.known} known); missing: ${missingForCoverage(route, evidence, rules).join(', ')}`;
}

function byApproval(evidence: KnownOfClients, rules: EvidenceRules): string {
  const replays = equal(evidence, rules, ['replay']);
  const more = `replay a recording with ${MIN_EQUAL - replays} more equal exchanges, and `;
  return `as it has few clients, ${replays < MIN_EQUAL ? more : ''}have a person vouch: --approved-by <name>`;
}

/** What is missing until the clients so far are all clients, as good as. */
function missingForCoverage({ shadow }: Facts, evidence: KnownOfClients, rules: EvidenceRules): readonly string[] {
  const { known, covered, days } = evidence.clients;
  const compared = equal(evidence, rules, ['shadow', 'replay']);
  const needed = rules.development ? 1 : Math.max(1, cleanOfPopulation(known, rules.maxMismatchRate));
  const [minDays, minClients] = rules.development ? [0, 1] : [COVERAGE_DAYS, MIN_CLIENTS];
  return [
    ...(covered < needed
      ? [`${needed - covered} more compared ${SEEN_WELL} times, all equal (${covered} of ${needed} are)`]
      : []),
    ...(known < minClients ? [`at least ${minClients} clients`] : []),
    ...(days < minDays ? [`${counted(minDays - days, 'more day')} of requests`] : []),
    ...(compared < MIN_EQUAL ? [counted(MIN_EQUAL - compared, 'more equal comparison')] : []),
    ...((shadow?.sample ?? 1) < 1 ? ['shadow.sample: 1, as clients outside the sample are not known'] : []),
  ];
}

/** Many are for the bound alone: two ways to be wrong would be wrong twice as often. */
const isFew = ({ known }: ClientEvidence, { maxMismatchRate }: EvidenceRules): boolean =>
  known < (cleanTrialsNeeded(0, 0, maxMismatchRate) ?? Infinity);

function equal(evidence: KnownOfClients, rules: EvidenceRules, sources: readonly string[]): number {
  const { count, different } = countedComparisons(evidence, rules, sources);
  return count - different;
}

/** How many clients saw what, and what that comes to. */
export function describeShare({ counted: trials, mismatching }: ClientEvidence): string {
  return `${counted(trials, 'client')}, ${mismatching} with a mismatch: the share may be as high as ${percentText(shareBound(mismatching, trials))}`;
}

/** `2xx user 10 of 10 clean, 4xx anonymous 1 of 2 clean`. */
export function describeStrata(strata: readonly Stratum[]): string {
  return strata.map(({ status, kind, clients, clean }) => `${status} ${kind} ${clean} of ${clients} clean`).join(', ');
}
