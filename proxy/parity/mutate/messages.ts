import type { Environment } from '../../../shared/env';
import type { CaseSource } from '../../../shared/parity/result';
import type { RunFlags } from '../project';
import type { Mutant } from './instrument';

/** What a worker needs to start: how the command was called. */
export interface WorkerOptions {
  readonly flags: RunFlags;
  readonly env: Environment;
  readonly routesFile: string;
  readonly local: { readonly control: string; readonly candidate: string };
  /** Files and folders to mutate; if empty, all of the functions' own files. */
  readonly files: readonly string[];
}

/** A case as named in reports. */
export interface CaseName {
  readonly route: string;
  readonly name: string;
  readonly identity: string;
  readonly source: CaseSource;
}

/** Sent to a worker, one at a time. Cases are given by their index in the plan, which is the same in all workers. */
export type Order =
  | { readonly kind: 'start'; readonly options: WorkerOptions }
  | { readonly kind: 'cover'; readonly cases: readonly number[] }
  | { readonly kind: 'list' }
  | { readonly kind: 'judge'; readonly mutant: string; readonly cases: readonly number[] };

/** What a case runs when no mutant is active. */
export interface Covered {
  readonly index: number;
  /** What differs even without a mutant, which makes the case useless. */
  readonly alarm?: string;
  readonly functions: readonly string[];
  readonly mutants: readonly string[];
}

/** The verdict of a worker on a mutant. */
export interface Judged {
  /** How many cases were sent. */
  readonly tried: number;
  /** The case that caught it. */
  readonly by?: number;
  /** The first difference. */
  readonly sign?: string;
  /** Whether the case took too long: the mutant may never end. */
  readonly isTimeout?: boolean;
}

/** All mutants, and the files that each function is made of. */
export interface Listed {
  readonly mutants: readonly Mutant[];
  /** By function; paths as in {@link Mutant.file}. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** Ids of mutants that are reached while functions are loaded. */
  readonly loaded: readonly string[];
}

/** Sent by a worker, one for each order. */
export type Report =
  | { readonly kind: 'started'; readonly cases: readonly CaseName[] }
  | { readonly kind: 'covered'; readonly covered: readonly Covered[] }
  | ({ readonly kind: 'listed' } & Listed)
  | ({ readonly kind: 'judged' } & Judged)
  | { readonly kind: 'failed'; readonly message: string; readonly code: string };
