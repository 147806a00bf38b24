import path from 'node:path';
import type { Packaged } from '../../../shared/deployment/package/package-stage';
import { STACK_LIMIT_RESOURCES } from '../../../shared/deployment/package/stacks';
import { EXIT, type CommandResult } from '../exit-codes';

const NAME_WIDTH = 24;

/** Each zip with its limit, each stack, then what is wrong. Pure but for the working directory. */
export function describePackage(packaged: Packaged): CommandResult {
  const { stage, output, zips, limits, stacks, faults, hasPlaceholders } = packaged;
  const kB = (bytes: number) => (bytes / 1000).toFixed(1).padStart(7);
  const lines = [
    ...zips.map(({ functionName, bytes }) => {
      const limit = limits.get(functionName);
      const of = limit === undefined ? '' : `  of ${limit.bytes / 1000}  ${limit.kind}`;
      return `${functionName.padEnd(NAME_WIDTH)}${kB(bytes)} kB${of}`;
    }),
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
    json: { stage, output, zips, stacks, faults, hasPlaceholders },
  };
}

const fromHere = (folder: string): string => path.relative(process.cwd(), folder) || '.';
