import { randomUUID } from 'node:crypto';
import path from 'node:path';

import type { Logger } from '../../logger';
import { InvocationRefused } from './errors';
import type { FunctionDefinition, FunctionFailure, Invocation, LambdaFunction } from './function';
import { startInstance, type Instance, type Print } from './instance';
import { changedFile, timesOf, type FileTimes } from './file-times';
import type { LoadFault } from './messages';
import { endWithMutant } from './mutation';
import type { Program } from './program';

export interface FunctionProcess {
  readonly functions: readonly LambdaFunction[];
  /** Starts it unless it runs. Returns what cannot be loaded; each of their invocations fails with its reason. */
  start(): Promise<readonly LoadFault[]>;
  /** Ends the process; functions that run are not waited for. */
  close(): Promise<void>;
}

interface FunctionProcessOptions {
  readonly definitions: readonly FunctionDefinition[];
  /** All that the functions find in `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly program: () => Promise<Program>;
  readonly logger: Logger;
  /** Default: on to where this process prints. */
  readonly print?: Print;
}

const STOPPED = 'The functions have been stopped';
/** How often files are looked at while functions are called. */
const LOOK_EVERY_MS = 250;

interface Generation {
  readonly instance: Promise<Instance>;
  /** Grows as functions load more. */
  times: FileTimes;
  lookedAt: number;
}

/**
 * Runs functions in a process of their own, with exactly the environment given. The first invocation starts it; when it has ended, or one of its
 * files was edited, the next starts another, as Lambda does with instances.
 */
export function startFunctionProcess({
  definitions,
  environment,
  program,
  logger,
  print = (text, stream) => process[stream].write(text),
}: FunctionProcessOptions): FunctionProcess {
  const instances = new Set<Instance>();
  let isClosed = false;
  const wasClosed = (): boolean => isClosed;
  let current: Generation | undefined;

  const start = (): Generation => {
    const generation: Generation = { instance: load(), times: new Map(), lookedAt: Date.now() };
    return generation;

    async function load(): Promise<Instance> {
      const made = await program();
      if (wasClosed()) throw new Error(STOPPED);
      for (const one of instances) if (one.hasEnded()) instances.delete(one);
      const instance = startInstance({ definitions, environment, program: made, print });
      instances.add(instance);
      const { faults } = await instance.loaded;
      // It has been ended by `close`, not by a fault.
      if (wasClosed()) return instance;
      generation.times = await timesOf([...made.sources, ...instance.files()]);
      for (const { functionName, code, message } of faults) logger.error({ function: functionName, code }, message);
      return instance;
    }
  };

  async function usable(): Promise<Instance> {
    const generation = (current ??= start());
    const instance = await generation.instance.catch((error: unknown) => {
      if (generation === current) current = undefined;
      throw error;
    });
    const now = Date.now();
    // Several invocations may have waited for the same one.
    if (generation !== current) return usable();
    if (instance.hasEnded()) return (current = start()).instance;
    if (now - generation.lookedAt < LOOK_EVERY_MS) return instance;
    generation.lookedAt = now;
    const changed = await changedFile(generation.times);
    generation.times = await timesOf([...generation.times.keys(), ...instance.files()], generation.times);
    if (changed === undefined || generation !== current) return current.instance;
    logger.info({ file: path.relative(process.cwd(), changed) }, 'functions were edited and reloaded');
    current = start();
    instance.retire();
    return current.instance;
  }

  endWithMutant(
    definitions.map(({ name }) => name),
    async () => {
      const was = current;
      current = undefined;
      await (await was?.instance.catch(() => undefined))?.end();
    },
  );

  const functionOf = (definition: FunctionDefinition): LambdaFunction => ({
    definition,
    async invoke(event) {
      if (isClosed) return failed({ errorType: 'Runtime.ExitError', errorMessage: STOPPED });
      const instance = await usable();
      const { faults } = await instance.loaded;
      const fault = faults.find(({ functionName }) => functionName === definition.name);
      if (fault !== undefined) return failed({ errorType: fault.code, errorMessage: fault.message });
      const outcome = await instance.invoke(definition, JSON.stringify(event ?? {}));
      if ('invocation' in outcome) return outcome.invocation;
      const { message, code, statusCode } = outcome.refused;
      throw new InvocationRefused(message, { code, statusCode });
    },
  });

  return {
    functions: definitions.map(functionOf),
    start: async () => (await (await usable()).loaded).faults,
    async close() {
      isClosed = true;
      await Promise.all([...instances].map((instance) => instance.end()));
      await current?.instance.catch(() => undefined);
    },
  };
}

const failed = (error: FunctionFailure): Invocation => ({ ok: false, requestId: randomUUID(), error });
