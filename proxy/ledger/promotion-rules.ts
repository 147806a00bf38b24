/** Something that stands in the way, and what would remove it. */
export interface Obstacle {
  readonly kind:
    | 'order'
    | 'override'
    | 'clients'
    | 'stratum'
    | 'mismatch'
    | 'suite'
    | 'coverage'
    | 'answers'
    | 'middleware'
    | 'ledger';
  readonly text: string;
  readonly remedy: string;
  /** What would do as well, each as the end of "or ...". */
  readonly alternatives?: readonly string[];
}

/** What would remove an obstacle: one of these will do. */
export function remediesOf({
  remedy,
  alternatives = [],
}: Pick<Obstacle, 'remedy' | 'alternatives'>): readonly string[] {
  return [remedy, ...alternatives.map((other) => `or ${other}`)];
}

export interface EvidenceRules {
  /** The share of clients who would see a mismatch must be shown to lie below. */
  readonly maxMismatchRate: number;
  /** Requests that Lambda has answered to clients on canary, before all clients go there; on lambda, before legacy's code goes. */
  readonly minAnswers: { readonly canary: number; readonly lambda: number };
  /** For trying out: evidence gathered on the embedded MongoDB counts, no answers to clients are asked for, and one client that is known well will do. */
  readonly development: boolean;
  /** Whoever vouches for a route with few clients, by recordings and the suite. */
  readonly approvedBy?: string | undefined;
}

export const DEFAULT_RULES: EvidenceRules = {
  maxMismatchRate: 0.01,
  minAnswers: { canary: 100, lambda: 1_000 },
  development: false,
};

/** Before what else is to be done: on this database nothing of it would help. */
export const EMBEDDED =
  'evidence from the embedded MongoDB counts only in development: use a real MongoDB, or --development; then ';
