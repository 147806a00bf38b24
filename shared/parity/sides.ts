import type { Change, Snapshot } from './database-effects';

/** A running control or candidate. */
export interface StartedSide {
  readonly url: string;
  /** With the database that this side alone uses. */
  readonly mongodbUri: string;
  /** Empties the queues and returns what was in them, by `queue <name>`. */
  readonly takeMessages?: () => Promise<Snapshot>;
  /** Puts back what the side keeps outside its database, given what a request has changed inside; the database is restored already. */
  readonly restore?: (changes: readonly Change[]) => Promise<void>;
}

/** Control and candidate, each on data of its own. */
export interface StartedSides {
  readonly control: StartedSide;
  /** `url` is the gateway's, with the stage. */
  readonly candidate: StartedSide & {
    /** A monolith on the candidate's data: for what the proxy keeps on legacy. */
    readonly legacyUrl: string;
  };
  /** The variables that `session` of banyan.config.ts reads, of both sides: with them a run makes sessions of every age. Give two secrets. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Stops both and removes their databases. */
  close(): Promise<void>;
}

/** Default export of `parity.system`: starts both sides with equal data. `run` makes the names of their databases unique. */
export type StartSides = (options: {
  readonly run: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}) => Promise<StartedSides>;
