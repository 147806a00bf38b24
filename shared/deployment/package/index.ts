/**
 * `npm run package -- --stage dev`: what would be deployed, in `.serverless/`, with no credentials and no network.
 *
 * `${ssm:}` and `${cf:}` of a stage are answered on this machine with placeholders, so the result is for checking, not for deploying.
 */
import { parseArgs } from 'node:util';

import { packageStage } from './package-stage';
import { STACK_LIMIT_RESOURCES } from './stacks';
import { ZIP_LIMIT_BYTES } from './zips';

const HELP = `npm run package -- --stage <stage>: what would be deployed, in .serverless/, with no credentials and no network.

  --stage <stage>   dev, test, staging or prod: a file of lambda/eventsapp/stages/

lambda/README.md says more.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { stage: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const { stage, zips, kinds, stacks, faults, hasPlaceholders } = await packageStage({
    stage: values.stage,
    output: '.serverless',
  });
  for (const { functionName, bytes } of zips) {
    const kind = kinds[functionName];
    const limit = kind === undefined ? '' : `  of ${ZIP_LIMIT_BYTES[kind] / 1000}  ${kind}`;
    console.log(`${functionName.padEnd(24)}${(bytes / 1000).toFixed(1).padStart(7)} kB${limit}`);
  }
  for (const { name, resources } of stacks) {
    console.log(`stack ${name}: ${resources} resources of ${STACK_LIMIT_RESOURCES}`);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  console.log(`Packaged ${zips.length} functions for ${stage} into .serverless/`);
  if (hasPlaceholders) {
    console.log(
      `What ${stage} looks up in AWS is a placeholder here: this artefact is for checks, not for deployment.`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
