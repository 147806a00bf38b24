import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

import type { FunctionDefinition } from './function';
import type { LoadFault, Order, Outcome, Report } from './messages';
import { mutantArguments } from './mutation';
import type { Program } from './program';

/** One process with functions, for as long as it lives. */
export interface Instance {
  /** Never rejects: a process that ends before has loaded nothing, and says so of every function. */
  readonly loaded: Promise<{ readonly faults: readonly LoadFault[] }>;
  /** What it has loaded by now, without packages. */
  files(): readonly string[];
  hasEnded(): boolean;
  /** `event` is JSON. Never rejects. */
  invoke(definition: FunctionDefinition, event: string): Promise<Outcome>;
  end(): Promise<void>;
  /** Takes no further invocations, and ends after the last that runs. */
  retire(): void;
}

/** Takes what functions print. */
export type Print = (text: Buffer, stream: 'stdout' | 'stderr') => void;

interface InstanceOptions {
  readonly definitions: readonly FunctionDefinition[];
  readonly environment: Readonly<Record<string, string>>;
  readonly program: Program;
  readonly print: Print;
}

interface Waiting {
  readonly resolve: (outcome: Outcome) => void;
  readonly timer: NodeJS.Timeout;
}

/** A function is ended from outside this long after it should have ended itself: it blocks its process. */
const GRACE_MS = 2_000;
/** Of what a process wrote last, in characters: it says why it ended. */
const LAST_WORDS = 2_000;

/** Starts a process and loads functions in it. */
export function startInstance({ definitions, environment, program, print }: InstanceOptions): Instance {
  const child = forkProgram(program, definitions[0]?.root ?? process.cwd(), environment);
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let files: readonly string[] = [];
  let ended: string | undefined;
  let isRetired = false;
  let lastWords = '';
  let resolveLoaded: (loaded: { readonly faults: readonly LoadFault[] }) => void = () => undefined;
  const loaded = new Promise<{ readonly faults: readonly LoadFault[] }>((resolve) => (resolveLoaded = resolve));
  const left = new Set(program.faults.map(({ functionName }) => functionName));

  const settle = (id: number, outcome: Outcome): void => {
    const one = waiting.get(id);
    waiting.delete(id);
    clearTimeout(one?.timer);
    one?.resolve(outcome);
    if (isRetired && waiting.size === 0) void end();
  };
  const finish = (reason: string): void => {
    ended ??= reason;
    const message = [reason, lastWords.trim()].filter((text) => text !== '').join('\n');
    resolveLoaded({
      faults: definitions.map(({ name }) => ({ functionName: name, code: 'Runtime.ExitError', message })),
    });
    for (const id of [...waiting.keys()]) settle(id, failed('Runtime.ExitError', ended));
  };

  child.stdout?.on('data', (text: Buffer) => print(text, 'stdout'));
  child.stderr?.on('data', (text: Buffer) => {
    lastWords = (lastWords + text.toString()).slice(-LAST_WORDS);
    print(text, 'stderr');
  });
  child.on('message', (report: Report) => {
    files = report.files;
    if (report.kind === 'loaded') resolveLoaded({ faults: [...program.faults, ...report.faults] });
    else settle(report.id, report.outcome);
  });
  child.on('error', (error) => finish(`Runtime cannot start: ${error.message}`));
  child.on('exit', (code, signal) => finish(`Runtime exited with ${signal ?? `exit status ${code ?? '?'}`}`));
  order({ kind: 'load', definitions: definitions.filter(({ name }) => !left.has(name)) });

  function order(what: Order): void {
    // A process that has just ended is noticed by `exit`.
    child.send(what, () => undefined);
  }

  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  return {
    loaded,
    files: () => files,
    hasEnded: () => ended !== undefined,
    invoke({ name, timeoutMs }, event) {
      return new Promise((resolve) => {
        if (ended !== undefined) {
          resolve(failed('Runtime.ExitError', ended));
          return;
        }
        const id = nextId++;
        const timer = setTimeout(() => {
          settle(id, failed('Sandbox.Timedout', `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`));
          ended ??= 'Runtime was ended: a function blocked it beyond its timeout';
          child.kill('SIGKILL');
        }, timeoutMs + GRACE_MS);
        waiting.set(id, { resolve, timer });
        order({ kind: 'invoke', id, functionName: name, event });
      });
    },
    end,
    retire() {
      isRetired = true;
      if (waiting.size === 0) void end();
    },
  };
}

/** Modules that each process of functions loads before all else, by path; for studies that change its world. */
export const PRELOADED = new Set<string>();

function forkProgram({ file, execArgv }: Program, root: string, env: Readonly<Record<string, string>>): ChildProcess {
  return fork(file, [], {
    cwd: root,
    env,
    execArgv: [...[...PRELOADED].flatMap((file) => ['--require', file]), ...mutantArguments(), ...execArgv],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

function failed(errorType: string, errorMessage: string): Outcome {
  return { invocation: { ok: false, requestId: randomUUID(), error: { errorType, errorMessage } } };
}
