/** Which commands a fault concerns. Greetings of drivers (`hello`, `isMaster`) only when named, so that a fault meets the application. */
export interface CommandMatch {
  /** Command names as on the wire: `find`, `getMore`, `update`. All when left out. */
  readonly commands?: readonly string[];
  readonly collection?: string;
  /** How many commands it applies to; unlimited when left out. */
  readonly times?: number;
}

/** How matching commands fail. */
export interface FailureOptions extends CommandMatch {
  /** A MongoDB error code; the command then fails with it and has no effect. */
  readonly code?: number;
  readonly message?: string;
  readonly errorLabels?: readonly string[];
  /** Cuts the connection instead of answering: before the command runs, or after it has had its effect (a lost reply). */
  readonly closeConnection?: 'before running' | 'after running';
}

/** Takes one injected fault back. */
export interface InjectedFault {
  /** Commands it has met so far. */
  readonly hits: number;
  remove(): void;
}

/** Breaks the database on purpose, for tests of what depends on it. */
export interface FaultInjector {
  /** Cuts every connection and refuses new ones. Data stay. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  /** Cuts every open connection; new ones are welcome. */
  dropConnections(): void;
  /** Answers matching commands later. */
  delay(milliseconds: number, match?: CommandMatch): InjectedFault;
  /** Makes matching commands fail. */
  fail(options: FailureOptions): InjectedFault;
  /** Takes all delays and failures back and listens again. */
  clear(): Promise<void>;
}

/** What is to happen to one command. */
export interface FaultDecision {
  readonly delay: number;
  readonly failure: FailureOptions | undefined;
}

interface Rule {
  readonly match: CommandMatch;
  readonly delay?: number;
  readonly failure?: FailureOptions;
  hits: number;
}

const GREETINGS = new Set(['hello', 'isMaster', 'ismaster', 'endSessions', 'killCursors']);

/** The delays and failures that are set; the server asks it about every command. */
export class FaultRules {
  private readonly rules = new Set<Rule>();

  add(rule: Omit<Rule, 'hits'>): InjectedFault {
    const added: Rule = { ...rule, hits: 0 };
    this.rules.add(added);
    return {
      get hits() {
        return added.hits;
      },
      remove: () => void this.rules.delete(added),
    };
  }

  clear(): void {
    this.rules.clear();
  }

  /** Delays add up; of several failures the one set first applies. */
  decide(command: string, collection: string | undefined): FaultDecision {
    let delay = 0;
    let failure: FailureOptions | undefined;
    for (const rule of this.rules) {
      if (!concerns(rule.match, command, collection)) continue;
      if (rule.failure !== undefined && failure !== undefined) continue;
      rule.hits += 1;
      if (rule.hits === rule.match.times) this.rules.delete(rule);
      delay += rule.delay ?? 0;
      failure ??= rule.failure;
    }
    return { delay, failure };
  }
}

function concerns({ commands, collection }: CommandMatch, command: string, target: string | undefined): boolean {
  if (commands === undefined ? GREETINGS.has(command) : !commands.includes(command)) return false;
  return collection === undefined || collection === target;
}
