/** Which value of the candidate stands for which of the control, one to one, for one exchange or a sequence: ids and tokens that each side made up. */
export class Renaming {
  /** When each side was first asked, in ms since the epoch; a sequence goes back to its first request. */
  begun: { readonly control: number; readonly candidate: number } | undefined;
  private readonly toCandidate = new Map<string, string>();
  private readonly toControl = new Map<string, string>();

  isBound(control: string, candidate: string): boolean {
    return this.toCandidate.get(control) === candidate;
  }

  /** Whether neither stands for anything else. */
  canBind(control: string, candidate: string): boolean {
    return !this.toCandidate.has(control) && !this.toControl.has(candidate);
  }

  bind(control: string, candidate: string): void {
    this.toCandidate.set(control, candidate);
    this.toControl.set(candidate, control);
  }

  candidateOf(control: string): string | undefined {
    return this.toCandidate.get(control);
  }

  get size(): number {
    return this.toCandidate.size;
  }

  /** Pairs bound after the first `since`. */
  pairs(since = 0): readonly (readonly [control: string, candidate: string])[] {
    return [...this.toCandidate].slice(since);
  }

  /** A request meant for the control, as the candidate must get it: `GET /A` becomes `GET /B`. */
  forCandidate(text: string): string {
    if (this.size === 0) return text;
    let translated = text;
    for (const [control, candidate] of this.toCandidate) translated = translated.replaceAll(control, candidate);
    return translated;
  }
}
