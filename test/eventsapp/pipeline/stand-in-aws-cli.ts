import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { z } from 'zod';
import type { Environment } from 'banyan-strangler/lambda';

/** The program `aws` of a rehearsal, first on its PATH: hands its words to the stand-in of the stage and prints what that answers. */
export const AWS_PROGRAM = `#!/usr/bin/env node
fetch(process.env.PIPELINE_STAND_IN + '/aws', { method: 'POST', body: JSON.stringify(process.argv.slice(2)) }).then(
  async (answer) => {
    process[answer.ok ? 'stdout' : 'stderr'].write(await answer.text());
    process.exitCode = answer.ok ? 0 : 254;
  },
);
`;

const CLI = ['--import', 'tsx', path.join(__dirname, '../../../proxy/cli/main.ts')];
const Overrides = z.object({
  containerOverrides: z.tuple([z.object({ command: z.tuple([z.literal('banyan')]).rest(z.string()) })]),
});
const EARLIER = { pipelineExecutionId: 'earlier', status: 'Succeeded', executionType: 'STANDARD' };

/**
 * Answers what a roll back asks of the AWS command line, in the shape of its JSON. A task of the proxy is this machine's `banyan` with that proxy's own
 * environment; to run a stage of the pipeline again is the rehearsal's.
 *
 * @param proxy what a container of the proxy finds in its environment
 */
export function standInAwsCli(proxy: Environment): (words: unknown) => Promise<string> {
  let exitCode: number | null = null;
  return async (given) => {
    const words = z.array(z.string()).parse(given);
    const option = (name: string): string => words[words.indexOf(name) + 1] ?? '';
    const asked = words.slice(0, 2).join(' ');
    switch (asked) {
      case 'ecs describe-services':
        return JSON.stringify({ services: [{ taskDefinition: 'proxy:1', networkConfiguration: {} }] });
      case 'ecs run-task': {
        const [{ command }] = Overrides.parse(JSON.parse(option('--overrides'))).containerOverrides;
        const child = spawn(process.execPath, [...CLI, ...command.slice(1)], { env: { ...proxy }, stdio: 'ignore' });
        [exitCode] = (await once(child, 'close')) as [number | null];
        return JSON.stringify({ tasks: [{ taskArn: 'task/1' }], failures: [] });
      }
      case 'ecs wait':
        return '';
      case 'ecs describe-tasks':
        return JSON.stringify({ tasks: [{ containers: [{ exitCode: exitCode ?? 1 }] }] });
      case 'codepipeline get-pipeline-state':
        return JSON.stringify({
          stageStates: ['staging', 'prod'].map((stageName) => ({
            stageName,
            latestExecution: { pipelineExecutionId: 'latest', status: 'Failed', type: 'STANDARD' },
          })),
        });
      case 'codepipeline list-pipeline-executions':
        return JSON.stringify({ pipelineExecutionSummaries: [EARLIER] });
      case 'codepipeline rollback-stage':
        return JSON.stringify({ pipelineExecutionId: 'rollback' });
      default:
        throw new Error(`the stand-in of AWS does not answer ${asked}`);
    }
  };
}
