import { addRules, RouteNoise, type Noise, type Unlearnable } from '../../proxy/parity/learn';
import type { ObservedResponse } from '../../shared/parity/exchange';
import type { Rule } from '../../shared/parity/rules';
import { parseRules } from '../../shared/parity/rules-file';

export interface LearnedRules {
  readonly rules: readonly Rule[];
  readonly noise: readonly Noise[];
  readonly unlearnable: readonly Unlearnable[];
}

const ROUTE = 'GET /';

/**
 * What `banyan parity learn` makes of answers of legacy, once a person has given every rule a reason.
 *
 * @param requests answers to the same request each, in the order in which it was asked
 */
export async function learnedRules(requests: readonly (readonly ObservedResponse[])[]): Promise<LearnedRules> {
  const route = new RouteNoise(ROUTE, []);
  for (const responses of requests) {
    const [first, ...others] = responses.map((response) => ({
      ...{ response, ms: 1, moment: { from: NOW, to: NOW + 1 }, changes: [] },
      request: { method: 'GET', path: '/', headers: [] },
    }));
    for (const again of others) if (first !== undefined) await route.compare(first, again);
  }
  const { noise, unlearnable } = route.result();
  const text = addRules('', noise, '2099-01-01')
    .replaceAll('reason: ""', 'reason: legacy differs from itself')
    .replaceAll('owner: ""', 'owner: study');
  return { rules: parseRules(text, 'learned.yml'), noise, unlearnable };
}

/** When all answers were given: 2026-11-29. */
export const NOW = 1_795_910_400_000;
