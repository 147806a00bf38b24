/** Exit codes, for scripts. */
export const EXIT = { fine: 0, findings: 1, impossible: 2, refused: 3, notFollowed: 4, partlyFollowed: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0  success
  1  findings: the command reports a fault or a difference (warnings alone are 0)
  2  usage error, invalid configuration, or a database, AWS or local system that cannot be reached
  3  refused: evidence is missing, or the step is not possible
  4  rollback, resume, kill-switch: written, but no proxy follows
  5  rollback, resume, kill-switch: written, but the proxies named do not follow`;

export interface CommandResult {
  readonly exitCode: ExitCode;
  readonly text: string;
  /** Printed instead of the text with --json. */
  readonly json: object;
}
