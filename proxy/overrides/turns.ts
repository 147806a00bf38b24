/** Runs one operation after the other, so that what was read before a change never replaces what was confirmed after it. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** @returns what the work returns, or its error; neither keeps later work from running */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Resolves once everything that was asked for before is over. */
  async settled(): Promise<void> {
    await this.last;
  }
}
