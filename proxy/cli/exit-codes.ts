/** What a command's end says to a script. */
export const EXIT = { fine: 0, findings: 1, impossible: 2, refused: 3, notFollowed: 4, partlyFollowed: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `
Exit codes:
  0  success
  1  findings: the sides differ (parity), verify refuted something or left it behind, the token is not accepted, doctor, check or package found a fault (warnings alone are 0), the schedule failed, a route is rolled back, a proxy is silent or differs from the others
  2  usage error, or not possible: database, AWS or local system unreachable, variable missing, invalid configuration
  3  refused: evidence for a promotion is missing, or the step is not possible (a retired route cannot go back)
  4  rollback, resume, kill-switch: written, but no proxy follows, or none was seen in this database
  5  rollback, resume, kill-switch: written, but not every proxy follows; the output names those that do not`;

export interface CommandResult {
  readonly exitCode: ExitCode;
  readonly text: string;
  /** Printed instead of the text with --json. */
  readonly json: object;
}
