import type { ProbeApi } from './probe-api';

/** A row of the table in shared/local/gateway/README.md, which is written from these. */
export interface Semantic {
  /** Markdown. */
  readonly behaviour: string;
  /** Where it is said, or who has seen it. Markdown. */
  readonly follows: string;
  /** Asks a gateway. @throws Refuted when it does otherwise; a text says why no one asks. */
  readonly probe: ((api: ProbeApi) => Promise<void>) | string;
}
