import type { Environment } from '../../../shared/env';
import type { CaseSource } from '../../../shared/parity/result';
import type { RunFlags } from '../project';
import type { Mutant } from './instrument';

/** What a worker needs to be one: as the command was called. */
export interface WorkerOptions {
  readonly flags: RunFlags;
  readonly env: Environment;
  readonly routesFile: string;
  readonly local: { readonly control: string; readonly candidate: string };
  /** Files and folders whose mutants are made; all of the functions' own when empty. */
  readonly files: readonly string[];
}

/** A case as reports name it. */
export interface CaseName {
  readonly route: string;
  readonly name: string;
  readonly identity: string;
  readonly source: CaseSource;
}

/** To a worker, one at a time. Cases by their places in the plan, which is the same in all. */
export type Order =
  | { readonly kind: 'start'; readonly options: WorkerOptions }
  | { readonly kind: 'cover'; readonly cases: readonly number[] }
  | { readonly kind: 'list' }
  | { readonly kind: 'judge'; readonly mutant: string; readonly cases: readonly number[] }
  | { readonly kind: 'close' };

/** What a case runs when no mutant is active. */
export interface Covered {
  readonly index: number;
  /** What differs without a mutant, so that the case can show nothing. */
  readonly alarm?: string;
  readonly functions: readonly string[];
  readonly mutants: readonly string[];
}

/** What became of a mutant. */
export interface Judged {
  /** How many cases were sent. */
  readonly tried: number;
  /** The one that has caught it. */
  readonly by?: number;
  /** The first difference. */
  readonly sign?: string;
  /** Caught by its time only. */
  readonly isTimeout?: boolean;
}

/** All mutants, and of which files each function is made. */
export interface Listed {
  readonly mutants: readonly Mutant[];
  /** By function; files as mutants name them. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** Ids of mutants that are passed while functions are loaded. */
  readonly loaded: readonly string[];
}

/** From a worker, one for each order. */
export type Report =
  | { readonly kind: 'started'; readonly cases: readonly CaseName[] }
  | { readonly kind: 'covered'; readonly covered: readonly Covered[] }
  | ({ readonly kind: 'listed' } & Listed)
  | ({ readonly kind: 'judged' } & Judged)
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string };
