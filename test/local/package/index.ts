/**
 * `npm run package -- --stage dev`: what would be deployed, in `.serverless/`, with no credentials and no network.
 *
 * `${ssm:}` and `${cf:}` of a stage are answered on this machine with placeholders, so the result is for checking, not for deploying.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { parse } from 'yaml';

import { runServerless } from './run-serverless';
import { startPlaceholderAws } from './placeholder-aws';
import { findLookups } from './stage-lookups';
import { listZips, zipFaults } from './zips';

const ROOT = join(__dirname, '../../..');

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { stage: { type: 'string' } } });
  const stage = await knownStage(values.stage);
  const aws = await startPlaceholderAws(findLookups(await readFile(stageFile(stage), 'utf8')));
  try {
    await runServerless({ root: ROOT, stage, awsUrl: aws.url });
  } finally {
    await aws.close();
  }

  const zips = await listZips(join(ROOT, '.serverless'));
  for (const { functionName, bytes } of zips) console.log(`${functionName.padEnd(24)}${kilobytes(bytes).padStart(10)}`);
  const faults = zipFaults(zips, await functionNames());
  if (faults.length > 0) throw new Error(faults.join('\n'));
  console.log(`Packaged ${zips.length} functions for ${stage} into .serverless/`);
  if (aws.requests.length > 0) {
    console.log(
      `${aws.requests.length} values of ${stage} are placeholders: this artefact is for checking, not for deploying.`,
    );
  }
}

async function knownStage(stage: string | undefined): Promise<string> {
  const files = await readdir(join(ROOT, 'lambda/stages'));
  const stages = files.map((name) => name.replace(/\.yml$/, '')).sort();
  if (stage !== undefined && stages.includes(stage)) return stage;
  throw new Error(
    `--stage is ${stage === undefined ? 'missing' : JSON.stringify(stage)}; expected one of ${stages.join(', ')}`,
  );
}

function stageFile(stage: string): string {
  return join(ROOT, `lambda/stages/${stage}.yml`);
}

async function functionNames(): Promise<readonly string[]> {
  const service: unknown = parse(await readFile(join(ROOT, 'serverless.yml'), 'utf8'));
  if (typeof service !== 'object' || service === null || !('functions' in service)) return [];
  return Object.keys(service.functions ?? {});
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
