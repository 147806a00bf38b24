import type { Environment } from '../../shared/env';
import type { CommandResult } from './exit-codes';

export interface CliIo {
  readonly env: Environment;
  /** The first line of standard input that is not empty, or what there is. */
  readonly readInput: () => Promise<string>;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Whether standard error is a terminal. */
  readonly isTerminal?: boolean;
  /** Asks the user at the terminal, and waits for a line; undefined where there is no terminal. Rejects when it is interrupted. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  readonly now: () => Date;
  /** The terminal of standard output; undefined where there is none. */
  readonly screen?: Screen | undefined;
  /** Aborted by Ctrl-C and SIGTERM, which from the first call on no longer end the process. */
  readonly interrupted?: () => AbortSignal;
}

/** A terminal that is redrawn. */
export interface Screen {
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Replaces what it shows. */
  readonly draw: (lines: readonly string[]) => void;
}

export interface CommonOptions {
  readonly json?: boolean;
  readonly config?: string;
}

/** Prints a command's result, as text or with --json as JSON, and keeps its exit code. */
export type Finish = (result: CommandResult, options: Pick<CommonOptions, 'json'>) => void;
