import { randomUUID } from 'node:crypto';
import path from 'node:path';

import type { Logger } from '../../logger';
import { InvocationRefused } from './errors';
import type { FunctionDefinition, FunctionFailure, Invocation, LambdaFunction } from './function';
import { startInstance, type Instance } from './instance';
import { changedFile, timesOf, type FileTimes } from './file-times';
import type { LoadFault } from './messages';

export interface FunctionProcess {
  readonly functions: readonly LambdaFunction[];
  /** Those that cannot be loaded; each of their invocations fails with its reason. */
  loaded(): Promise<readonly LoadFault[]>;
  /** Ends the process; functions that run are not waited for. */
  close(): Promise<void>;
}

interface FunctionProcessOptions {
  readonly definitions: readonly FunctionDefinition[];
  /** All that the functions find in `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

/** How often files are looked at while functions are called. */
const LOOK_EVERY_MS = 250;

interface Generation {
  readonly instance: Instance;
  /** Grows as functions load more; undefined until they are loaded. */
  times: FileTimes | undefined;
  lookedAt: number;
}

/**
 * Runs functions in a process of their own, with exactly the environment given. It starts now; when it has ended, or one of its files was
 * edited, the next invocation starts another, as Lambda does with instances.
 */
export function startFunctionProcess({ definitions, environment, logger }: FunctionProcessOptions): FunctionProcess {
  const instances = new Set<Instance>();
  let isClosed = false;
  let current = start();

  function start(): Generation {
    const instance = startInstance({ definitions, environment });
    for (const one of instances) if (one.hasEnded()) instances.delete(one);
    instances.add(instance);
    const generation: Generation = { instance, times: undefined, lookedAt: Date.now() };
    void instance.loaded.then(async ({ faults }) => {
      generation.times = await timesOf(instance.files());
      for (const { functionName, code, message } of faults) logger.error({ function: functionName, code }, message);
    });
    return generation;
  }

  async function usable(): Promise<Instance> {
    const generation = current;
    if (generation.instance.hasEnded()) {
      // Several invocations may have waited for the same one.
      if (generation === current) current = start();
      return current.instance;
    }
    await generation.instance.loaded;
    const now = Date.now();
    if (now - generation.lookedAt < LOOK_EVERY_MS) return generation.instance;
    generation.lookedAt = now;
    const changed = await changedFile(generation.times);
    generation.times = await timesOf(generation.instance.files(), generation.times);
    if (changed === undefined || generation !== current) return current.instance;
    logger.info({ file: path.relative(process.cwd(), changed) }, 'functions were edited: loaded anew');
    current = start();
    generation.instance.retire();
    return current.instance;
  }

  const functionOf = (definition: FunctionDefinition): LambdaFunction => ({
    definition,
    async invoke(event) {
      if (isClosed) return failed({ errorType: 'Runtime.ExitError', errorMessage: 'The functions have been stopped' });
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
    loaded: async () => (await current.instance.loaded).faults,
    async close() {
      isClosed = true;
      await Promise.all([...instances].map((instance) => instance.end()));
    },
  };
}

const failed = (error: FunctionFailure): Invocation => ({ ok: false, requestId: randomUUID(), error });
