import { NoCredentials, NotAsked } from './aws';

/** What was found, in the order in which it is reported. */
export class Findings {
  private readonly lines: string[] = [];
  /** What must be put right before a deployment. */
  readonly faults: string[] = [];
  /** What AWS would not say. */
  readonly unchecked: string[] = [];

  title(text: string): void {
    this.line(text);
  }

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

  /** What depends on something that was reported before. */
  skipped(text: string): void {
    this.line(`  UNKNOWN  ${text}, see above`);
  }

  /** A line of a table. */
  plain(text: string): void {
    this.line(`  ${text}`);
  }

  /** Runs a check; when AWS cannot be asked, that is reported and the next one goes on. Throws NoCredentials. */
  async check(what: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof NotAsked) || error instanceof NoCredentials) throw error;
      this.notAsked(what, error);
    }
  }

  /** What AWS would not say, and why. */
  notAsked(what: string, { message }: NotAsked): void {
    const text = `${what}: ${message}`;
    this.unchecked.push(text);
    this.line(`  UNKNOWN  ${text}`);
  }

  get text(): string {
    return this.lines.join('\n');
  }

  private line(text: string): void {
    this.lines.push(text);
  }
}
