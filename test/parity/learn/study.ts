import { compareResponses } from '../../../shared/parity/compare';
import { describeDifference } from '../../../shared/parity/exchange';
import { seededRandom } from '../html/random';
import { learnedRules, NOW } from '../learned-rules';
import { NOISE_PAIRS } from './pairs';

export interface JudgedPair {
  readonly name: string;
  readonly rules: readonly string[];
  /** What differs without a fault once the rules are there. */
  readonly noise: readonly string[];
  /** What shows the fault; empty: the rules hide it. */
  readonly signs: readonly string[];
  readonly isLeftToAPerson: boolean;
}

/** Answers that legacy is learned from; half of the others are then taken for Lambda's. */
const ASKED = 5;

/** Learns from legacy, as `banyan parity learn` does, and looks for the fault that comes later. */
export async function studyLearning(seed: number): Promise<readonly JudgedPair[]> {
  const judged: JudgedPair[] = [];
  for (const [i, { name, legacy, fault, isLeftToAPerson = false }] of NOISE_PAIRS.entries()) {
    const random = seededRandom(seed * 1_000 + i);
    const answers = Array.from({ length: ASKED + 2 }, (_, n) => legacy({ n, random }));
    const { rules } = await learnedRules([answers.slice(0, ASKED)]);
    const [control, candidate] = answers.slice(ASKED);
    if (control === undefined || candidate === undefined) continue;
    const moment = { from: NOW, to: NOW + 1 };
    const differences = (other: typeof control): readonly string[] =>
      compareResponses(control, other, { rules, moments: { control: moment, candidate: moment } }).map(
        describeDifference,
      );
    judged.push({
      ...{ name, isLeftToAPerson },
      rules: rules.map(({ kind, path, pattern, within }) => `${kind} ${path} ${pattern ?? within ?? ''}`),
      noise: differences(candidate),
      signs: differences(fault(candidate, { n: ASKED + 1, random })),
    });
  }
  return judged;
}
