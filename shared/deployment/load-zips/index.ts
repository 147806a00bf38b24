import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { startMongo } from '../../local/mongo';
import { faultsOf } from './judge';
import { loadZip } from './load-zip';
import { environmentFor } from './placeholders';
import { probesOf } from './probes';
import { runtimeNode, type RuntimeNode } from './runtime-node';
import type { PackagedFunction, ServiceState } from './service-state';

/** A function as it was loaded. */
export interface LoadedFunction {
  readonly name: string;
  readonly isLifted: boolean;
  /** Until it could serve, in ms on this machine; undefined when it could not. */
  readonly startMs: number | undefined;
  /** Of its process then, in bytes. */
  readonly memory: number | undefined;
  readonly mongoClients: number | undefined;
  /** Variables that its own files read, are not declared, and were not missed. */
  readonly undeclared: readonly string[];
}

export interface LoadedZips {
  readonly loaded: readonly LoadedFunction[];
  /** Why functions must not be deployed, a sentence each. */
  readonly faults: readonly string[];
  readonly node: RuntimeNode;
}

interface LoadZipsOptions {
  /** Where the framework has left the zips, absolute. */
  readonly folder: string;
  readonly state: ServiceState;
  /** The project's, which packages are installed in. */
  readonly root: string;
}

/**
 * Loads every zip as the runtime would: in an empty folder, with only the environment that is declared for the function, placeholders for what a
 * deployment knows, and an empty MongoDB. Lifted apps are started. Functions that answer GET, and authorizers, are invoked once a path.
 *
 * Nothing reaches AWS; what else an app asks when it starts, it asks.
 */
export async function loadZips({ folder, state, root }: LoadZipsOptions): Promise<LoadedZips> {
  const node = runtimeNode(state.functions[0]?.runtime ?? '', root);
  const mongo = await startMongo({ env: {}, databaseName: 'package' });
  const runtime = await mkdtemp(path.join(tmpdir(), 'banyan-runtime-'));
  try {
    const runtimePackages = await linkSdk(runtime, root);
    const loaded: LoadedFunction[] = [];
    const faults: string[] = [];
    for (const one of state.functions) {
      // That it was not made is said where zips are counted.
      if (!existsSync(path.join(folder, `${one.name}.zip`))) continue;
      const { report, printed } = await loadZip({
        zip: path.join(folder, `${one.name}.zip`),
        runtime,
        handler: one.handler,
        probes: probesOf(one),
        execPath: node.execPath,
        environment: (taskRoot) => environmentFor(one, { ...state, taskRoot, mongodbUri: mongo.uri, runtimePackages }),
      });
      faults.push(...faultsOf(one, report, printed));
      loaded.push(describe(one, report));
    }
    return { loaded, faults, node };
  } finally {
    await rm(runtime, { recursive: true, force: true });
    await mongo.stop();
  }
}

function describe({ name, isLifted }: PackagedFunction, report: Parameters<typeof faultsOf>[1]): LoadedFunction {
  const { failure, startMs, memory, mongoClients, missingVariables = [] } = report;
  return {
    name,
    isLifted,
    startMs: failure === undefined ? startMs : undefined,
    memory: failure === undefined ? memory : undefined,
    mongoClients,
    undeclared: missingVariables.flatMap(([variable, file]) => (typeof file === 'string' ? [variable] : [])),
  };
}

/** The AWS SDK, which Lambda's Node.js runtimes bring along; from the project where it is installed. */
async function linkSdk(folder: string, root: string): Promise<string> {
  const packages = path.join(folder, 'node_modules');
  await mkdir(packages);
  const places = createRequire(path.join(root, 'package.json')).resolve.paths('@aws-sdk/x') ?? [];
  for (const scope of ['@aws-sdk', '@smithy'])
    for (const place of places)
      // The nearest that is there.
      if (await linked(path.join(place, scope), path.join(packages, scope))) break;
  return packages;
}

async function linked(from: string, to: string): Promise<boolean> {
  if (!existsSync(from)) return false;
  await symlink(from, to);
  return true;
}
