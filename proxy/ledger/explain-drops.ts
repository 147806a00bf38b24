import { writeRules } from '../../shared/parity/propose-rule';
import type { ShadowDropReason } from '../observation';
import type { RouteEvidence } from './evidence';

/** Why copies of requests were not compared, and what would change that. */
export interface DropExplanation {
  readonly text: string;
  readonly remedy: string;
  /** Most copies are dropped for a reason that will not go away: waiting gathers no evidence. */
  readonly isStuck: boolean;
}

const MEANINGS: Readonly<Record<ShadowDropReason, string>> = {
  busy: 'no place was free',
  memory: 'no memory was free',
  slow: "legacy's answer took too long",
  'answer-too-large': "the answer is longer than the route's shadow.maxBodyBytes",
  'legacy-failed': 'legacy answered with 5xx or not in full',
  'client-gone': 'the client left before it had the whole answer',
  'gateway-refused': 'API Gateway refused the copy',
  noise: "legacy's own answers differ, and nothing else does",
};

const REMEDIES: Readonly<Record<ShadowDropReason, string>> = {
  busy: "lower the route's shadow.sample",
  memory: "lower the route's shadow.sample",
  slow: 'streams and long polls cannot be compared live: replay a recording, or keep the route on legacy',
  'answer-too-large': "raise the route's shadow.maxBodyBytes",
  'legacy-failed': 'find out why legacy fails',
  'client-gone': 'none needed: legacy is not at fault',
  'gateway-refused': 'check that API Gateway has the route and admits the proxy',
  noise: 'run banyan parity learn, and add the rules that it proposes',
};

/** Reasons that say something of the moment and not of the route. */
const PASSING: ReadonlySet<ShadowDropReason> = new Set(['busy', 'memory', 'client-gone']);
/** Rules shown at once. */
const MAX_RULES = 5;

/** What became of copies that were not compared; undefined when all were. Pure. */
export function explainDrops({
  routeId,
  drops,
  noise,
  comparisons,
}: Pick<RouteEvidence, 'routeId' | 'drops' | 'noise' | 'comparisons'>): DropExplanation | undefined {
  const sorted = [...drops].sort((a, b) => b.count - a.count);
  const [first] = sorted;
  if (first === undefined) return undefined;
  const dropped = sorted.reduce((sum, { count }) => sum + count, 0);
  const compared = comparisons.filter(({ source }) => source === 'shadow').reduce((sum, { count }) => sum + count, 0);
  const reasons = sorted.map(({ reason, count }) => `${count} ${reason} (${MEANINGS[reason]})`).join(', ');
  const places = noise.map(({ path }) => path);
  const at = first.reason === 'noise' && places.length > 0 ? ` at ${places.slice(0, MAX_RULES).join(', ')}` : '';
  return {
    text: `${dropped} ${dropped === 1 ? 'copy' : 'copies'} dropped: ${reasons}${at}`,
    remedy: first.reason === 'noise' ? rulesFor(routeId, noise) : REMEDIES[first.reason],
    isStuck: !PASSING.has(first.reason) && first.count > compared && (first.reason !== 'noise' || places.length > 0),
  };
}

function rulesFor(routeId: string, noise: RouteEvidence['noise']): string {
  const rules = writeRules(routeId, noise);
  const impossible = noise.filter(({ kind }) => kind === 'none').map(({ path }) => path);
  const parts = [
    ...(rules.length === 0
      ? []
      : [`add to the parity rules, with a reason, and restart the proxies: ${rules.slice(0, MAX_RULES).join(' ')}`]),
    ...(impossible.length === 0
      ? []
      : [
          `no rule covers ${impossible.slice(0, MAX_RULES).join(', ')} by what one pair of answers shows: run banyan parity learn, or make legacy repeat itself there`,
        ]),
  ];
  return parts.length === 0 ? REMEDIES.noise : parts.join('; ');
}
