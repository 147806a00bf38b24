/** One thing that must hold for long or under load. */
export interface Check {
  /** What one types to run it alone: `npm run soak -- reload`. */
  readonly name: string;
  /** What must hold, in a line. */
  readonly title: string;
  /** What it may take beyond its load, in seconds; default 240. */
  readonly grace?: number;
  /**
   * Resolves with the figures to print.
   *
   * @throws Error saying what did not hold
   */
  run(options: SoakOptions): Promise<string>;
}

export interface SoakOptions {
  /** How long a load lasts. */
  readonly seconds: number;
  /** From 0 to 1: what of the fixed numbers of requests is sent. */
  readonly scale: number;
  /** Folder of the compiled subjects. */
  readonly built: string;
  /** For files; removed afterwards. */
  readonly folder: string;
  /** Says how far the work is; shown while it lasts. */
  readonly progress: (text: string) => void;
}
