import { NoCredentials, NotAsked } from './aws';

/** What was found, in the order in which it is told. */
export class Findings {
  private readonly lines: string[] = [];
  /** What must be put right before a deployment. */
  readonly faults: string[] = [];
  /** What AWS would not say. */
  readonly unchecked: string[] = [];

  constructor(private readonly write: (line: string) => void = () => undefined) {}

  heading(text: string): void {
    this.line('');
    this.line(text);
  }

  ok(text: string): void {
    this.line(`  ok       ${text}`);
  }

  note(text: string): void {
    this.line(`  note     ${text}`);
  }

  fault(text: string): void {
    this.faults.push(text);
    this.line(`  WRONG    ${text}`);
  }

  /** What depends on something that was told before. */
  skipped(text: string): void {
    this.line(`  UNKNOWN  ${text}, see above`);
  }

  /** A line of a table. */
  plain(text: string): void {
    this.line(`  ${text}`);
  }

  /**
   * Runs a check; when AWS cannot be asked, that is told, and the next check goes on.
   *
   * @throws NoCredentials
   */
  async check(what: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof NotAsked) || error instanceof NoCredentials) throw error;
      const text = `${what}: ${error.message}`;
      this.unchecked.push(text);
      this.line(`  UNKNOWN  ${text}`);
    }
  }

  get text(): string {
    return this.lines.join('\n');
  }

  private line(text: string): void {
    this.lines.push(text);
    this.write(text);
  }
}
